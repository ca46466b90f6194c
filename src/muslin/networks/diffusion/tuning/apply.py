"""A finished checkpoint in a network, to draw with: merged, so that it is free, and undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from torch import Tensor, nn

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.tuning.files import (
    KRONECKER_FILE,
    WHOLE_FILE,
    read_adapter,
    read_kronecker,
    read_whole,
)
from muslin.networks.diffusion.tuning.layers import Layer
from muslin.networks.diffusion.tuning.learnt import Adapter, Kronecker, KroneckerAdapter, LowRank

Undo = Callable[[], None]
"""Puts back the very tensors that were there before."""
Change = list[tuple[Tensor, Tensor]]
"""Tensors of a network, each with the content that a checkpoint gives it."""


def apply(network: nn.Module, folder: Path, prefix: str) -> Undo:
    """Make a network draw as a checkpoint's folder says, of whatever method it is.

    `prefix` is the network's name in files. Raises TornCheckpoint when nothing can be read, and
    InvalidRequest when it was made for another network; nothing has changed then.
    """
    return exchange(change_of(network, folder, prefix))


def change_of(network: nn.Module, folder: Path, prefix: str) -> Change:
    """What `apply` would exchange, to be kept and exchanged again; nothing changes yet.

    Raises as `apply` does. The network must be as its base is.
    """
    if (folder / WHOLE_FILE).is_file():
        return _replaced(network, read_whole(folder))
    if (folder / KRONECKER_FILE).is_file():
        return _merged(network, read_kronecker(folder, prefix))
    return _merged(network, read_adapter(folder, prefix))


def merge(network: nn.Module, adapter: Adapter | KroneckerAdapter) -> Undo:
    """Put an adapter into the weights of the layers that it is for."""
    return exchange(_merged(network, adapter))


def _merged(network: nn.Module, adapter: Adapter | KroneckerAdapter) -> Change:
    modules = dict(network.named_modules())
    layers = {n: _fitting(n, modules.get(n), part) for n, part in adapter.layers.items()}
    return [
        (layer.weight, adapter.tuned(name, layer.weight.data)) for name, layer in layers.items()
    ]


def _replaced(network: nn.Module, weights: Mapping[str, Tensor]) -> Change:
    """Other weights in the place of all that a network has."""
    held = network.state_dict(keep_vars=True)
    odd = held.keys() ^ weights.keys() or {
        name for name, tensor in held.items() if tensor.shape != weights[name].shape
    }
    if odd:
        raise _foreign(min(odd))
    return [(tensor, weights[name].to(tensor)) for name, tensor in held.items()]


def exchange(change: Change) -> Undo:
    """Give each tensor other content; the content that was there comes back as it was."""
    before = [(tensor, tensor.data) for tensor, _ in change]
    for tensor, content in change:
        tensor.data = content

    def undo() -> None:
        for tensor, content in before:
            tensor.data = content

    return undo


def _fitting(name: str, layer: nn.Module | None, part: LowRank | Kronecker) -> Layer:
    """The layer that a change is for; InvalidRequest when it is missing or of another shape."""
    if isinstance(layer, Layer) and part.fits(layer.weight.shape):
        return layer
    raise _foreign(name)


def _foreign(name: str) -> InvalidRequest:
    return InvalidRequest(
        f"The adapter does not fit the network at {name}.", hint="Use the base it was trained on."
    )
