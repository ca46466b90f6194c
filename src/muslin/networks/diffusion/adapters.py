"""Low-rank adapters: a layer's W becomes W + (alpha / rank)·up·down, with W itself left as it was.

Source: Hu et al., "LoRA", arXiv 2106.09685, section 4.1; convolutions as in PEFT, where `down` has
the layer's own kernel and `up` is 1×1. `down` starts uniform in ±1/√fan_in and `up` at zero, so
that a fresh adapter changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, linear

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.chance import chance

Layer = nn.Linear | nn.Conv2d


@dataclass(frozen=True, slots=True)
class LowRank:
    """One layer's change. Linear: `down` (r, in), `up` (out, r).

    Convolution: `down` (r, in, kh, kw), `up` (out, r, 1, 1).
    """

    down: Tensor
    up: Tensor

    def change(self) -> Tensor:
        """up·down in the shape of the layer's weight."""
        product = self.up.flatten(1) @ self.down.flatten(1)
        return product.view(self.up.shape[0], *self.down.shape[1:])


@dataclass(frozen=True, slots=True)
class Adapter:
    """What was learnt: a low-rank change for each layer, by its name in the network."""

    alpha: float
    layers: Mapping[str, LowRank]

    def scale(self, layer: str) -> float:
        """Alpha / rank of one layer."""
        return self.alpha / self.layers[layer].down.shape[0]


class AdaptedLayer(nn.Module):
    """A frozen layer with a low-rank change that learns."""

    def __init__(self, base: Layer, start: LowRank, alpha: float) -> None:
        super().__init__()
        self.base = base
        self.scale = alpha / start.down.shape[0]
        self.down = nn.Parameter(start.down.to(base.weight.device))
        self.up = nn.Parameter(start.up.to(base.weight.device))


class AdaptedLinear(AdaptedLayer):
    """y = Wx + b + scale·up·down·x."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., in) to (..., out); scaling and sum ride on the second product for free."""
        flat = x.reshape(-1, x.shape[-1])
        learnt = linear(flat, self.down)
        y: Tensor = self.base(flat)
        y.addmm_(learnt, self.up.t(), alpha=self.scale)
        return y.view(*x.shape[:-1], -1)


class AdaptedConv(AdaptedLayer):
    """y = W * x + b + scale·up * (down * x)."""

    base: nn.Conv2d

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, in, h, w) to (B, out, h', w') as the layer itself does."""
        conv = self.base
        learnt = conv2d(x, self.down, None, conv.stride, conv.padding, conv.dilation)
        y: Tensor = conv(x)
        return y.add_(conv2d(learnt, self.up * self.scale))


def targeted(network: nn.Module, targets: str) -> dict[str, Layer]:
    """Linear and ungrouped convolution layers whose whole name matches `targets`, by name.

    Raises InvalidRequest when there is none.
    """
    rule = re.compile(targets)
    found = {
        name: layer
        for name, layer in network.named_modules()
        if rule.fullmatch(name) and _can_adapt(layer) and isinstance(layer, Layer)
    }
    if not found:
        raise InvalidRequest(
            f"No layer of the network matches {targets!r}.", hint="Choose other adapter targets."
        )
    return found


def adapt(
    network: nn.Module, targets: str, rank: int, alpha: float, seed: int
) -> dict[str, AdaptedLayer]:
    """Put a fresh adapter into the network, in place; gives its layers by name.

    The start depends on `seed` and the layers' names only. The change is nothing until trained.
    """
    return {
        name: _replace(network, name, layer, fresh(layer, name, rank, seed), alpha)
        for name, layer in targeted(network, targets).items()
    }


def fresh(layer: Layer, name: str, rank: int, seed: int) -> LowRank:
    """The start of one layer's change: `down` uniform in ±1/√fan_in, `up` zero; CPU float32."""
    fan_out, fan_in = layer.weight.shape[0], layer.weight[0].numel()
    down = torch.rand((rank, *layer.weight.shape[1:]), generator=chance(seed, "adapter", name))
    ones = (1,) * (layer.weight.ndim - 2)
    return LowRank(down.mul_(2).sub_(1).mul_(fan_in**-0.5), torch.zeros(fan_out, rank, *ones))


def adapter_of(layers: Mapping[str, AdaptedLayer], alpha: float) -> Adapter:
    """What the layers have learnt so far, detached but not copied."""
    learnt = {n: LowRank(layer.down.detach(), layer.up.detach()) for n, layer in layers.items()}
    return Adapter(alpha, learnt)


def learning(layers: Mapping[str, AdaptedLayer]) -> dict[str, nn.Parameter]:
    """The parameters that learn, by layer and side, for example `mid.to_q.down`."""
    downs = {f"{name}.down": layer.down for name, layer in layers.items()}
    return downs | {f"{name}.up": layer.up for name, layer in layers.items()}


def put_back(layers: Mapping[str, AdaptedLayer], adapter: Adapter) -> None:
    """Make the layers continue from what an adapter has learnt."""
    with torch.no_grad():
        for name, layer in layers.items():
            layer.down.copy_(adapter.layers[name].down)
            layer.up.copy_(adapter.layers[name].up)


def merge(network: nn.Module, adapter: Adapter) -> dict[str, Tensor]:
    """Add the adapter to the weights; gives the weights that were there, for `restore`.

    A merged network costs no more than the base. Raises InvalidRequest, and changes nothing,
    when the adapter was made for another network.
    """
    modules = dict(network.named_modules())
    layers = {n: _fitting(n, modules.get(n), part) for n, part in adapter.layers.items()}
    before = {name: layer.weight.data for name, layer in layers.items()}
    for name, layer in layers.items():
        change = adapter.layers[name].change().to(layer.weight)
        layer.weight.data = torch.add(before[name], change, alpha=adapter.scale(name))
    return before


def restore(network: nn.Module, before: Mapping[str, Tensor]) -> None:
    """Put back the very tensors that `merge` took out."""
    for name, weight in before.items():
        network.get_parameter(f"{name}.weight").data = weight


def _can_adapt(layer: nn.Module) -> bool:
    return isinstance(layer, nn.Linear) or (isinstance(layer, nn.Conv2d) and layer.groups == 1)


def _replace(
    network: nn.Module, name: str, layer: Layer, start: LowRank, alpha: float
) -> AdaptedLayer:
    kind = AdaptedLinear if isinstance(layer, nn.Linear) else AdaptedConv
    adapted = kind(layer, start, alpha)
    network.set_submodule(name, adapted)
    return adapted


def _fitting(name: str, layer: nn.Module | None, part: LowRank) -> Layer:
    """The layer that a change is for; InvalidRequest when it is missing or of another shape."""
    if isinstance(layer, Layer):
        expected = (part.up.shape[0], *part.down.shape[1:])
        if layer.weight.shape == expected and part.up.shape[1] == part.down.shape[0]:
            return layer
    raise InvalidRequest(
        f"The adapter does not fit the network at {name}.", hint="Use the base it was trained on."
    )
