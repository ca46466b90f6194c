"""A made-up shoot for training tests: a dataset, its pictures, a run, and a process that trains."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from muslin.domain.dataset import (
    Backdrop,
    Caption,
    Crop,
    DatasetPhoto,
    DatasetVersion,
    SelectionRecipe,
    Split,
)
from muslin.domain.fact import DatasetId, PhotoId, RunId, ShootId, now
from muslin.domain.profile import Profile
from muslin.domain.training import TrainingRun
from muslin.imaging.types import Alpha, Picture
from muslin.networks.diffusion.base import open_base
from muslin.training.train import Bench, train

WIDTH_PX, HEIGHT_PX = 32, 48
COLOURS = ("red", "green", "navy", "black", "beige", "pink", "grey", "white")


class PaintedPictures:
    """Every photo is noise of its own, the same whenever it is asked for; garments are left."""

    picture_source = "a brush"
    mask_source = "the left third"

    def __init__(self) -> None:
        self.asked = 0
        self.masked = 0

    def picture(self, photo: DatasetPhoto) -> Picture:
        self.asked += 1
        rng = np.random.default_rng(int(photo.photo, 16))
        shape = (photo.crop.height_px, photo.crop.width_px, 3)
        return rng.integers(0, 256, shape, dtype=np.uint8)

    def mask(self, picture: Picture) -> Alpha:
        self.masked += 1
        mask = np.zeros(picture.shape[:2], np.float32)
        mask[:, : picture.shape[1] // 3] = 1.0
        return mask


def a_photo(number: int, split: Split = Split.TEACH, width_px: int = WIDTH_PX) -> DatasetPhoto:
    return DatasetPhoto(
        photo=PhotoId(f"{number:064x}"),
        file_name=f"{number}.jpg",
        crop=Crop(
            left_px=0,
            top_px=0,
            right_px=640,
            bottom_px=960,
            width_px=width_px,
            height_px=HEIGHT_PX,
        ),
        caption=Caption(text=f"a {COLOURS[number % len(COLOURS)]} coat", author="rule"),
        split=split,
    )


def a_dataset(taught: int = 5, held_out: int = 1) -> DatasetVersion:
    return DatasetVersion(
        id=DatasetId("dataset-1"),
        shoot=ShootId("shoot-1"),
        name="coats",
        digest="d" * 64,
        created_at=now(),
        recipe=SelectionRecipe(),
        backdrop=Backdrop(lab=(90.0, 0.0, 0.0), name="white", share=1.0, own_distance=1.0),
        photos=(
            *(a_photo(n, Split.HOLD_OUT) for n in range(100, 100 + held_out)),
            *(a_photo(n) for n in range(taught)),
        ),
        choices=(),
    )


def a_profile(**fields: float | str | tuple[str, ...]) -> Profile:
    quick = {"rank": 4, "alpha": 8.0, "steps": 12, "batch_size": 3, "warmup_steps": 2}
    return Profile.model_validate({**quick, "save_every": 5, **fields})


def a_run(base: Path, profile: Profile, name: str = "run-1") -> TrainingRun:
    return TrainingRun(
        id=RunId(name),
        name="coats",
        dataset=a_dataset().id,
        dataset_digest=a_dataset().digest,
        profile=profile.model_copy(update={"base": str(base)}),
        base_digest=open_base(str(base)).digest,
        created_at=now(),
    )


def train_in_a_process(run: str, home: Path) -> None:
    """Train `run`, JSON of a TrainingRun, in a process of its own that may be killed."""
    torch.set_num_threads(1)
    train(
        TrainingRun.model_validate_json(run), a_dataset(), PaintedPictures(), Bench(home, threads=1)
    )
