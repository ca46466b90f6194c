"""What counts in a photo: a garment mask becomes a weight for every latent cell.

A weighted error of latents is what ai-toolkit, kohya and OneTrainer call masked loss. Weights have
a mean of 1 over each photo, so that the learning rate keeps its meaning and a small garment does
not make its photo count less.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from muslin.domain.profile import Profile
from muslin.imaging.types import Alpha


def share_of_garment(mask: Alpha, height: int, width: int) -> Tensor:
    """The garment's share of each latent cell, (1, 1, height, width) in [0, 1], by area."""
    whole = torch.from_numpy(mask.copy())[None, None]
    return interpolate(whole, size=(height, width), mode="area").clamp(0, 1)


def counts_alike(profile: Profile) -> bool:
    """Whether a profile weighs garment and backdrop the same, so that no mask is needed."""
    return profile.garment_weight == profile.backdrop_weight


def cell_weights(shares: Tensor, garment_weight: float, backdrop_weight: float) -> Tensor:
    """Weights (N, 1, h, w) in the loss for the garment's shares: gm + b(1 - m) over its mean.

    The mean over each photo is 1; it is 0 where nothing of a photo counts.
    """
    raw = garment_weight * shares + backdrop_weight * (1 - shares)
    mean = raw.mean(dim=(1, 2, 3), keepdim=True)
    return torch.where(mean > 0, raw / mean, 0.0)
