"""Colour against published tables."""

from __future__ import annotations

import numpy as np
import pytest

from muslin.imaging.backdrop import border_backdrop
from muslin.imaging.colour import colour_name, delta_e_2000, main_colours, to_lab
from muslin.imaging.texture import pattern_contrast

# Sharma, Wu, Dalal 2005, table 1: two CIELAB colours and their CIEDE2000 difference.
SHARMA = """
50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0010 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""
PAIRS = np.array([line.split() for line in SHARMA.strip().splitlines()], float)

# Survey colours of xkcd.com/color/rgb (CC0) that carry one of our names, or a shade of it.
SURVEY = {
    "e50000": "red", "610023": "red", "15b01a": "green", "033500": "green", "0343df": "blue",
    "75bbfd": "blue", "3b638c": "blue", "7e1e9c": "purple", "c79fef": "purple",
    "ff81c0": "pink", "ffd1df": "pink", "653700": "brown", "ffff14": "yellow",
    "f97306": "orange", "929591": "grey", "000000": "black", "343837": "black",
    "ffffff": "white", "e6daa6": "beige", "d1b26f": "beige", "01153e": "navy",
    "06c2ac": "turquoise",
}  # fmt: skip


def lab_of(code: str) -> np.ndarray:
    return to_lab(np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)], np.uint8))


def test_the_colour_difference_is_that_of_the_published_table_in_both_directions() -> None:
    forward = delta_e_2000(PAIRS[:, :3], PAIRS[:, 3:6])

    np.testing.assert_allclose(forward, PAIRS[:, 6], atol=1e-4)
    np.testing.assert_allclose(delta_e_2000(PAIRS[:, 3:6], PAIRS[:, :3]), forward, atol=1e-9)


def test_white_is_lightness_100_and_greys_have_no_chroma() -> None:
    greys = to_lab(np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1))

    assert greys[255] == pytest.approx((100, 0, 0), abs=1e-9)
    assert np.abs(greys[:, 1:]).max() < 1e-9
    assert (np.diff(greys[:, 0]) > 0).all()


def test_pure_red_has_its_textbook_lab() -> None:
    assert lab_of("ff0000") == pytest.approx((53.24, 80.09, 67.20), abs=0.02)


@pytest.mark.parametrize(("code", "name"), SURVEY.items(), ids=str)
def test_a_survey_colour_gets_the_name_that_people_gave_it(code: str, name: str) -> None:
    assert colour_name(lab_of(code)) == name


def test_a_striped_garment_has_two_colours_and_its_shadow_adds_none() -> None:
    navy, white = lab_of("01153e"), lab_of("f4f4f4")
    pixels = np.concatenate([np.tile(navy, (600, 1)), np.tile(white, (400, 1))])
    shaded = pixels * np.linspace(0.9, 1.0, len(pixels))[:, None]

    assert main_colours(shaded) == ("navy", "white")


def test_a_garment_without_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="no pixels"):
        main_colours(np.zeros((0, 3)))


def test_the_backdrop_is_what_lies_around_the_garment() -> None:
    picture = np.full((160, 120, 3), (200, 180, 150), np.uint8)
    picture[40:120, 30:90] = (20, 20, 80)
    mask = np.zeros((160, 120), np.float32)
    mask[40:120, 30:90] = 1

    reading = border_backdrop(picture, mask)

    assert reading.lab == pytest.approx(tuple(to_lab(picture[0, 0])), abs=1e-6)
    assert reading.spread == pytest.approx(0, abs=1e-6)
    assert reading.light_slope == pytest.approx(0, abs=1e-6)


def test_light_that_falls_off_to_one_side_is_a_slope() -> None:
    row = np.linspace(120, 220, 120).astype(np.uint8)
    picture = np.repeat(np.repeat(row[None, :, None], 160, 0), 3, 2)

    reading = border_backdrop(picture, np.zeros((160, 120), np.float32))

    assert reading.light_slope == pytest.approx(
        to_lab(picture)[0, -1, 0] - to_lab(picture)[0, 0, 0], rel=0.1
    )


def test_stripes_are_busier_than_a_plain_cloth() -> None:
    plain = np.full((100, 80, 3), 90, np.uint8)
    striped = plain.copy()
    striped[::8] = striped[1::8] = striped[2::8] = striped[3::8] = 220
    inside = np.ones((100, 80), bool)

    assert pattern_contrast(to_lab(plain), inside) == pytest.approx(0, abs=1e-9)
    assert pattern_contrast(to_lab(striped), inside) > 15
    assert pattern_contrast(to_lab(plain), np.zeros((100, 80), bool)) == 0
