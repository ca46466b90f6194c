"""Adapters that other tools wrote: diffusers, PEFT, kohya's sd-scripts and all that read its form.

A layer's scale is alpha / rank; a file that names no alpha means scale 1, as diffusers reads it.
Where layers differ in alpha, the commonest one is kept and the others' ratio goes into `up`. What
belongs to a text encoder is left out and told by name; anything else that is not understood is
refused, since an adapter that is read in part draws other pictures.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.exchange.fuse import split
from muslin.networks.diffusion.exchange.keys import TEXT_PARTS, key_of, layers_of
from muslin.networks.diffusion.exchange.layers import layer_weights
from muslin.networks.diffusion.exchange.names import PREFIX, Naming, has_naming, kohya_naming
from muslin.networks.diffusion.exchange.sides import Sides, kronecker, low_rank, refused, shaped
from muslin.networks.diffusion.tuning.files import HEADER
from muslin.networks.diffusion.tuning.learnt import Adapter, KroneckerAdapter, LowRank


@dataclass(frozen=True, slots=True)
class Foreign:
    """An adapter from elsewhere, what its file is, and the text encoder layers left out of it."""

    adapter: Adapter | KroneckerAdapter
    style: str  # "kohya" or "diffusers"
    sha256: str  # of the file
    left_out: tuple[str, ...]


class PeftConfig(BaseModel):
    """The fields of PEFT's LoraConfig and LoKrConfig that decide an adapter's strength.

    The defaults are PEFT's.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    lora_alpha: float = 8.0
    alpha_pattern: dict[str, float] = {}
    use_rslora: bool = False
    r: int = Field(8, ge=1)
    alpha: float = 8.0

    def alpha_of(self, layer: str, rank: int) -> float:
        """A layer's alpha by the rule alpha / rank; a pattern is an expression on its end."""
        found = (a for k, a in self.alpha_pattern.items() if re.match(rf"(.*\.)?({k})$", layer))
        alpha = next(found, self.lora_alpha)
        return alpha * rank**0.5 if self.use_rslora else alpha


@dataclass(frozen=True, slots=True)
class _Network:
    """The network that an adapter shall fit, and the file that it comes from."""

    weights: Mapping[str, Tensor]
    naming: Naming
    file: str

    def names(self, theirs: str) -> tuple[str, ...]:
        found = layers_of(theirs, self.weights, self.naming)
        if not found:
            raise refused(self.file, f"the network has no layer {theirs}")
        return found


def read_foreign(file: Path, network: nn.Module, pipeline: str, prefix: str) -> Foreign:
    """The adapter in a file, for a family's network.

    Raises InvalidRequest when the file cannot be read, holds another kind of change than LoRA,
    DoRA or LoKr, or does not fit the network.
    """
    tensors, header = _opened(file)
    text = {name for name in tensors if TEXT_PARTS.match(name)}
    layers = _by_layer({n: t for n, t in tensors.items() if n not in text}, file.name)
    weights = layer_weights(network)
    naming = kohya_naming(pipeline, weights) if has_naming(pipeline) else {}
    fitting = _Network(weights, naming, file.name)
    config = _config(file, header, prefix)
    if any("left" in side for sides in layers.values() for side in sides):
        adapter: Adapter | KroneckerAdapter = _kroneckers(layers, fitting, config)
    else:
        adapter = _low_ranks(layers, fitting, config)
    if not adapter.layers:
        raise refused(file.name, "it changes no layer of the denoiser")
    return Foreign(
        adapter=adapter,
        style="kohya" if any(name.startswith(PREFIX) for name in layers) else "diffusers",
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        left_out=tuple(sorted({key.layer if (key := key_of(n)) else n for n in text})),
    )


