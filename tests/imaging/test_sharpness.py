from __future__ import annotations

import cv2
import numpy as np
import pytest

from muslin.imaging.sharpness import Floats, sharpness

EVERYWHERE = np.ones((128, 96), np.bool_)


def checks(side_px: int = 8) -> Floats:
    rows, columns = np.indices((128, 96)) // side_px
    return np.where((rows + columns) % 2 == 0, 30.0, 70.0)


def blurred(lightness: Floats, sigma_px: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(lightness, (0, 0), sigma_px), np.float64)


def test_more_blur_is_always_less_sharp() -> None:
    values = [sharpness(blurred(checks(), s), EVERYWHERE) for s in (0.3, 1.0, 2.0, 3.0)]

    assert values == sorted(values, reverse=True)
    assert values[0] > values[-1] + 0.2


def test_contrast_does_not_decide_sharpness() -> None:
    faint = 50 + (checks() - 50) / 10

    assert sharpness(faint, EVERYWHERE) == pytest.approx(sharpness(checks(), EVERYWHERE))


def test_a_shake_in_one_direction_is_seen() -> None:
    shaken = np.asarray(cv2.blur(checks(), (9, 1)), np.float64)

    assert sharpness(shaken, EVERYWHERE) < sharpness(checks(), EVERYWHERE) - 0.1
    assert sharpness(shaken, EVERYWHERE) == pytest.approx(sharpness(shaken.T, EVERYWHERE.T))


def test_only_the_garment_counts() -> None:
    half_sharp = blurred(checks(), 3.0)
    half_sharp[:, :48] = checks()[:, :48]
    left = np.zeros_like(EVERYWHERE)
    left[:, :40] = True
    right = np.zeros_like(EVERYWHERE)
    right[:, 60:] = True

    assert sharpness(half_sharp, left) > sharpness(half_sharp, right) + 0.2


def test_a_blank_wall_has_no_sharpness() -> None:
    assert sharpness(np.full((128, 96), 50.0), EVERYWHERE) == 0.0
