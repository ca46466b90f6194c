"""How much arithmetic the layers that learn add to a network's pass, were they free of all else.

`python -m benchmarks.training.operations BASE SIDE_PX PHOTOS LAYERS`; `training_step` starts it. A
change of rank r in a layer (out, in) multiplies each of its rows by 2·r·(in + out) numbers on the
way there, as much again on the way back to its input, and as much for its own gradients.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, autograd, nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.training.our_run import PEER_LAYERS
from benchmarks.training.task import RANK
from muslin.networks.diffusion.base import open_base
from muslin.networks.diffusion.opening import open_denoiser
from muslin.networks.diffusion.tuning.layers import Layer
from muslin.networks.diffusion.tuning.places import targeted


def added_share(base: Path, side_px: int, batch_size: int, layers: str) -> float:
    """Operations of the change over those of the frozen network, there and all the way back."""
    opened = open_base(str(base))
    network: Any = open_denoiser(opened, torch.device("cpu")).network
    targets = opened.family.targets if layers == "family" else PEER_LAYERS
    added: list[int] = []
    for layer in targeted(network, targets).values():
        layer.register_forward_hook(partial(_note, added))
    cells, width = side_px // 8, int(network.config["cross_attention_dim"])
    noisy = torch.randn(batch_size, 4, cells, cells, requires_grad=True)
    times, words = torch.zeros(batch_size), torch.randn(batch_size, 77, width)
    with FlopCounterMode(display=False) as counted:
        autograd.backward(network(noisy, times, words, return_dict=False)[0].sum())
    return sum(added) / float(counted.get_total_flops())


def _note(added: list[int], layer: nn.Module, _seen: object, answer: Tensor) -> None:
    assert isinstance(layer, Layer)
    out, *into = layer.weight.shape
    rows = answer.numel() // out
    added.append(3 * 2 * RANK * rows * (out + torch.Size(into).numel()))


def main() -> None:
    """Print the share."""
    base, side_px, batch_size, layers = sys.argv[1:]
    print(added_share(Path(base), int(side_px), int(batch_size), layers))


if __name__ == "__main__":
    main()
