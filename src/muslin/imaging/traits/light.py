"""Where the light comes from and how hard it is, read from the shadow beside a garment."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Inside = NDArray[np.bool_]

_LEAST_DEPTH = 6.0
"""L* that a shadow must be darker than its backdrop before its edge can be judged."""
_RING_PX = 31
_STEEPEST = 0.98


@dataclass(frozen=True, slots=True)
class LightReading:
    """`degrees`: where the light comes from, clockwise from above the frame; `hardness`: share of
    a shadow's depth that falls within one px of a picture of 192 x 256, in [0, 1]; None where the
    garment throws no shadow to judge by."""

    degrees: float | None
    hardness: float | None


def read_light(lightness: Floats, found: Inside, texture: float) -> LightReading:
    """Judge the backdrop around a garment `found` (H, W) by its L* (H, W).

    The shadow is the side of a ring around the garment that is darkest; `texture`, the backdrop's
    own in L*, must be small against it.
    """
    near = _grown(found, _RING_PX) & ~_grown(found, 3)
    far = ~_grown(found, _RING_PX)
    if near.sum() < 64 or far.sum() < 64:
        return LightReading(None, None)
    base = float(np.median(lightness[far]))
    depth = base - float(np.quantile(lightness[near], 0.1))
    if depth < max(_LEAST_DEPTH, 3 * texture):
        return LightReading(None, None)
    return LightReading(_degrees(lightness, found, near, base), _hardness(lightness, near, depth))


def _degrees(lightness: Floats, found: Inside, near: Inside, base: float) -> float:
    """Opposite to the middle of the shadow, seen from the middle of the garment."""
    rows, columns = np.nonzero(near)
    shade = np.maximum(base - lightness[near], 0)
    middle = [float(axis.mean()) for axis in np.nonzero(found)]
    down = float((shade * (rows - middle[0])).sum())
    right = float((shade * (columns - middle[1])).sum())
    return float(np.degrees(np.arctan2(-right, down)) % 360)


def _hardness(lightness: Floats, near: Inside, depth: float) -> float:
    across = cv2.Sobel(lightness, cv2.CV_64F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(lightness, cv2.CV_64F, 0, 1, scale=1 / 8)
    steepest = float(np.quantile(np.hypot(across, down)[near], _STEEPEST))
    return min(1.0, steepest / depth)


def _grown(found: Inside, side_px: int) -> Inside:
    return np.asarray(cv2.dilate(found.astype(np.uint8), np.ones((side_px, side_px), np.uint8))) > 0
