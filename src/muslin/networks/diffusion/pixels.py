"""The one place where pictures become images for a network, and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from muslin.imaging.types import Picture


def to_images(pictures: Sequence[Picture]) -> Tensor:
    """Pictures of one size, (H, W, 3) uint8, as images (B, 3, H, W) float32 in [-1, 1]."""
    stack = torch.from_numpy(np.stack(pictures))
    return stack.permute(0, 3, 1, 2).float().div(127.5).sub(1).contiguous()


def to_pictures(images: Tensor) -> list[Picture]:
    """Images (B, 3, H, W), clipped to [-1, 1], as pictures (H, W, 3) uint8."""
    unit = images.detach().float().cpu().div(2).add(0.5).clamp(0, 1)
    stack = unit.mul(255).round().to(torch.uint8).permute(0, 2, 3, 1)
    return [np.ascontiguousarray(picture) for picture in stack.numpy()]
