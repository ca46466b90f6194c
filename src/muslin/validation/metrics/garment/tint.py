"""Garment colour error: how far is the garment from the colour that it should have?

Both colours are medians of CIELAB over the garment. Light and shading move lightness far more than
hue and chroma, so the *chroma error* is primary: CIEDE2000 of the two colours at one lightness,
their mean. The whole error counts lightness, too, and suits pictures of one light.
Source: CIEDE2000 as in `imaging.colour`; medians, because folds and seams are few pixels.
"""

from __future__ import annotations

import cv2
import numpy as np

from muslin.domain.fact import Lab
from muslin.imaging.colour import delta_e_2000, to_lab
from muslin.imaging.types import Alpha, Picture

NAME = "garment_colour"
EDGE_FRACTION = 0.012
"""Of the longer side: a rim that holds backdrop and shadow, not garment."""
LEAST_PX = 64


def garment_lab(picture: Picture, mask: Alpha) -> Lab | None:
    """Median CIELAB of a garment without its rim; None where too little of it is left."""
    inside = well_inside(mask)
    if int(inside.sum()) < LEAST_PX:
        return None
    lightness, a, b = (float(v) for v in np.median(to_lab(picture[inside]), axis=0))
    return lightness, a, b


def well_inside(mask: Alpha) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """(H, W): the garment's pixels without a rim of EDGE_FRACTION of the longer side."""
    rim = max(1, round(EDGE_FRACTION * max(mask.shape)))
    kernel = np.ones((2 * rim + 1,) * 2, np.uint8)
    return np.asarray(cv2.erode((mask > 0.5).astype(np.uint8), kernel) > 0)


def colour_error(one: Lab, other: Lab) -> float:
    """ΔE00 of two colours, lightness included."""
    return float(delta_e_2000(one, other))


def chroma_error(one: Lab, other: Lab) -> float:
    """ΔE00 of two colours at their mean lightness: immune to light and shading."""
    level = (one[0] + other[0]) / 2
    return float(delta_e_2000((level, *one[1:]), (level, *other[1:])))
