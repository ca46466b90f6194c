from __future__ import annotations

import numpy as np

from muslin.domain.dataset import Crop
from muslin.imaging.crop import cut
from tests.imaging.pictures import a_picture


def a_crop(*edges_px: int, size_px: tuple[int, int]) -> Crop:
    left, top, right, bottom = edges_px
    return Crop(
        left_px=left,
        top_px=top,
        right_px=right,
        bottom_px=bottom,
        width_px=size_px[0],
        height_px=size_px[1],
    )


def test_a_crop_at_its_own_size_changes_no_pixel() -> None:
    picture = a_picture(120, 90)

    small = cut(picture, a_crop(10, 20, 70, 100, size_px=(60, 80)))

    assert np.array_equal(small, picture[20:100, 10:70])


def test_shrinking_averages_a_fine_stripe_instead_of_picking_lines() -> None:
    stripes = np.zeros((128, 128, 3), np.uint8)
    stripes[::2] = 255

    small = cut(stripes, a_crop(0, 0, 128, 128, size_px=(16, 16)))

    assert np.abs(small.astype(int) - 127).max() <= 8


def test_beyond_the_photo_its_outermost_pixels_go_on() -> None:
    picture = a_picture(100, 80)

    wide = cut(picture, a_crop(-10, 0, 80, 100, size_px=(90, 100)))

    assert np.array_equal(wide[:, 10:], picture)
    assert np.array_equal(wide[:, :10], picture[:, :1].repeat(10, 1))
