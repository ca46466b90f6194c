"""A folder of drawn photos with masks, and the whole recipe carried out on it in a few steps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from muslin.imaging.types import Picture
from starter import __main__ as recipe
from starter import resumable
from starter.networks import denoiser
from starter.train_autoencoder import AutoencoderRecipe
from starter.train_denoiser import DenoiserRecipe
from starter.train_garment import GarmentRecipe

FEW_STEPS = recipe.Recipe(
    AutoencoderRecipe(steps=4, encoder_steps=2, batch=2, crop_px=32),
    GarmentRecipe(steps=4, batch=4),
    DenoiserRecipe(core_steps=2, steps=4, core_batch=2, batch=2),
)
SIZES = [(128, 96)] * 12 + [(112, 112), (96, 128)]
SOURCES = (181, 3, 72, 33, 37)
"""Home studios of `presentation.json`; 72 is held out."""


def a_photo(seed: int, height: int, width: int) -> tuple[Picture, Picture]:
    """A block of one colour before a sloping backdrop, and its mask in white on black."""
    rng = np.random.default_rng(seed)
    slope = np.linspace(0, 40, height)[:, None, None]
    picture = np.broadcast_to(rng.integers(120, 200, 3) + slope, (height, width, 3)).copy()
    mask = np.zeros((height, width), np.uint8)
    top, left = (int(rng.integers(side // 8, side // 4)) for side in (height, width))
    mask[top : top + height // 2, left : left + width // 2] = 255
    picture[mask > 0] = rng.integers(0, 255, 3)
    return picture.astype(np.uint8), mask


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """14 photos of all three shapes in `photos/`, masks of all in `masks/` beside it."""
    folder = tmp_path_factory.mktemp("shoot") / "photos"
    folder.mkdir()
    (folder.parent / "masks").mkdir()
    rows = []
    for n, (height, width) in enumerate(SIZES):
        picture, mask = a_photo(n, height, width)
        Image.fromarray(picture).save(folder / f"{n}.png")
        Image.fromarray(mask).save(folder.parent / "masks" / f"{n}.png")
        category = ("t-shirt", "pants", None, "undershirt")[n % 4]
        source = SOURCES[n % len(SOURCES)]
        rows.append(
            {"file_name": f"{n}.png", "category": category, "kids": False, "source": source}
        )
    (folder / "metadata.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return folder


@pytest.fixture(scope="session")
def masks(photos: Path) -> Path:
    return photos.parent / "masks"


FEW_CHANNELS = ((16, False), (16, False), (32, True))
"""The denoiser's kind at a fraction of its width: training it is not what takes the time."""


@contextmanager
def few_and_small() -> Iterator[None]:
    """A narrow denoiser, and a state saved after every second step."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(denoiser, "LEVELS", FEW_CHANNELS)
        patch.setattr(resumable, "SAVE_EVERY", 2)
        yield


@pytest.fixture
def quick() -> Iterator[None]:
    with few_and_small():
        yield


@pytest.fixture(scope="session")
def trained(photos: Path, masks: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the whole recipe leaves after a few steps."""
    out = tmp_path_factory.mktemp("trained")
    with few_and_small():
        recipe.run(photos, masks, out, FEW_STEPS)
    return out
