"""Noise of a sensor and the blocks of JPEG, in a picture's own pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]
"""(H, W) float32, 0 to 255."""

_SECOND_DIFFERENCES = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
_TILE_PX = 16
_CALMEST = 0.2
"""Share of the tiles that noise is read from: there the picture itself says least."""
_BLOCK_PX = 8


def noise(grey: Grey) -> float:
    """Standard deviation of a picture's noise, in levels of 255; 0 = none.

    A mask that no plane, edge along a row or edge along a column answers to, averaged over tiles of
    16 px; the calmest fifth of them is taken, so that fabric does not count as noise.
    Source: Immerkaer, "Fast noise variance estimation", CVIU 64 (1996), equation 4.
    """
    answer = cv2.filter2D(grey, cv2.CV_32F, _SECOND_DIFFERENCES)[1:-1, 1:-1]
    tiles = _tiled(np.abs(np.asarray(answer, np.float32)))
    return float(np.quantile(tiles, _CALMEST) * np.sqrt(np.pi / 2) / 6)


def blocking(grey: Grey) -> float:
    """How much the steps between blocks of 8 px exceed those inside; 0 = no blocks.

    The bend of the grey values across each line between two pixels; the lines of the commonest
    eighth against the median of the other seven, columns and rows apart, the smaller of the two:
    a picture that was cropped after it was compressed has its grid elsewhere, and a pattern
    whose period divides 8 px rarely does so both ways.
    Source: after Wang, Bovik, Evans, "Blind measurement of blocking artifacts", ICIP (2000).
    """
    return min(_blocking_along(grey), _blocking_along(np.ascontiguousarray(grey.T)))


def _blocking_along(grey: Grey) -> float:
    steps = np.diff(grey, axis=1)
    bends = np.abs(steps[:, 1:-1] - (steps[:, :-2] + steps[:, 2:]) / 2)
    lines = np.minimum(bends, 16).mean(axis=0)  # an edge of the garment is no block's
    lines = lines[: len(lines) // _BLOCK_PX * _BLOCK_PX].reshape(-1, _BLOCK_PX).mean(axis=0)
    usual = float(np.median(lines))
    return float(lines.max() / usual - 1) if usual > 0 else 0.0


def _tiled(values: Grey) -> Grey:
    rows, columns = (side // _TILE_PX for side in values.shape)
    whole = values[: rows * _TILE_PX, : columns * _TILE_PX]
    means = whole.reshape(rows, _TILE_PX, columns, _TILE_PX).mean(axis=(1, 3))
    return np.asarray(means, np.float32)
