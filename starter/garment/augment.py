"""Changes that leave a garment what it is: place, light, colour, and what lies behind it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from starter.garment.lessons import has_mask
from starter.photos import to_network


def augment(pictures: Tensor, masks: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Other backdrops, mirroring, turning, zoom, light and colour.

    `pictures` (B, H, W, 3) uint8 and `masks` (B, H, W) become (B, 3, H, W) in [-1, 1] and masks
    that still fit them. A third of the garments whose mask is known come before another photo.
    """
    x = _before_others(to_network(pictures), masks, rng)
    grid = F.affine_grid(_placements(x, rng), list(x.shape), align_corners=False)
    x = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    m = F.grid_sample(masks[:, None], grid, padding_mode="reflection", align_corners=False)
    return _relit(x, rng), m[:, 0]


def _before_others(x: Tensor, masks: Tensor, rng: np.random.Generator) -> Tensor:
    """Put garments before other photos of the batch, shifted and upside down."""
    others = torch.from_numpy(rng.permutation(len(x)))
    swap = has_mask(masks) & torch.from_numpy(rng.random(len(x)) < 0.35)
    alpha = torch.nan_to_num(masks[:, None])
    behind = torch.roll(x[others], int(rng.integers(0, 48)), 3).flip(2)
    return torch.where(swap[:, None, None, None], alpha * x + (1 - alpha) * behind, x)


def _placements(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Random maps (B, 2, 3) for `affine_grid`: turned, zoomed, mirrored, shifted."""
    count = len(x)
    angle = rng.normal(0, 0.08, count)
    zoom = np.exp(rng.normal(0.0, 0.12, count))
    mirror = np.where(rng.random(count) < 0.5, -1.0, 1.0)
    ratio = x.shape[2] / x.shape[3]
    theta = np.zeros((count, 2, 3), np.float32)
    theta[:, 0, 0], theta[:, 0, 1] = mirror * np.cos(angle) / zoom, -np.sin(angle) / zoom * ratio
    theta[:, 1, 0], theta[:, 1, 1] = np.sin(angle) / zoom / ratio, np.cos(angle) / zoom
    theta[:, :, 2] = rng.normal(0, 0.06, (count, 2))
    return torch.from_numpy(theta)


def _relit(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Brightness and white balance changed at random."""
    count = len(x)
    gain = torch.from_numpy(np.exp(rng.normal(0, 0.12, (count, 3))).astype(np.float32))
    light = torch.from_numpy(rng.normal(0, 0.1, (count, 1, 1, 1)).astype(np.float32))
    return ((x + 1) * gain[:, :, None, None] - 1 + light).clamp(-1, 1)
