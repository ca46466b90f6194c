"""A small network with every kind of layer that a tuning can change, and some that it cannot."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from muslin.domain.profile import Profile
from muslin.networks.diffusion.tuning.methods import Tuning, begin

EVERYTHING = r".*"


class Attention(nn.Module):
    """Self-attention in diffusers' words."""

    is_cross_attention = False

    def __init__(self) -> None:
        super().__init__()
        self.to_q, self.to_k, self.to_v = (nn.Linear(4, 4, bias=False) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        return x + scaled_dot_product_attention(self.to_q(x), self.to_k(x), self.to_v(x))


class Seamstress(nn.Module):
    """Cuts (B, 3, h, w) to pieces, pins, presses, looks at them all, and sews."""

    def __init__(self) -> None:
        super().__init__()
        self.cut = nn.Conv2d(3, 6, 3, stride=2, padding=1)
        self.pin = nn.Conv2d(6, 6, 3, padding=1, groups=6)
        self.press = nn.Conv2d(6, 4, 1)
        self.look = Attention()
        self.sew = nn.Linear(4, 6)
        self.requires_grad_(False)

    def forward(self, cloth: Tensor) -> Tensor:
        pieces: Tensor = self.press(self.pin(self.cut(cloth)))
        sewn: Tensor = self.sew(self.look(pieces.flatten(2).transpose(1, 2)))
        return sewn


def a_network() -> Seamstress:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Seamstress()


def cloth(pictures: int = 2) -> Tensor:
    rng = torch.Generator().manual_seed(1)
    return torch.randn((pictures, 3, 8, 6), generator=rng)


def a_profile(**fields: float | str) -> Profile:
    return Profile.model_validate({"rank": 2, "alpha": 6.0, "seed": 3, **fields})


def begun(network: nn.Module, **fields: float | str) -> Tuning:
    return begin(network, EVERYTHING, "unet", a_profile(**fields))


def learnt(network: nn.Module, **fields: float | str) -> Tuning:
    """A tuning whose parameters have all moved."""
    tuning = begun(network, **fields)
    rng = torch.Generator().manual_seed(4)
    for name in sorted(tuning.learning):
        parameter = tuning.learning[name]
        parameter.data += 0.3 * torch.randn(parameter.shape, generator=rng)
    return tuning


METHODS = ["lora", "dora", "lokr", "full"]
