"""The methods of tuning behind one shape: what learns, and the file that it becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from safetensors.torch import save
from torch import Tensor, nn

from muslin.domain.errors import InvalidRequest
from muslin.domain.profile import Profile
from muslin.networks.diffusion.building import BUILDING
from muslin.networks.diffusion.tuning.files import (
    ADAPTER_FILE,
    KRONECKER_FILE,
    WHOLE_FILE,
    adapter_bytes,
    kronecker_bytes,
)
from muslin.networks.diffusion.tuning.layers import (
    Dial,
    Sharing,
    TunedByParts,
    TunedConv,
    TunedLinear,
)
from muslin.networks.diffusion.tuning.learnt import (
    Adapter,
    Kronecker,
    KroneckerAdapter,
    LowRank,
    strength,
)
from muslin.networks.diffusion.tuning.lokr import KroneckerLayer, fresh_kronecker
from muslin.networks.diffusion.tuning.places import fresh, matching, shared_inputs, targeted

Values = Mapping[str, Tensor]
"""What the learning parameters hold, or held, or their average, by name."""


class Tuning(Protocol):
    """Something put into a network that learns."""

    @property
    def learning(self) -> Mapping[str, nn.Parameter]:
        """The parameters that learn, by name; the names are the same in every run of a profile."""
        ...

    @property
    def file_name(self) -> str:
        """The name of a checkpoint's file."""
        ...

    def content(self, values: Values) -> bytes:
        """A checkpoint's file for values of the learning parameters; the same bytes each time."""
        ...

    def listen(self, noise_fraction: Tensor) -> None:
        """Before each forward pass that learns: the pictures' share of noise, (B,) in [0, 1]."""
        ...

    def off(self) -> AbstractContextManager[None]:
        """The network answers as its base alone inside."""
        ...


def begin(network: nn.Module, targets: str, prefix: str, profile: Profile) -> Tuning:
    """Put what a profile learns into a network, in place; nothing changes until it has learnt.

    `targets` is a regular expression of layer names, `prefix` the network's name in files. The
    start depends on the profile's seed and the layers' names only. Raises InvalidRequest when no
    layer matches.
    """
    with BUILDING:
        if profile.method == "full":
            return WholeTuning(network, targets, profile)
        if profile.method == "lokr":
            return KroneckerTuning(network, targets, prefix, profile)
        return LowRankTuning(network, targets, prefix, profile)


class LowRankTuning:
    """LoRA and DoRA."""

    file_name = ADAPTER_FILE

    def __init__(self, network: nn.Module, targets: str, prefix: str, profile: Profile) -> None:
        self._prefix, self._profile = prefix, profile
        self._dial = Dial(profile.rank, profile.least_rank_fraction)
        self._scale = strength(profile.alpha, profile.rank, profile.scaling)
        self.learning: dict[str, nn.Parameter] = {}
        self._parts: dict[str, Callable[[Values], LowRank]] = {}
        layers = targeted(network, targets)
        starts = {n: fresh(layer, n, profile.rank, profile.seed) for n, layer in layers.items()}
        linear = {n: layer for n, layer in layers.items() if isinstance(layer, nn.Linear)}
        if profile.method == "dora":
            for name, layer in layers.items():
                self._add_dora(
                    network, name, TunedByParts(layer, self._dial, starts[name], self._scale)
                )
            return
        for names in shared_inputs(network, linear):
            bases = [linear[name] for name in names]
            sharing = Sharing(bases, [starts[name] for name in names], self._scale, self._dial)
            self._add_shared(network, names, sharing, bases)
        for name, layer in layers.items():
            if isinstance(layer, nn.Conv2d):
                self._add_conv(
                    network, name, TunedConv(layer, self._dial, starts[name], self._scale)
                )

    def content(self, values: Values) -> bytes:
        """As diffusers and PEFT write it."""
        return adapter_bytes(self.adapter(values), self._prefix)

    def adapter(self, values: Values | None = None) -> Adapter:
        """What was learnt so far, or what `values` say, layer by layer; not copied."""
        held = self.learning if values is None else values
        parts = {name: part(held) for name, part in self._parts.items()}
        return Adapter(self._profile.alpha, parts, self._profile.scaling)

    def listen(self, noise_fraction: Tensor) -> None:
        """Set how many ranks each picture may use."""
        self._dial.listen(noise_fraction)

    def off(self) -> AbstractContextManager[None]:
        """The frozen layers alone answer inside."""
        return silenced(self._dial)

    def _add_shared(
        self, network: nn.Module, names: tuple[str, ...], sharing: Sharing, bases: list[nn.Linear]
    ) -> None:
        down, rank = f"{'+'.join(names)}.down", self._profile.rank
        self.learning[down] = sharing.down
        for place, (name, base) in enumerate(zip(names, bases, strict=True)):
            self.learning[f"{name}.up"] = sharing.ups[place]
            own = slice(place * rank, (place + 1) * rank)
            self._parts[name] = _a_share(down, own, name)
            network.set_submodule(name, TunedLinear(base, self._dial, sharing, place))

    def _add_conv(self, network: nn.Module, name: str, layer: TunedConv) -> None:
        self.learning |= {f"{name}.down": layer.down, f"{name}.up": layer.up}
        self._parts[name] = _a_share(f"{name}.down", slice(None), name)
        network.set_submodule(name, layer)

    def _add_dora(self, network: nn.Module, name: str, layer: TunedByParts) -> None:
        sides = {"down": layer.down, "up": layer.up, "magnitude": layer.magnitude}
        self.learning |= {f"{name}.{side}": parameter for side, parameter in sides.items()}
        self._parts[name] = lambda held: LowRank(*(held[f"{name}.{s}"].detach() for s in sides))
        network.set_submodule(name, layer)


