"""Where in a network something is learnt: layers by name, and those that read the same input."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import torch
from torch import nn

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.chance import chance
from muslin.networks.diffusion.tuning.layers import Layer
from muslin.networks.diffusion.tuning.learnt import LowRank

SELF_ATTENTION = ("to_q", "to_k", "to_v")
CROSS_ATTENTION = ("to_k", "to_v")
JOINT_ATTENTION = ("add_q_proj", "add_k_proj", "add_v_proj")
"""Names that diffusers gives to layers of one input, in the order in which it asks them."""


def targeted(network: nn.Module, targets: str) -> dict[str, Layer]:
    """Linear and ungrouped convolution layers that `targets` matches, by name.

    Raises InvalidRequest when there is none.
    """
    layers = dict(network.named_modules())
    wanted = matching(layers, targets)
    found = {
        name: layer
        for name, layer in layers.items()
        if name in wanted and _can_adapt(layer) and isinstance(layer, Layer)
    }
    if not found:
        raise InvalidRequest(
            f"No layer of the network matches {targets!r}.", hint="Choose other adapter targets."
        )
    return found


def matching(names: Iterable[str], targets: str) -> set[str]:
    """The names that match `targets` as a whole.

    Where it has a group `late`, the number of a block, only the later half of the blocks counts:
    networks of one family differ in depth.
    """
    rule = re.compile(targets)
    found = {name: match for name in names if (match := rule.fullmatch(name))}
    if "late" not in rule.groupindex:
        return set(found)
    blocks = {name: int(match["late"]) for name, match in found.items()}
    half = (max(blocks.values(), default=0) + 1) / 2
    return {name for name, block in blocks.items() if block >= half}


def shared_inputs(network: nn.Module, names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The linear layers among `names`, put together where they read the same input.

    A wrong guess costs time and never changes a result: answers wait for the very same tensor.
    """
    left = dict.fromkeys(names)
    while left:
        name = next(iter(left))
        parent, _, own = name.rpartition(".")
        peers = _peers(network.get_submodule(parent), own)
        together = tuple(f"{parent}.{peer}" for peer in peers if f"{parent}.{peer}" in left)
        for taken in together or (name,):
            del left[taken]
        yield together or (name,)


def fresh(layer: Layer, name: str, rank: int, seed: int) -> LowRank:
    """The start of one layer's change: `down` uniform in ±1/√fan_in, `up` zero; CPU float32."""
    fan_out, fan_in = layer.weight.shape[0], layer.weight[0].numel()
    down = torch.rand((rank, *layer.weight.shape[1:]), generator=chance(seed, "adapter", name))
    ones = (1,) * (layer.weight.ndim - 2)
    return LowRank(down.mul_(2).sub_(1).mul_(fan_in**-0.5), torch.zeros(fan_out, rank, *ones))


def _peers(parent: nn.Module, own: str) -> tuple[str, ...]:
    """The names beside `own` that read its input; none when it is read alone."""
    crosses = getattr(parent, "is_cross_attention", False)
    for group in (CROSS_ATTENTION if crosses else SELF_ATTENTION, JOINT_ATTENTION):
        layers = [getattr(parent, name, None) for name in group]
        if own in group and all(isinstance(layer, nn.Linear) for layer in layers):
            same_width = len({layer.in_features for layer in layers if layer is not None}) == 1
            return group if same_width else ()
    return ()


def _can_adapt(layer: nn.Module) -> bool:
    return isinstance(layer, nn.Linear) or (isinstance(layer, nn.Conv2d) and layer.groups == 1)
