"""How sharp a garment is drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

Floats = NDArray[np.float64]

_WINDOW_PX = 11


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
