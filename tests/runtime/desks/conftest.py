"""A studio that has measured the sample shoot once; every test gets a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from muslin.runtime.studio import Studio

SHOOT = "sage"


@pytest.fixture(scope="session")
def measured(sample_shoot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the photos and a home that knows them."""
    place = tmp_path_factory.mktemp("measured")
    shutil.copytree(sample_shoot, place / "photos")
    with Studio.open(place / "home") as studio:
        studio.import_shoot(place / "photos", SHOOT)
        studio.check_shoot(SHOOT)
    return place


@pytest.fixture
def home(measured: Path, tmp_path: Path) -> Path:
    shutil.copytree(measured / "home", tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    with Studio.open(home) as opened:
        yield opened
