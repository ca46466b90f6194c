"""How far a garment stands from upright."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Inside = NDArray[np.bool_]

_MOST_DEGREES = 12.0
_STEP_DEGREES = 0.5
_LEAST_SYMMETRY = 0.85
"""Overlap of a garment with its own mirror image below which it has no axis to speak of."""
_SIDE_PX = 96


def tilt(garment: Inside) -> float | None:
    """Degrees from upright of a garment's own axis, clockwise positive; None where it has none.

    The turn, within 12 degrees, that makes the mask (H, W) most like its mirror image, by
    intersection over union about the middle of its columns.
    """
    rows, columns = np.nonzero(garment)
    if len(rows) < 64:
        return None
    centre = (float(columns.mean()), float(rows.mean()))
    extent = 1.1 * max(float(np.ptp(rows)), float(np.ptp(columns)), 8.0)
    scale = _SIDE_PX / (2 * extent)

    def best_of(turns: NDArray[np.float64]) -> tuple[float, float]:
        return max((_symmetry(garment, centre, scale, float(t)), float(t)) for t in turns)

    _, rough = best_of(np.arange(-_MOST_DEGREES, _MOST_DEGREES + 2, 2.0))
    symmetry, degrees = best_of(rough + np.arange(-1.5, 2.0, _STEP_DEGREES))
    if symmetry < _LEAST_SYMMETRY or abs(degrees) > _MOST_DEGREES - 1:
        return None
    return degrees


def _symmetry(garment: Inside, centre: tuple[float, float], scale: float, degrees: float) -> float:
    turn = cv2.getRotationMatrix2D(centre, degrees, scale)
    turn[:, 2] += np.array([_SIDE_PX / 2 - centre[0], _SIDE_PX / 2 - centre[1]])
    upright = cv2.warpAffine(
        garment.astype(np.float32), turn, (_SIDE_PX, _SIDE_PX), flags=cv2.INTER_LINEAR
    )
    best = 0.0
    for shift in range(-3, 4):
        mirrored = np.roll(upright[:, ::-1], shift, axis=1)
        union = np.maximum(upright, mirrored).sum()
        best = max(best, float(np.minimum(upright, mirrored).sum() / union))
    return best
