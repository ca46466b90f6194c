from __future__ import annotations

import numpy as np
import pytest

from muslin.curation.crop import crop_of, overhang
from muslin.domain.catalog import Photo
from muslin.domain.dataset import Crop, SelectionRecipe
from muslin.domain.findings import GarmentBox
from tests.curation.shop import a_photo

RECIPE = SelectionRecipe()


def a_box(left: float, top: float, right: float, bottom: float) -> GarmentBox:
    return GarmentBox(left=left, top=top, right=right, bottom=bottom)


def holds(crop: Crop, box: GarmentBox, photo: Photo) -> bool:
    return (
        crop.left_px <= box.left * photo.width_px
        and crop.top_px <= box.top * photo.height_px
        and crop.right_px >= box.right * photo.width_px
        and crop.bottom_px >= box.bottom * photo.height_px
    )


def random_cases(count: int) -> list[tuple[Photo, GarmentBox, SelectionRecipe]]:
    rng = np.random.default_rng(7)
    cases = []
    for number in range(count):
        width_px, height_px = (int(v) for v in rng.integers(200, 3000, 2))
        photo = a_photo(number, width_px=width_px, height_px=height_px)
        across, down = np.sort(rng.random((2, 2)), axis=1)
        box = a_box(across[0], down[0], across[1], down[1])
        width, height = ((192, 256), (256, 256), (256, 192))[int(rng.integers(3))]
        recipe = SelectionRecipe(
            width_px=width, height_px=height, margin_fraction=float(rng.uniform(0, 0.2))
        )
        cases.append((photo, box, recipe))
    return cases


def test_no_garment_is_ever_cut() -> None:
    for photo, box, recipe in random_cases(400):
        assert holds(crop_of(photo, box, recipe), box, photo)


def test_every_crop_has_the_shape_that_the_network_learns_at() -> None:
    for photo, box, recipe in random_cases(400):
        crop = crop_of(photo, box, recipe)
        width_px, height_px = crop.right_px - crop.left_px, crop.bottom_px - crop.top_px
        assert abs(width_px - height_px * recipe.width_px / recipe.height_px) <= 2
        assert (crop.width_px, crop.height_px) == (recipe.width_px, recipe.height_px)


def test_a_crop_leaves_the_photo_only_for_a_garment_that_would_not_fit() -> None:
    for photo, box, recipe in random_cases(400):
        crop = crop_of(photo, box, recipe)
        widest_px = min(photo.width_px, photo.height_px * recipe.width_px / recipe.height_px)
        needed_px = (box.bottom - box.top) * photo.height_px * recipe.width_px / recipe.height_px
        fits = max(needed_px, (box.right - box.left) * photo.width_px) < widest_px - 3
        if fits:
            assert overhang(photo, crop) == pytest.approx(0, abs=0.005)


def test_the_air_around_the_garment_is_the_margin_of_the_recipe() -> None:
    photo = a_photo(1, width_px=1200, height_px=1600)
    box = a_box(0.35, 0.3, 0.65, 0.7)  # 360 x 640 px: its height decides

    crop = crop_of(photo, box, SelectionRecipe(margin_fraction=0.1))

    height_px = crop.bottom_px - crop.top_px
    assert height_px == pytest.approx(640 / 0.8, abs=1)
    assert 480 - crop.top_px == pytest.approx(0.1 * height_px, abs=1)
    assert crop.bottom_px - 1120 == pytest.approx(0.1 * height_px, abs=1)
    assert (crop.left_px + crop.right_px) / 2 == pytest.approx(600, abs=1)


def test_margin_shrinks_before_the_photo_is_left() -> None:
    photo = a_photo(1, width_px=600, height_px=800)

    crop = crop_of(photo, a_box(0.01, 0.2, 0.99, 0.8), RECIPE)

    assert (crop.left_px, crop.right_px, crop.top_px, crop.bottom_px) == (0, 600, 0, 800)


def test_a_wide_garment_in_a_wide_photo_reaches_beyond_it_no_more_than_it_must() -> None:
    photo = a_photo(1, width_px=800, height_px=600)

    crop = crop_of(photo, a_box(0.1, 0.3, 0.9, 0.7), RECIPE)

    assert (crop.left_px, crop.right_px) == (80, 720)
    assert crop.bottom_px - crop.top_px == pytest.approx(640 * 4 / 3, abs=1)
    assert overhang(photo, crop) == pytest.approx(1 - 600 / 853, abs=0.01)


def test_a_small_garment_is_not_enlarged_where_the_photo_goes_on() -> None:
    photo = a_photo(1, width_px=600, height_px=800)

    crop = crop_of(photo, a_box(0.45, 0.48, 0.55, 0.52), RECIPE)

    assert (crop.right_px - crop.left_px, crop.bottom_px - crop.top_px) == (192, 256)


def test_a_crop_near_the_edge_moves_inside() -> None:
    photo = a_photo(1, width_px=600, height_px=800)

    crop = crop_of(photo, a_box(0.0, 0.0, 0.5, 0.5), RECIPE)

    assert (crop.left_px, crop.top_px) == (0, 0)
    assert overhang(photo, crop) == 0
