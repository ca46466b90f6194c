"""Letters laid over a picture beside the garment: watermarks, prices, names of shops."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]
Inside = NDArray[np.bool_]
Strokes = NDArray[np.float64]
"""(N, 5): left, top, width, height in px, and contrast in levels of 255."""

_STROKE_PX = 7
"""Strokes of letters are thinner than this in a picture of 400 x 533 px."""
_LEAST_CONTRAST = 8.0
_OVER_BACKDROP = 2.5
"""Times the contrast that nine tenths of the backdrop stay under."""
_SMALLEST_PX, _LARGEST_PX = 6, 60
_WIDEST, _NARROWEST = 3.0, 0.12
"""Times a letter's height; two or three letters that touch are one stroke."""
_LEAST_INK = 0.2
_LETTER_WIDTH = 0.8
_FEWEST_STROKES = 3


def lettering(grey: Grey, garment: Inside) -> int:
    """How many letters stand in the longest line of writing beside a garment; 0 = none.

    Thin bright or dark strokes (white and black top-hat) alike in height and contrast, on one
    line, closer than half their height. A print on the garment is left alone: `garment` (H, W) is
    True there. Lines along rows only; `grey` (H, W) about 400 x 533 px.
    """
    ways = (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT)
    return max(_longest_line(_strokes(grey, garment, way)) for way in ways)


def _strokes(grey: Grey, garment: Inside, way: int) -> Strokes:
    """What has the size, shape and contrast of letters, off the garment, from left to right."""
    kernel = np.ones((_STROKE_PX, _STROKE_PX), np.uint8)
    hat = np.asarray(cv2.morphologyEx(grey, way, kernel), np.float32)
    free = hat[~garment]
    if free.size == 0:
        return np.zeros((0, 5))
    bright = max(_LEAST_CONTRAST, _OVER_BACKDROP * float(np.quantile(free, 0.9)))
    ink = ((hat > bright) & ~garment).astype(np.uint8)
    count, member, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes = np.asarray(stats, np.float64)[1:]
    width, height, area = boxes[:, 2], boxes[:, 3], boxes[:, 4]
    contrast = np.bincount(member.ravel(), hat.ravel(), count)[1:] / np.maximum(area, 1)
    fitting = (height >= _SMALLEST_PX) & (height <= _LARGEST_PX)
    fitting &= (width <= _WIDEST * height) & (width >= _NARROWEST * height)
    fitting &= area >= np.maximum(8, _LEAST_INK * width * height)
    found = np.column_stack([boxes[:, :4], contrast])[fitting]
    return np.asarray(found[np.argsort(found[:, 0], kind="stable")], np.float64)


def _longest_line(strokes: Strokes) -> int:
    """Letters in the longest chain of strokes, each beside the one before."""
    letters = np.maximum(1, np.round(strokes[:, 2] / strokes[:, 3] / _LETTER_WIDTH))
    length, links = letters.copy(), np.ones(len(strokes), int)
    for place in range(1, len(strokes)):
        beside = _beside(strokes[place], strokes[:place])
        if beside.any():
            length[place] += length[:place][beside].max()
            links[place] += links[:place][beside].max()
    return int(length[links >= _FEWEST_STROKES].max(initial=0))


def _beside(one: NDArray[np.float64], before: Strokes) -> Inside:
    """Which strokes further left stand on one line with a stroke, next to it."""
    left, top, _, height, contrast = one
    gap = left - (before[:, 0] + before[:, 2])
    tall = np.maximum(height, before[:, 3])
    near = (gap > -0.3 * tall) & (gap < 0.5 * tall) & (left > before[:, 0])
    even = np.minimum(height, before[:, 3]) >= 0.5 * tall
    even &= np.minimum(contrast, before[:, 4]) >= 0.7 * np.maximum(contrast, before[:, 4])
    line = np.abs((top + height) - (before[:, 1] + before[:, 3])) < 0.25 * tall
    return np.asarray(near & even & line, np.bool_)
