from __future__ import annotations

import cv2
import numpy as np
import pytest

from muslin.domain.dataset import Backdrop
from muslin.domain.findings import Guess
from muslin.imaging.colour import delta_e_2000, to_lab
from muslin.imaging.types import Alpha, Picture
from muslin.validation.criteria import Criterion
from muslin.validation.metrics import (
    backdrop,
    category,
    colour,
    contrast,
    diversity,
    noise,
    sharpness,
)
from muslin.validation.metrics.obedience import against_base

GARMENT = np.zeros((64, 48), np.float32)
GARMENT[16:48, 12:36] = 1
NOTHING = np.zeros((64, 48), np.float32)


def a_picture(cloth: tuple[int, int, int], ground: tuple[int, int, int]) -> Picture:
    inside = GARMENT[..., None] > 0
    return np.where(inside, np.array(cloth), np.array(ground)).astype(np.uint8)


def lab(rgb: tuple[int, int, int]) -> tuple[float, float, float]:
    lightness, a, b = to_lab(np.array([[rgb]], np.uint8))[0, 0]
    return float(lightness), float(a), float(b)


def test_the_backdrop_distance_is_the_colour_difference_of_the_backdrops() -> None:
    grey, beige = (128, 128, 128), (200, 180, 150)
    distance = backdrop.backdrop_distance(a_picture((200, 0, 0), grey), GARMENT, lab(beige))

    assert distance == pytest.approx(float(delta_e_2000(lab(grey), lab(beige))))


def test_the_garments_own_colour_does_not_move_the_backdrop_distance() -> None:
    ground = (200, 180, 150)
    pictures = [a_picture(cloth, ground) for cloth in ((255, 0, 0), (0, 0, 0), (255, 255, 255))]

    assert [backdrop.backdrop_distance(p, GARMENT, lab(ground)) for p in pictures] == [0.0] * 3


def test_a_garment_that_fills_the_picture_leaves_the_backdrop_unmeasured() -> None:
    everything: Alpha = np.ones((64, 48), np.float32)

    assert (
        backdrop.backdrop_distance(a_picture((9, 9, 9), (9, 9, 9)), everything, lab((9, 9, 9)))
        is None
    )


def test_the_backdrop_may_stray_a_quarter_further_than_the_brands_own_photos() -> None:
    brand = Backdrop(lab=(80, 0, 0), name="white", share=0.9, own_distance=8.0)

    assert backdrop.criterion(brand).at_most == pytest.approx(10.0)
    even = brand.model_copy(update={"own_distance": 0.1})  # a drawn or perfectly lit backdrop
    assert backdrop.criterion(even).at_most == pytest.approx(5.0)


@pytest.mark.parametrize(("asked", "obeyed"), [("red", True), ("white", False), ("blue", False)])
def test_a_red_garment_on_white_obeys_red_alone(asked: str, obeyed: bool) -> None:
    picture = a_picture((200, 20, 30), (255, 255, 255))

    assert colour.colour_obeyed(picture, GARMENT, asked) is obeyed


def test_a_garment_of_two_colours_obeys_either() -> None:
    picture = a_picture((200, 20, 30), (255, 255, 255))
    picture[16:48, 12:24] = (20, 40, 200)

    assert [colour.colour_obeyed(picture, GARMENT, c) for c in ("red", "blue")] == [True, True]


def test_without_a_garment_no_colour_is_invented() -> None:
    assert colour.colour_obeyed(a_picture((9, 9, 9), (9, 9, 9)), NOTHING, "black") is None


@pytest.mark.parametrize(
    ("seen", "asked", "obeyed"),
    [
        ("t-shirt", "t-shirt", True),
        ("top", "t-shirt", True),
        ("shirt", "blouse", True),
        ("blazer", "outerwear", True),
        ("pants", "shorts", False),
        ("dress", "skirt", False),
        ("hoodie", "t-shirt", False),
        ("t-shirt", "parachute", None),
    ],
)
def test_near_synonyms_obey_and_unknown_words_are_not_judged(
    seen: str, asked: str, obeyed: bool | None
) -> None:
    guess = Guess(name=seen, confidence=0.9)

    assert category.category_obeyed(guess, GARMENT, asked) is obeyed


