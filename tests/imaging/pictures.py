"""Pictures and files made up for the tests of this room."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from muslin.imaging.types import Picture


def a_picture(height_px: int = 120, width_px: int = 90, seed: int = 0) -> Picture:
    """Smooth colours with a bright patch in the top left corner, (H, W, 3)."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(30, 200, (4, 4, 3), np.uint8)
    smooth = Image.fromarray(coarse).resize((width_px, height_px), Image.Resampling.BICUBIC)
    picture = np.array(smooth)
    picture[: height_px // 4, : width_px // 4] = (250, 20, 20)
    return picture


def as_file(picture: Picture | Image.Image, format: str, **how: object) -> bytes:
    """A picture as the bytes of a file."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    out = io.BytesIO()
    image.save(out, format, **how)
    return out.getvalue()
