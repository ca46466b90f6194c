"""What the garment network learns from: photos at half size, masks, and what is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn import functional as F

from muslin.imaging.types import Alpha
from starter.networks.garment import CATEGORIES, PRESENTATIONS
from starter.photos import (
    SHAPES,
    Known,
    nearest_shape,
    pictures_by_shape,
    presentations,
    read_known,
)

HALF = 2
UNKNOWN = -1


@dataclass(slots=True)
class Taught:
    """All photos of one shape at half size, with what is known; UNKNOWN or NaN where nothing is."""

    pictures: Tensor  # (N, H, W, 3) uint8
    masks: Tensor  # (N, H, W) float32, NaN = none
    categories: Tensor  # (N,) int64
    presentations: Tensor  # (N,) int64
    sources: NDArray[np.int64]  # (N,)

    def held_out(self) -> NDArray[np.bool_]:
        """One home studio in eight is never learnt from."""
        return np.asarray(self.sources % 8 == 0)

    def masked(self) -> Tensor:
        """Which photos have a mask, (N,) bool."""
        return has_mask(self.masks)


def has_mask(masks: Tensor) -> Tensor:
    """Which of masks (B, H, W) are there, (B,) bool."""
    return ~torch.isnan(masks).any(dim=(1, 2))


def load_taught(photos: Path, masks: Path, cache: Path) -> list[Taught]:
    """Everything the network learns from, by shape."""
    known = read_known(photos)
    shown = presentations(known)
    return [
        _taught(SHAPES[shape], pictures, [known[r] for r in rows], [shown[r] for r in rows], masks)
        for shape, (rows, pictures) in pictures_by_shape(photos, cache).items()
    ]


def _taught(
    shape: tuple[int, int],
    pictures: NDArray[np.uint8],
    known: Sequence[Known],
    shown: Sequence[str],
    masks: Path,
) -> Taught:
    size = (shape[0] // HALF, shape[1] // HALF)
    upright = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
    half = F.interpolate(upright, size, mode="area")
    return Taught(
        pictures=half.round().byte().permute(0, 2, 3, 1).contiguous(),
        masks=torch.from_numpy(np.stack([read_mask(masks, k.file_name, size) for k in known])),
        categories=torch.tensor([index_or_unknown(CATEGORIES, k.garment) for k in known]),
        presentations=torch.tensor([index_or_unknown(PRESENTATIONS, way) for way in shown]),
        sources=np.array([k.source for k in known]),
    )


def usable(alpha: Alpha) -> bool:
    """Whether a mask is decided (few grey pixels), not tiny and not nearly the whole photo."""
    area = float(alpha.mean())
    grey = float(((alpha > 0.2) & (alpha < 0.8)).mean())
    return 0.06 < area < 0.8 and grey < 0.06


def read_mask(folder: Path, file_name: str, size: tuple[int, int]) -> Alpha:
    """A photo's mask at half a shape (height, width); NaN where it is missing or unusable."""
    path = folder / (Path(file_name).stem + ".png")
    nothing = np.full(size, np.nan, np.float32)
    if not path.exists():
        return nothing
    with Image.open(path) as picture:
        shape = SHAPES[nearest_shape(*picture.size)]
        if (shape[0] // HALF, shape[1] // HALF) != size:
            return nothing
        fitted = ImageOps.fit(picture.convert("L"), size[::-1], Image.Resampling.BICUBIC)
    alpha: Alpha = np.asarray(fitted, np.float32) / np.float32(255)
    return alpha if usable(alpha) else nothing


def index_or_unknown(names: tuple[str, ...], name: str) -> int:
    """Position of a name, or UNKNOWN."""
    return names.index(name) if name in names else UNKNOWN