def test_a_picture_without_a_garment_did_not_obey() -> None:
    assert category.category_obeyed(Guess(name="dress", confidence=0.9), NOTHING, "dress") is False


def test_obedience_must_keep_four_fifths_of_the_bases() -> None:
    assert against_base("colour_obedience", "", 0.75).at_least == pytest.approx(0.6)


def test_without_a_base_obedience_has_no_limit() -> None:
    criterion = against_base("colour_obedience", "", None)

    assert (criterion.at_least, criterion.at_most) == (None, None)


def test_half_black_half_white_has_a_contrast_of_fifty() -> None:
    picture = np.zeros((40, 40, 3), np.uint8)
    picture[:20] = 255

    assert contrast.contrast(picture) == pytest.approx(50.0, abs=0.01)
    assert contrast.contrast(np.full((40, 40, 3), 90, np.uint8)) == pytest.approx(0)


def test_white_noise_has_the_laplacians_weights_summed_in_squares() -> None:
    grey = np.random.default_rng(0).integers(100, 156, (200, 200, 1), np.uint8)

    assert noise.noise(np.repeat(grey, 3, axis=2)) == pytest.approx(20, rel=0.05)


def test_noise_does_not_depend_on_contrast_and_is_unknown_for_a_flat_picture() -> None:
    ramp = np.tile(np.linspace(90, 160, 96).astype(np.uint8)[None, :, None], (64, 1, 3))
    grainy = np.random.default_rng(1).integers(0, 256, (64, 96, 3), np.uint8)

    assert noise.noise(np.full((64, 96, 3), 77, np.uint8)) is None
    smooth, rough = noise.noise(ramp), noise.noise(grainy)
    assert smooth is not None
    assert rough is not None
    assert smooth < 0.1
    assert rough > 10


def test_every_blur_lowers_sharpness() -> None:
    sharp = np.random.default_rng(2).integers(0, 256, (128, 96, 3), np.uint8)
    values = [sharpness.sharpness(sharp)] + [
        sharpness.sharpness(np.asarray(cv2.GaussianBlur(sharp, (0, 0), sigma), np.uint8))
        for sigma in (1, 2, 4)
    ]

    assert values == sorted(values, reverse=True)
    assert values[0] > 0.85
    assert sharpness.sharpness(np.full((64, 48, 3), 30, np.uint8)) == 0


def test_the_spacing_of_two_greys_is_their_difference_in_lightness() -> None:
    greys = [np.full((32, 24, 3), value, np.uint8) for value in (50, 100, 240)]
    light = [to_lab(grey)[0, 0, 0] for grey in greys]

    expected = [light[1] - light[0], light[1] - light[0], light[2] - light[1]]
    assert diversity.spacings(greys) == pytest.approx(expected)


def test_twins_have_no_spacing_however_different_the_rest_is() -> None:
    one, other = np.random.default_rng(5).integers(0, 256, (2, 32, 24, 3), np.uint8)

    assert diversity.spacings([one, one, other, other]) == pytest.approx((0, 0, 0, 0))
    assert diversity.spacings([one]) == ()


@pytest.mark.parametrize(
    ("criterion", "at_least", "at_most"),
    [
        (contrast.criterion([10, 20, 30], [40] * 3), 10.0, None),
        (diversity.criterion([9, 9, 9], [12, 12, 12]), 3.0, None),
        (sharpness.criterion([0.5, 0.5], [0.8]), 0.35, None),
        (noise.criterion([0.2], [0.5]), None, 2.0),
        (contrast.criterion([], [1.0]), None, None),
        (diversity.criterion([1.0], []), None, None),
        (sharpness.criterion([], []), None, None),
        (noise.criterion([], [1.0]), None, None),
    ],
)
def test_limits_follow_from_what_base_and_brand_measure(
    criterion: Criterion, at_least: float | None, at_most: float | None
) -> None:
    assert criterion.at_least == pytest.approx(at_least)
    assert criterion.at_most == pytest.approx(at_most)
