"""Cut a rectangle out of a picture and bring it to the size that a network learns at."""

from __future__ import annotations

import numpy as np
import PIL
import pillow_heif
from PIL import Image

from muslin.domain.dataset import Crop
from muslin.imaging.types import Picture

SOURCE = f"1 pillow {PIL.__version__} heif {pillow_heif.__version__}"
"""Names how photos are opened and cut; the number goes up when this room does it otherwise."""


def cut(picture: Picture, crop: Crop) -> Picture:
    """The crop of an upright picture (H, W, 3), resized to (crop.height_px, crop.width_px, 3).

    Bicubic over all source pixels under a target pixel, so that nothing aliases. Where the crop
    reaches beyond the picture, its outermost pixels go on: a backdrop rarely changes there.
    """
    height_px, width_px = picture.shape[:2]
    left, top = max(0, crop.left_px), max(0, crop.top_px)
    right, bottom = min(width_px, crop.right_px), min(height_px, crop.bottom_px)
    inside = picture[top:bottom, left:right]
    missing = (
        (top - crop.top_px, crop.bottom_px - bottom),
        (left - crop.left_px, crop.right_px - right),
        (0, 0),
    )
    whole = np.pad(inside, missing, mode="edge")
    size = (crop.width_px, crop.height_px)
    return np.asarray(Image.fromarray(whole).resize(size, Image.Resampling.BICUBIC), np.uint8)
