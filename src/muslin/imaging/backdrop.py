"""What stands behind a garment: its colour, how even it is, how it is lit."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from muslin.domain.fact import Lab
from muslin.imaging.colour import delta_e_2000, to_lab
from muslin.imaging.types import Alpha, Picture

WORKING_PX = 96
"""Longer side of the picture that is measured: finer grain is noise, not backdrop."""


@dataclass(frozen=True, slots=True)
class BackdropReading:
    """`lab` is the median; `spread` the median ΔE00 to it; all else in L*.

    `across` and `down` say by how much the backdrop grows lighter from left to right and from top
    to bottom; `light_slope` is how steep that is, whichever way.
    """

    lab: Lab
    spread: float
    texture: float
    light_slope: float
    across: float
    down: float


def border_backdrop(picture: Picture, mask: Alpha) -> BackdropReading:
    """Measure the backdrop of a picture (H, W, 3) whose garment is `mask` (H, W) in [0, 1].

    Pixels near the garment are left out (its shadow and its soft edge lie there); where the
    garment leaves less than a twentieth of the picture free, the outermost ring is taken.
    """
    scale = WORKING_PX / max(picture.shape[:2])
    size = (max(8, round(picture.shape[1] * scale)), max(8, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    garment = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    near = cv2.dilate((garment > 0.25).astype(np.uint8), np.ones((7, 7), np.uint8))
    free = near == 0
    if free.mean() < 0.05:
        free = np.ones_like(free)
        free[4:-4, 4:-4] = False
    lab = to_lab(np.asarray(small, np.uint8))
    median = np.median(lab[free], axis=0)
    smooth = cv2.GaussianBlur(lab[..., 0] * free, (0, 0), 3) / np.maximum(
        cv2.GaussianBlur(free.astype(np.float64), (0, 0), 3), 1e-3
    )
    rows, columns = np.nonzero(free)
    plane = np.stack([columns / size[0] - 0.5, rows / size[1] - 0.5, np.ones(len(rows))], axis=1)
    slope = np.linalg.lstsq(plane, lab[free][:, 0], rcond=None)[0]
    return BackdropReading(
        lab=(float(median[0]), float(median[1]), float(median[2])),
        spread=float(np.median(delta_e_2000(median, lab[free]))),
        texture=float(np.abs(lab[..., 0] - smooth)[free].mean()),
        light_slope=float(np.hypot(slope[0], slope[1])),
        across=float(slope[0]),
        down=float(slope[1]),
    )
