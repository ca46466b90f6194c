"""The garment network: a small U-Net with two more heads on its deepest features."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from muslin.imaging.types import Alpha, Picture
from starter.photos import to_network
from starter.resumable import load_state

CATEGORIES = (
    "blazer", "bodysuit", "dress", "hat", "hoodie", "long-sleeve top", "outerwear", "pants",
    "polo", "shirt", "shoes", "shorts", "skirt", "t-shirt", "top",
)  # fmt: skip
PRESENTATIONS = ("flat_lay", "hanger")


def block(inside: int, outside: int, stride: int = 1) -> nn.Sequential:
    """Convolution 3x3, group norm, SiLU."""
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, stride, 1, bias=False),
        nn.GroupNorm(8, outside),
        nn.SiLU(),
    )


class GarmentNetwork(nn.Module):
    """(B, 3, H, W) in [-1, 1] to mask logits (B, 1, H, W), category and presentation logits."""

    def __init__(self, widths: tuple[int, int, int, int] = (24, 48, 96, 160)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.stem = block(3, a, 2)
        self.down = nn.ModuleList(
            [
                nn.Sequential(block(a, a), block(a, a)),
                nn.Sequential(block(a, b, 2), block(b, b)),
                nn.Sequential(block(b, c, 2), block(c, c), block(c, c)),
                nn.Sequential(block(c, d, 2), block(d, d), block(d, d)),
            ]
        )
        self.up = nn.ModuleList([block(d + c, c), block(c + b, b), block(b + a, a)])
        self.mask = nn.Conv2d(a, 4, 3, 1, 1)
        self.shared = nn.Sequential(nn.Linear(2 * (c + d), 128), nn.SiLU(), nn.Dropout(0.2))
        self.category = nn.Linear(128, len(CATEGORIES))
        self.presentation = nn.Linear(128, len(PRESENTATIONS))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of the three heads; H and W divisible by 16."""
        mask, features = self.look(pictures)
        return mask, self.category(features), self.presentation(features)

    def look(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Mask logits (B, 1, H, W), and the features (B, 128) that the other heads share."""
        x, skips = self.stem(pictures), []
        for stage in self.down:
            x = stage(x)
            skips.append(x)
        deep = torch.cat(
            [f.mean((2, 3)) for f in skips[2:]] + [f.amax((2, 3)) for f in skips[2:]], 1
        )
        for stage, skip in zip(self.up, reversed(skips[:-1]), strict=True):
            x = stage(torch.cat([F.interpolate(x, scale_factor=2.0, mode="nearest"), skip], 1))
        features = self.shared(deep)
        return F.pixel_shuffle(self.mask(x), 2), features


class WithEmbedding(nn.Module):
    """The garment network with its shared features as a fourth output."""

    def __init__(self, network: GarmentNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Mask, category and presentation logits, and the (B, 128) features."""
        mask, features = self.network.look(pictures)
        return mask, self.network.category(features), self.network.presentation(features), features


def read_garment_network(weights: Path) -> GarmentNetwork:
    """The trained network of a `garment.pt`. Raises WeightsMissing when it is not there yet."""
    network = GarmentNetwork()
    network.load_state_dict(load_state(weights)["network"])
    return network.eval()


@torch.no_grad()
def garment_mask(network: GarmentNetwork, picture: Picture) -> Alpha:
    """Where a picture (H, W, 3) is garment, (H, W) in [0, 1].

    The network looks at half size, which it was taught at.
    """
    half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    logits, _, _ = network(to_network(torch.from_numpy(half)[None]))
    alpha = logits[0, 0].sigmoid().numpy()
    height, width = picture.shape[:2]
    return np.asarray(cv2.resize(alpha, (width, height), interpolation=cv2.INTER_LINEAR))
