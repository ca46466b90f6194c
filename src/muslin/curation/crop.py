"""Crops that show every garment the same way: whole, centred, with the same air around it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from muslin.domain.catalog import Photo
from muslin.domain.dataset import Crop, SelectionRecipe
from muslin.domain.findings import GarmentBox


@dataclass(frozen=True, slots=True)
class _Span:
    """One axis of the geometry, in px of the upright photo."""

    low: int
    high: int
    photo: int

    def start_of(self, length: int) -> int:
        """Where a crop of `length` begins: centred on the garment, within the photo as far as it
        fits, never cutting a garment that fits."""
        centred = round((self.low + self.high - length) / 2)
        free = self.photo - length  # negative where the crop is longer than the photo
        within = min(max(centred, min(0, free)), max(0, free))
        return max(self.high - length, min(self.low, within))


def crop_of(photo: Photo, box: GarmentBox, recipe: SelectionRecipe) -> Crop:
    """The crop of a photo at the recipe's aspect ratio, around the garment's box.

    The margin is a fraction of the crop's own sides. Where the photo is too narrow for it the
    margin shrinks first. Only a garment that no crop inside the photo could hold (a wide one in
    an upright crop) makes the crop reach beyond the photo, and no farther than it must;
    `imaging.crop.cut` continues the backdrop there. A crop smaller than the network's size is
    widened to it as far as the photo goes, so that nothing is enlarged without need.
    """
    across = _Span(*_outward(box.left, box.right, photo.width_px), photo.width_px)
    down = _Span(*_outward(box.top, box.bottom, photo.height_px), photo.height_px)
    aspect = recipe.width_px / recipe.height_px
    garment_px = _width_around(across.high - across.low, down.high - down.low, aspect)
    widest_inside_px = min(photo.width_px, photo.height_px * aspect)
    airy_px = garment_px / (1 - 2 * recipe.margin_fraction)
    wanted_px = max(airy_px, recipe.width_px)
    exact_px = max(garment_px, min(wanted_px, widest_inside_px))
    width_px = max(across.high - across.low, round(exact_px))
    height_px = max(down.high - down.low, round(exact_px / aspect))
    left, top = across.start_of(width_px), down.start_of(height_px)
    return Crop(
        left_px=left,
        top_px=top,
        right_px=left + width_px,
        bottom_px=top + height_px,
        width_px=recipe.width_px,
        height_px=recipe.height_px,
    )


def overhang(photo: Photo, crop: Crop) -> float:
    """Share of a crop's area that lies beyond the photo, in [0, 1]."""
    inside_across = min(crop.right_px, photo.width_px) - max(crop.left_px, 0)
    inside_down = min(crop.bottom_px, photo.height_px) - max(crop.top_px, 0)
    area = (crop.right_px - crop.left_px) * (crop.bottom_px - crop.top_px)
    return 1 - inside_across * inside_down / area


def _outward(low: float, high: float, length_px: int) -> tuple[int, int]:
    """Fractions to whole px that enclose them, at least one apart and inside the photo."""
    first = min(max(0, math.floor(low * length_px)), length_px - 1)
    return first, min(length_px, max(first + 1, math.ceil(high * length_px)))


def _width_around(width_px: int, height_px: int, aspect: float) -> float:
    """Width of the smallest rectangle of an aspect ratio (width / height) that holds another."""
    return max(width_px, height_px * aspect)
