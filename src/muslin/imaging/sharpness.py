"""How sharp a garment is drawn."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

Floats = NDArray[np.float64]

_WINDOW_PX = 11
_STEP_PX, _LEAST_STEP = 13, 30.0
_STEEPEST = 0.95


def sharpness(lightness: Floats, around: NDArray[np.bool_]) -> float:
    """Sharpness in [0, 1] of the pixels `around` (H, W) a garment; 1 = as sharp as pixels can be.

    1 - blur, where blur compares the steps between neighbouring values of L* (H, W) with those
    that are left after a moving average of 11 px: a sharp picture loses most of its steps, a
    blurred one loses little. It is a ratio, so neither contrast nor fabric decides. Rows and
    columns are judged apart and the worse counts, so that a shake in one direction is seen.
    Returns 0.0 where nothing varies. Measure pictures of one size: size changes it.
    Source: Crete, Dolmiere, Ladret, Nicolas, "The blur effect", SPIE 6492 (2007), eq. 1 to 9.
    """
    return min(_along(lightness, around, axis=0), _along(lightness, around, axis=1))


def _along(lightness: Floats, around: NDArray[np.bool_], axis: int) -> float:
    steps = np.abs(np.diff(lightness, axis=axis))
    averaged = uniform_filter1d(lightness, _WINDOW_PX, axis=axis, mode="nearest")
    lost = np.maximum(steps - np.abs(np.diff(averaged, axis=axis)), 0.0)
    inside = around[1:] if axis == 0 else around[:, 1:]
    total = float(steps[inside].sum())
    return float(lost[inside].sum()) / total if total > 0 else 0.0


def steepness(grey: NDArray[np.float32], around: NDArray[np.bool_]) -> float | None:
    """Share of a step in brightness that falls within one pixel, in [0, 1], at the sharpest edges.

    The gradient over the range of the grey values (H, W), 0 to 255, in a window of 13 px; of all
    pixels `around` a garment whose window spans 30 levels or more, what 95 % stay under. A step
    that a lens of σ px has drawn soft reads 1 / (σ √(2π)), whatever its contrast; one pixel's
    width reads 1/2. None where too little stands out to judge.
    """
    window = np.ones((_STEP_PX, _STEP_PX), np.uint8)
    span = np.asarray(cv2.dilate(grey, window) - cv2.erode(grey, window), np.float32)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8)
    judged = around & (span >= _LEAST_STEP)
    if judged.sum() < 10 * _STEP_PX:
        return None
    return float(np.quantile(np.hypot(across, down)[judged] / span[judged], _STEEPEST))
