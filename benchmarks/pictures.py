"""Photos in, sheets out; what several benchmarks do with pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from muslin.domain.errors import UnreadablePhoto
from muslin.domain.leaving import SourceType
from muslin.imaging.colour import to_lab
from muslin.imaging.metadata import Origin, xmp_packet
from muslin.imaging.open import open_photo
from muslin.imaging.types import Picture

WIDTH_PX, HEIGHT_PX = 192, 256
RING = 0.08
"""Share of the shorter side that counts as the picture's rim."""

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}

T = TypeVar("T")


def read_photo(path: Path) -> Picture:
    """A photo as the studio decodes it, at its own size."""
    return open_photo(path.read_bytes()).picture


def read_photos(folder: Path) -> Iterator[tuple[str, Picture]]:
    """Every photo below a folder, by its path in it; what cannot be read is left out."""
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES):
        with suppress(UnreadablePhoto):
            yield path.relative_to(folder).as_posix(), read_photo(path)


def fitted(photo: Picture, width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX) -> Picture:
    """A photo that covers a size, the overhang cut evenly; (height_px, width_px, 3)."""
    image = Image.fromarray(photo)
    return np.asarray(ImageOps.fit(image, (width_px, height_px), Image.Resampling.BICUBIC))


def evenly(items: Sequence[T], count: int) -> list[T]:
    """Up to `count` items, evenly spread over all."""
    taken = min(count, len(items))
    return [items[place * len(items) // taken] for place in range(taken)]


def rim(picture: Picture) -> NDArray[np.float64]:
    """The middle CIELAB colour (3,) of a picture's rim: backdrop, whatever lies in the middle.

    It knows nothing of masks, so that it can check what does.
    """
    height, width = picture.shape[:2]
    wide = max(1, round(RING * min(height, width)))
    on_rim = np.ones((height, width), np.bool_)
    on_rim[wide:-wide, wide:-wide] = False
    return np.asarray(np.median(to_lab(picture[on_rim]), axis=0), np.float64)


def jpeg_within(sheet: Picture, most_bytes: int) -> bytes:
    """A sheet of generated pictures as JPEG, as good as the size allows, and marked as such.

    Raises ValueError when even the poorest quality is too large.
    """
    xmp = xmp_packet(Origin(SourceType.GENERATED))
    for quality in range(92, 30, -4):
        file = BytesIO()
        Image.fromarray(sheet).save(file, "JPEG", quality=quality, optimize=True, xmp=xmp)
        if len(file.getvalue()) <= most_bytes:
            return file.getvalue()
    raise ValueError(f"the sheet does not fit into {most_bytes} bytes")
