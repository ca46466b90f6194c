"""How busy a surface is."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from muslin.imaging.types import LabPicture


def pattern_contrast(lab: LabPicture, inside: NDArray[np.bool_]) -> float:
    """Mean local colour contrast of the pixels `inside` (H, W), in ΔE*ab; 0 = one flat colour.

    The distance of every pixel to the mean of its neighbourhood (Gaussian, σ = 2.5 % of the
    longer side, over `inside` only). Folds and weave give 1 to 4, stripes and prints 6 to 25.
    Returns 0.0 where `inside` is empty.
    """
    if not inside.any():
        return 0.0
    sigma = 0.025 * max(inside.shape)
    weight = cv2.GaussianBlur(inside.astype(np.float64), (0, 0), sigma)
    mean = cv2.GaussianBlur(lab * inside[..., None], (0, 0), sigma)
    around = np.asarray(mean) / np.maximum(np.asarray(weight), 1e-3)[..., None]
    return float(np.linalg.norm(lab - around, axis=-1)[inside].mean())
