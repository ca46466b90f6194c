"""The layers of a network that an adapter may change."""

from __future__ import annotations

from torch import Tensor, nn


def layer_weights(network: nn.Module) -> dict[str, Tensor]:
    """The weight of each linear and ungrouped convolution layer, by the layer's name."""
    return {
        name: layer.weight
        for name, layer in network.named_modules()
        if isinstance(layer, nn.Linear) or (isinstance(layer, nn.Conv2d) and layer.groups == 1)
    }
