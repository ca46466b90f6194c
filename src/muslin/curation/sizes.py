"""Which sizes a dataset's crops have: one, or a few that suit the garments' own shapes.

A trouser leg in a square is mostly floor. A few sizes of about the same area let each garment
fill its picture, and a batch is always of one size. No photo is enlarged for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from muslin.curation.crop import crop_of
from muslin.domain.catalog import Photo
from muslin.domain.dataset import Crop, SelectionRecipe
from muslin.domain.findings import GarmentBox

Size = tuple[int, int]
"""(width, height) px."""

GRID_PX = 64
"""Widths and heights are multiples of it: the grids of all bases divide it."""
LEAST_AREA = 0.75
"""A size has at least this share of the recipe's area, so that steps take about equally long."""
FEWEST_PHOTOS = 3
"""A size of its own is for at least so many photos: a batch of one photo teaches that photo."""


def crops_of(
    photos: Sequence[Photo], boxes: Sequence[GarmentBox], recipe: SelectionRecipe
) -> list[Crop]:
    """The crop of each photo, in their order, in at most `recipe.sizes` sizes.

    With one size, that is the recipe's. With several, the recipe's is among them, and a photo
    that is too small for all of them gets the largest size of their kind that it can fill.
    """
    if recipe.sizes == 1:
        return [crop_of(*pair, recipe) for pair in zip(photos, boxes, strict=True)]
    shapes = [_aspect(*pair) for pair in zip(photos, boxes, strict=True)]
    sizes = choose_sizes(shapes, recipe)
    chosen = [size_for(photo, shape, sizes) for photo, shape in zip(photos, shapes, strict=True)]
    return [
        crop_of(photo, box, recipe.model_copy(update={"width_px": width, "height_px": height}))
        for photo, box, (width, height) in zip(photos, boxes, chosen, strict=True)
    ]


def choose_sizes(shapes: Sequence[float], recipe: SelectionRecipe) -> list[Size]:
    """The recipe's size and up to `recipe.sizes` - 1 others, each the one that helps most.

    `shapes` are the garments' aspect ratios, width over height. A size helps by the ratios, in
    logarithms, that garments come closer to their own shape.
    """
    sizes = [(recipe.width_px, recipe.height_px)]
    free = candidates(recipe)
    while free and len(sizes) < recipe.sizes:
        best = max(free, key=lambda size: _helps(size, sizes, shapes))
        if _helps(best, sizes, shapes) == 0:
            break
        sizes.append(best)
        free.remove(best)
    return sizes


def candidates(recipe: SelectionRecipe) -> list[Size]:
    """All sizes on the grid with LEAST_AREA to all of the recipe's area."""
    area = recipe.width_px * recipe.height_px
    sides = range(GRID_PX, area // GRID_PX + 1, GRID_PX)
    return [(w, h) for w in sides for h in sides if LEAST_AREA * area <= w * h <= area]


def size_for(photo: Photo, shape: float, sizes: Sequence[Size]) -> Size:
    """The size nearest to a garment's shape that a photo can fill without being enlarged.

    Sizes that it cannot fill are halved, and so on; one that is no longer on the grid remains.
    """
    while True:
        fitting = [s for s in sizes if s[0] <= photo.width_px and s[1] <= photo.height_px]
        smaller = [_halved(size) for size in sizes]
        if fitting or smaller == list(sizes):
            return min(fitting or smaller, key=lambda size: _misfit(size, shape))
        sizes = smaller


def _halved(size: Size) -> Size:
    width, height = (max(GRID_PX, side // 2 // GRID_PX * GRID_PX) for side in size)
    return width, height


def _helps(size: Size, sizes: Sequence[Size], shapes: Sequence[float]) -> float:
    """How much garments come closer to their shape with one more size; 0 where it is for few."""
    now = [min(_misfit(s, shape) for s in sizes) for shape in shapes]
    gains = [have - _misfit(size, shape) for have, shape in zip(now, shapes, strict=True)]
    won = [gain for gain in gains if gain > 0]
    return sum(won) if len(won) >= FEWEST_PHOTOS else 0.0


def _misfit(size: Size, shape: float) -> float:
    return abs(math.log(size[0] / size[1] / shape))


def _aspect(photo: Photo, box: GarmentBox) -> float:
    """Width over height of a garment's box."""
    width_px = (box.right - box.left) * photo.width_px
    height_px = (box.bottom - box.top) * photo.height_px
    return max(1.0, width_px) / max(1.0, height_px)
