"""What every contender is asked to do, and the shoot as our training takes it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from muslin.domain.dataset import (
    Backdrop,
    Caption,
    Crop,
    DatasetPhoto,
    DatasetVersion,
    SelectionRecipe,
    Split,
)
from muslin.domain.fact import DatasetId, Fact, PhotoId, ShootId, now
from muslin.domain.profile import Profile
from muslin.imaging.crop import SOURCE, cut
from muslin.imaging.open import open_photo
from muslin.imaging.types import Alpha, Picture

CAPTIONS = "captions.json"
"""File names and what is said of each photo, in a shoot's folder."""
RANK = 16
LEARNING_RATE = 1e-4


class Task(Fact):
    """One training of low rank RANK on all photos of a shoot; nothing is held out."""

    base: Path
    shoot: Path
    home: Path  # where results go; encodings that lie there are used again
    side_px: int
    batch_size: int
    steps: int
    save_every: int
    layers: Literal["family", "peer"] = "family"  # what learns: our family's choice, or the peer's
    beside_pure: bool = False  # take a pass of the pure network after each step


class FolderPictures:
    """Photos of a folder, opened and cut as the studio does it, in this process."""

    picture_source = SOURCE
    mask_source = "none"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def picture(self, photo: DatasetPhoto) -> Picture:
        """The photo's crop, (crop.height_px, crop.width_px, 3) uint8."""
        data = (self._folder / photo.file_name).read_bytes()
        return cut(open_photo(data).picture, photo.crop)

    def mask(self, picture: Picture) -> Alpha:
        """All of it: no profile here weighs garments."""
        return np.ones(picture.shape[:2], np.float32)


def dataset_of(task: Task) -> DatasetVersion:
    """All photos of the task's shoot, cut to squares in the middle, all taught."""
    captions: dict[str, str] = json.loads((task.shoot / CAPTIONS).read_text())
    photos = [_photo(task, name, said) for name, said in sorted(captions.items())]
    return DatasetVersion(
        id=DatasetId("shoot"),
        shoot=ShootId("shoot"),
        name="shoot",
        digest=hashlib.sha256("".join(photo.photo for photo in photos).encode()).hexdigest(),
        created_at=now(),
        recipe=SelectionRecipe(),
        backdrop=Backdrop(lab=(90.0, 0.0, 0.0), name="white", share=1.0, own_distance=1.0),
        photos=tuple(photos),
        choices=(),
    )


def profile_of(task: Task) -> Profile:
    """What diffusers' script does by default, in our words."""
    return Profile(
        base=str(task.base),
        rank=RANK,
        alpha=RANK,
        learning_rate=LEARNING_RATE,
        steps=task.steps,
        batch_size=task.batch_size,
        warmup_steps=0,
        save_every=task.save_every,
        caption_dropout=0.0,
    )


def _photo(task: Task, name: str, said: str) -> DatasetPhoto:
    path = task.shoot / name
    with Image.open(path) as image:
        width, height = image.size
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return DatasetPhoto(
        photo=PhotoId(hashlib.sha256(path.read_bytes()).hexdigest()),
        file_name=name,
        crop=Crop(
            left_px=left,
            top_px=top,
            right_px=left + side,
            bottom_px=top + side,
            width_px=task.side_px,
            height_px=task.side_px,
        ),
        caption=Caption(text=said, author="rule"),
        split=Split.TEACH,
    )