def _opened(file: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        with safe_open(file, framework="pt") as opened:
            names = opened.keys()
            return {n: opened.get_tensor(n) for n in names}, dict(opened.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise InvalidRequest(
            f"{file.name} is no safetensors file that can be read: {error}.",
            hint="Name a .safetensors file; pickled adapters (.pt, .bin, .ckpt) are never opened.",
        ) from error


def _by_layer(tensors: Mapping[str, Tensor], file: str) -> dict[str, dict[str, Tensor]]:
    layers: dict[str, dict[str, Tensor]] = {}
    strange = [name for name in tensors if key_of(name) is None]
    if strange:
        raise refused(file, f"it holds what is neither LoRA nor LoKr: {_few(strange)}")
    for name, tensor in tensors.items():
        if (key := key_of(name)) is not None:
            layers.setdefault(key.layer, {})[key.side] = tensor
    return layers


def _kroneckers(
    layers: Mapping[str, Sides], network: _Network, config: PeftConfig | None
) -> KroneckerAdapter:
    """LoKr; PEFT multiplies by alpha / r even where both factors are whole, LyCORIS does not."""
    found = {}
    scale = 1.0 if config is None else config.alpha / config.r
    for theirs, sides in layers.items():
        names = network.names(theirs)
        if len(names) > 1:
            raise refused(network.file, f"{theirs} is {len(names)} layers of the network")
        weight = network.weights[names[0]]
        part = kronecker(sides, weight, theirs, network.file)
        found[names[0]] = part if scale == 1.0 else replace(part, left=part.left * scale)
    return KroneckerAdapter(dict(sorted(found.items())))


def _low_ranks(
    layers: Mapping[str, Sides], network: _Network, config: PeftConfig | None
) -> Adapter:
    """An adapter of the commonest alpha; where a layer has another, `up` takes the ratio."""
    parts: dict[str, tuple[LowRank, float]] = {}
    for theirs, sides in layers.items():
        parts |= _fitted(theirs, sides, network, config)
    alphas = Counter(alpha for _, alpha in parts.values())
    usual = alphas.most_common(1)[0][0] if alphas else 1.0
    return Adapter(
        usual,
        {
            name: part if own == usual else replace(part, up=part.up * (own / usual))
            for name, (part, own) in sorted(parts.items())
        },
    )


def _fitted(
    theirs: str, sides: Sides, network: _Network, config: PeftConfig | None
) -> dict[str, tuple[LowRank, float]]:
    """Our layers' changes and alphas for one layer of the file."""
    names, whole = network.names(theirs), low_rank(sides, theirs, network.file)
    weights = [network.weights[name] for name in names]
    rank = whole.down.shape[0]
    usual = float(rank) if config is None else config.alpha_of(names[0], rank)
    alpha = float(sides["alpha"]) if "alpha" in sides else usual
    if len(names) == 1:
        return {names[0]: (shaped(whole, weights[0], theirs, network.file), alpha)}
    rows = [weight.shape[0] for weight in weights]
    if whole.magnitude is not None or whole.up.shape[0] != sum(rows):
        raise refused(network.file, f"{theirs} cannot be split into {', '.join(names)}")
    n, parts = split(whole, names, rows)
    return {
        name: (shaped(part, network.weights[name], theirs, network.file), alpha / n)
        for name, part in parts.items()
    }


def _config(file: Path, header: Mapping[str, str], prefix: str) -> PeftConfig | None:
    """What the file's header, or PEFT's adapter_config.json beside it, says of its strength."""
    beside = file.with_name("adapter_config.json")
    try:
        if HEADER in header:
            said: dict[str, object] = json.loads(header[HEADER])
            inner = {k.removeprefix(f"{prefix}."): v for k, v in said.items()}
            return PeftConfig.model_validate(inner)
        if beside.is_file():
            return PeftConfig.model_validate_json(beside.read_bytes())
    except (ValueError, AttributeError) as error:
        raise refused(file.name, f"its LoraConfig cannot be read: {error}") from error
    return None


def _few(names: Iterable[str]) -> str:
    """The first name of a list, and how many more there are."""
    first, *rest = sorted(names)
    return f"{first} and {len(rest)} more" if rest else first