class KroneckerTuning:
    """LoKr."""

    file_name = KRONECKER_FILE

    def __init__(self, network: nn.Module, targets: str, prefix: str, profile: Profile) -> None:
        self._prefix, self._rank = prefix, profile.rank
        self._dial = Dial(profile.rank, 1.0)
        self._scale = strength(profile.alpha, profile.rank, profile.scaling)
        self._layers: dict[str, KroneckerLayer] = {}
        for name, layer in targeted(network, targets).items():
            start = fresh_kronecker(layer, name, profile.rank, profile.seed)
            self._layers[name] = KroneckerLayer(layer, self._dial, start, self._scale)
            network.set_submodule(name, self._layers[name])
        self.learning = {
            f"{name}.{side}": parameter
            for name, layer in self._layers.items()
            for side, parameter in [("left", layer.left), *layer.right.items()]
        }

    def content(self, values: Values) -> bytes:
        """As diffusers and PEFT write it."""
        return kronecker_bytes(self.adapter(values), self._prefix, self._rank)

    def adapter(self, values: Values | None = None) -> KroneckerAdapter:
        """What was learnt so far, or what `values` say, with the strength α/r in `left`."""
        held = self.learning if values is None else values
        return KroneckerAdapter({name: self._part(name, held) for name in self._layers})

    def listen(self, noise_fraction: Tensor) -> None:
        """Nothing here depends on noise."""

    def off(self) -> AbstractContextManager[None]:
        """The frozen layers alone answer inside."""
        return silenced(self._dial)

    def _part(self, name: str, held: Values) -> Kronecker:
        left = held[f"{name}.left"].detach() * self._scale
        sides = {side: held[f"{name}.{side}"].detach() for side in self._layers[name].right}
        right = sides["whole"] if "whole" in sides else LowRank(sides["down"], sides["up"])
        return Kronecker(left, right)


class WholeTuning:
    """Every weight of the network, or of the layers that match, learns in float32."""

    file_name = WHOLE_FILE

    def __init__(self, network: nn.Module, targets: str, profile: Profile) -> None:
        names = [name.rpartition(".")[0] for name, _ in network.named_parameters()]
        wanted = matching(names, targets if profile.layers == "style" else ".*")
        self._network = network
        self.learning = {
            name: parameter
            for name, parameter in network.named_parameters()
            if name.rpartition(".")[0] in wanted
        }
        if not self.learning:
            raise InvalidRequest(
                f"No layer of the network matches {targets!r}.", hint="Set layers to `all`."
            )
        for parameter in self.learning.values():
            parameter.requires_grad_(True)
        keeps_base = profile.prior_fraction > 0
        self._base = {n: p.detach().clone() for n, p in self.learning.items()} if keeps_base else {}

    def content(self, values: Values) -> bytes:
        """The whole network as diffusers writes it, frozen layers included."""
        held = {**self._network.state_dict(), **values}
        return save({name: tensor.detach().cpu().contiguous() for name, tensor in held.items()})

    def listen(self, noise_fraction: Tensor) -> None:
        """Nothing here depends on noise."""

    @contextmanager
    def off(self) -> Iterator[None]:
        """The weights from before the training answer inside; a prior_fraction of 0 keeps none.

        Not to be held between a forward pass that learns and its backward pass.
        """
        if not self._base:
            raise InvalidRequest(
                "The base's own weights were not kept.", hint="Set prior_fraction above 0."
            )
        learnt = {name: parameter.data for name, parameter in self.learning.items()}
        try:
            for name, parameter in self.learning.items():
                parameter.data = self._base[name]
            yield
        finally:
            for name, parameter in self.learning.items():
                parameter.data = learnt[name]


@contextmanager
def silenced(dial: Dial) -> Iterator[None]:
    """No tuned layer of a dial changes anything inside."""
    dial.on = False
    try:
        yield
    finally:
        dial.on = True


def _a_share(down: str, own: slice, name: str) -> Callable[[Values], LowRank]:
    """How to find one layer's change among values: its rows of a `down`, and its `up`."""
    return lambda held: LowRank(held[down].detach()[own], held[f"{name}.up"].detach())
