"""What all tests share: one thread for torch, and folders of real photos that tests may use."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """One thread for every test: code under test may have asked for more, and sums of another
    number of threads round differently. Before any fixture, so that those of a session agree."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


def _beside(variable: str, folder: str) -> Path:
    """A folder named by an environment variable, or lying beside the checkout."""
    place = Path(os.environ.get(variable, ROOT.parent / "shared" / folder))
    if not place.is_dir():
        pytest.skip(f"NOT TESTED on real photos: {place} is missing; set {variable}.")
    return place


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_photos() -> Path:
    """Thousands of garment photos with `metadata.jsonl`; or $MUSLIN_TEST_PHOTOS."""
    return _beside("MUSLIN_TEST_PHOTOS", "photos")


@pytest.fixture(scope="session")
def shared_brands() -> Path:
    """Messy shoots, one folder each with `categories.csv`; or $MUSLIN_TEST_BRANDS."""
    return _beside("MUSLIN_TEST_BRANDS", "brands")


@pytest.fixture(scope="session")
def shared_masks() -> Path:
    """Garment masks of some of `shared_photos`, same stems, PNG; or $MUSLIN_TEST_MASKS."""
    return _beside("MUSLIN_TEST_MASKS", "masks")


@pytest.fixture(scope="session")
def sample_shoot() -> Path:
    """The drawn shoot of the examples."""
    return ROOT / "examples" / "sample-shoot"
