"""Adapters in the two forms that others read: diffusers' and PEFT's, and kohya's.

kohya's form is what ComfyUI, A1111 and Forge read. Its `alpha` is the strength by the rule
alpha / rank; diffusers' own converter writes the rank there, which changes every adapter whose
alpha is another number. DoRA's magnitude is `dora_scale` there, (out, 1, ...), and LoKr's factors
are LyCORIS' `lokr_w1` and `lokr_w2`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from safetensors.torch import load
from torch import Tensor, nn

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.exchange.fuse import fuse
from muslin.networks.diffusion.exchange.headers import Label, alpha_of, kohya_fields, model_spec
from muslin.networks.diffusion.exchange.layers import layer_weights
from muslin.networks.diffusion.exchange.names import Naming, kohya_naming
from muslin.networks.diffusion.exchange.plain_file import file_bytes, header_of
from muslin.networks.diffusion.tuning.files import HEADER
from muslin.networks.diffusion.tuning.learnt import (
    Adapter,
    Kronecker,
    KroneckerAdapter,
    LowRank,
    beside,
)

LDM_CODE = "https://github.com/Stability-AI/generative-models"
"""ModelSpec's `implementation` for the names of the original code."""


def labelled(content: bytes, label: Label) -> bytes:
    """A checkpoint's adapter file, which diffusers and PEFT read as it is, with its label."""
    tensors = load(content)
    said = {HEADER: header_of(content)[HEADER]}
    return file_bytes(tensors, model_spec(_as_adapter(label), tensors, "diffusers") | said)


def kohya_bytes(
    adapter: Adapter | KroneckerAdapter, network: nn.Module, pipeline: str, label: Label
) -> bytes:
    """The file that ComfyUI, A1111 and kohya's tools read.

    Raises InvalidRequest for a family or a layer without a checked name.
    """
    weights = layer_weights(network)
    naming = kohya_naming(pipeline, weights)
    nameless = set(adapter.layers).difference(*naming.values())
    if nameless:
        raise InvalidRequest(
            f"kohya's tools have no name for {', '.join(sorted(nameless))}.",
            hint="Use --format diffusers, which holds every layer.",
        )
    if isinstance(adapter, KroneckerAdapter):
        tensors = _kronecker_tensors(adapter, naming, weights)
    else:
        tensors = _low_rank_tensors(adapter, naming, weights)
    implementation = LDM_CODE if pipeline == "StableDiffusionXLPipeline" else "diffusers"
    header = model_spec(_as_adapter(label), tensors, implementation)
    return file_bytes(tensors, header | kohya_fields(label, adapter, tensors))


def _low_rank_tensors(
    adapter: Adapter, naming: Naming, weights: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for theirs, ours in naming.items():
        parts = {name: adapter.layers[name] for name in ours if name in adapter.layers}
        if parts:
            rows = [weights[name].shape[0] for name in ours]
            whole = fuse(parts, ours, rows) if len(ours) > 1 else next(iter(parts.values()))
            alpha = alpha_of(adapter, next(iter(parts))) * len(ours)
            tensors |= {f"{theirs}.{end}": t for end, t in _sides(whole, alpha).items()}
    return tensors


def _sides(part: LowRank, alpha: float) -> dict[str, Tensor]:
    sides = {"lora_down.weight": part.down, "lora_up.weight": part.up, "alpha": torch.tensor(alpha)}
    if part.magnitude is not None:
        sides["dora_scale"] = beside(part.magnitude, part.down)
    return sides


def _kronecker_tensors(
    adapter: KroneckerAdapter, naming: Naming, weights: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for theirs, ours in naming.items():
        present = [name for name in ours if name in adapter.layers]
        if present and len(ours) > 1:
            raise InvalidRequest(
                f"{', '.join(ours)} are one layer elsewhere, which no Kronecker product can be.",
                hint="Use --format diffusers, which keeps them apart, or --format full.",
            )
        for name in present:
            factors = _factors(adapter.layers[name], weights[name])
            tensors |= {f"{theirs}.{end}": tensor for end, tensor in factors.items()}
    return tensors


def _factors(part: Kronecker, weight: Tensor) -> dict[str, Tensor]:
    """LyCORIS' tensors; alpha = rank, since the strength is in the left factor already."""
    if isinstance(part.right, LowRank):
        down, up = part.right.down.flatten(1), part.right.up.flatten(1)
        alpha = torch.tensor(float(down.shape[0]))
        return {"lokr_w1": part.left, "lokr_w2_a": up, "lokr_w2_b": down, "alpha": alpha}
    inside = weight.shape[1] // part.left.shape[1]
    right = part.right.reshape(part.right.shape[0], inside, *weight.shape[2:])
    return {"lokr_w1": part.left, "lokr_w2": right, "alpha": torch.tensor(1.0)}


def _as_adapter(label: Label) -> Label:
    return replace(label, architecture=f"{label.architecture}/lora")
