from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from muslin.curation.crop import crop_of
from muslin.curation.sizes import (
    FEWEST_PHOTOS,
    GRID_PX,
    LEAST_AREA,
    candidates,
    choose_sizes,
    crops_of,
    size_for,
)
from muslin.domain.catalog import Photo
from muslin.domain.dataset import SelectionRecipe
from muslin.domain.findings import GarmentBox
from tests.curation.shop import a_photo

LARGE = SelectionRecipe(width_px=768, height_px=1024, sizes=4)
COAT = GarmentBox(left=0.3, top=0.05, right=0.7, bottom=0.95)
SCARF = GarmentBox(left=0.05, top=0.4, right=0.95, bottom=0.6)


def a_rack(coats: int, scarves: int) -> tuple[list[Photo], list[GarmentBox]]:
    photos = [a_photo(n, width_px=3000, height_px=3000) for n in range(coats + scarves)]
    return photos, [COAT] * coats + [SCARF] * scarves


def test_one_size_is_the_recipes_and_nothing_else_is_asked() -> None:
    photos, boxes = a_rack(6, 6)
    one = SelectionRecipe()

    assert crops_of(photos, boxes, one) == [
        crop_of(*pair, one) for pair in zip(photos, boxes, strict=True)
    ]


def test_long_and_wide_garments_get_sizes_of_their_own_shape() -> None:
    crops = crops_of(*a_rack(6, 6), LARGE)

    shapes = [crop.width_px / crop.height_px for crop in crops]
    assert max(shapes[:6]) < 0.6
    assert min(shapes[6:]) > 3.5
    assert len({(c.width_px, c.height_px) for c in crops}) <= LARGE.sizes


def test_every_size_is_on_the_grid_and_about_as_large_as_the_recipes() -> None:
    area = LARGE.width_px * LARGE.height_px

    for width_px, height_px in candidates(LARGE):
        assert width_px % GRID_PX == height_px % GRID_PX == 0
        assert LEAST_AREA * area <= width_px * height_px <= area


@pytest.mark.parametrize("sizes", [2, 3, 4])
def test_there_are_never_more_sizes_than_asked_for_and_none_is_for_a_few_photos(
    sizes: int,
) -> None:
    rng = np.random.default_rng(sizes)
    shapes = np.exp(rng.uniform(-1.2, 1.2, 20)).tolist()
    recipe = LARGE.model_copy(update={"sizes": sizes})

    chosen = choose_sizes(shapes, recipe)

    assert chosen[0] == (768, 1024)
    assert 1 < len(set(chosen)) == len(chosen) <= sizes


def test_a_single_odd_garment_gets_no_size_of_its_own() -> None:
    photos, boxes = a_rack(0, FEWEST_PHOTOS - 1)
    upright = GarmentBox(left=0.2, top=0.1, right=0.8, bottom=0.9)
    more, same = a_rack(10, 0)

    crops = crops_of([*photos, *more], [*boxes, *[upright] * len(same)], LARGE)

    assert Counter((c.width_px, c.height_px) for c in crops) == {(768, 1024): 12}


def test_a_photo_is_not_enlarged_to_fill_a_size() -> None:
    """600 px across cannot fill 768: a size of half the sides is left."""
    small, large = a_photo(1, width_px=600, height_px=800), a_photo(2)
    sizes = [(768, 1024), (1024, 768)]

    assert size_for(small, 0.7, sizes) == (384, 512)
    assert size_for(a_photo(3, width_px=3000, height_px=3000), 0.7, sizes) == (768, 1024)
    width_px, height_px = size_for(large, 1.4, sizes)
    assert width_px <= large.width_px
    assert height_px <= large.height_px


def test_no_crop_of_several_sizes_is_enlarged_while_its_photo_has_the_pixels() -> None:
    rng = np.random.default_rng(3)
    photos = [
        a_photo(n, width_px=int(w), height_px=int(h))
        for n, (w, h) in enumerate(rng.integers(300, 3000, (60, 2)))
    ]
    boxes = []
    for across, down in np.sort(rng.random((60, 2, 2)), axis=2):
        boxes.append(GarmentBox(left=across[0], top=down[0], right=across[1], bottom=down[1]))

    for photo, crop in zip(photos, crops_of(photos, boxes, LARGE), strict=True):
        assert crop.width_px <= photo.width_px
        assert crop.height_px <= photo.height_px
        assert crop.right_px - crop.left_px >= crop.width_px
        assert crop.bottom_px - crop.top_px >= crop.height_px
