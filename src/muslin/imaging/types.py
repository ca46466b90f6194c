"""What the imaging functions pass around."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""(H, W, 3) uint8 sRGB, upright."""
Alpha = NDArray[np.float32]
"""(H, W) float32 in [0, 1]: how much of a pixel belongs to the garment."""
LabPicture = NDArray[np.float64]
"""(H, W, 3) float64 CIELAB, D65, L* in [0, 100]."""
