"""What kohya's tools, ComfyUI and A1111 call the layers of each family.

Their name of a layer is `lora_unet_` and the layer's path with underscores. For Stable Diffusion
1.x and 2.x the path is diffusers' own; for SDXL it is the original code's (`ldm_names`); for FLUX
it is Black Forest Labs', where what diffusers keeps as q, k and v is one layer.
Sources: kohya-ss/sd-scripts networks/lora.py and networks/convert_flux_lora.py; that diffusers
reads each of these names back as the same layer is tested.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.exchange.ldm_names import ldm_name

PREFIX = "lora_unet_"

Naming = Mapping[str, tuple[str, ...]]
"""Our layers by kohya's name; several where kohya's layer is several of ours, in its order."""


def kohya_naming(pipeline: str, layers: Iterable[str]) -> Naming:
    """kohya's names of all layers of a network that have one.

    `pipeline` is the family's class in diffusers. Raises InvalidRequest for a family whose names
    were never checked against a reader.
    """
    if not has_naming(pipeline):
        known = ", ".join(sorted(_NAMINGS))
        raise InvalidRequest(
            f"How kohya's tools name the layers of a {pipeline} is not checked, so it is refused.",
            hint=f"Use --format diffusers, which has no such names. Checked are: {known}.",
        )
    return _NAMINGS[pipeline](sorted(layers))


def has_naming(pipeline: str) -> bool:
    """Whether kohya's names for a family's layers are known and checked."""
    return pipeline in _NAMINGS


def _as_in_diffusers(layers: list[str]) -> Naming:
    return {_underscored(layer): (layer,) for layer in layers}


def _as_in_ldm(layers: list[str]) -> Naming:
    depth = len({m[1] for layer in layers if (m := _FIRST_RESNETS.match(layer))})
    attention = frozenset(int(m[1]) for layer in layers if (m := _UP_ATTENTION.match(layer)))
    named = ((ldm_name(layer, depth, attention), layer) for layer in layers)
    return {_underscored(name): (layer,) for name, layer in named if name is not None}


def _as_in_flux(layers: list[str]) -> Naming:
    found: dict[str, tuple[str, ...]] = {}
    for ours, theirs, parts in _FLUX_BLOCKS:
        for block in sorted({m[1] for layer in layers if (m := re.match(ours, layer))}, key=int):
            stem = ours.replace(r"(\d+)", block).replace("\\", "")
            names = tuple(f"{stem}{part}" for part in parts)
            if set(names) <= set(layers):
                found[_underscored(theirs.format(block))] = names
    return found


def _underscored(path: str) -> str:
    return PREFIX + path.replace(".", "_")


_FIRST_RESNETS = re.compile(r"down_blocks\.0\.resnets\.(\d+)\.")
_UP_ATTENTION = re.compile(r"up_blocks\.(\d+)\.attentions\.")
_DOUBLE, _SINGLE = r"transformer_blocks\.(\d+)\.", r"single_transformer_blocks\.(\d+)\."
_FLUX_BLOCKS = (
    (_DOUBLE, "double_blocks.{}.img_attn.qkv", ("attn.to_q", "attn.to_k", "attn.to_v")),
    (
        _DOUBLE,
        "double_blocks.{}.txt_attn.qkv",
        ("attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj"),
    ),
    (_DOUBLE, "double_blocks.{}.img_attn.proj", ("attn.to_out.0",)),
    (_DOUBLE, "double_blocks.{}.txt_attn.proj", ("attn.to_add_out",)),
    (_DOUBLE, "double_blocks.{}.img_mlp.0", ("ff.net.0.proj",)),
    (_DOUBLE, "double_blocks.{}.img_mlp.2", ("ff.net.2",)),
    (_DOUBLE, "double_blocks.{}.txt_mlp.0", ("ff_context.net.0.proj",)),
    (_DOUBLE, "double_blocks.{}.txt_mlp.2", ("ff_context.net.2",)),
    (_DOUBLE, "double_blocks.{}.img_mod.lin", ("norm1.linear",)),
    (_DOUBLE, "double_blocks.{}.txt_mod.lin", ("norm1_context.linear",)),
    (_SINGLE, "single_blocks.{}.linear1", ("attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp")),
    (_SINGLE, "single_blocks.{}.linear2", ("proj_out",)),
    (_SINGLE, "single_blocks.{}.modulation.lin", ("norm.linear",)),
)
_NAMINGS: Mapping[str, Callable[[list[str]], Naming]] = {
    "StableDiffusionPipeline": _as_in_diffusers,
    "StableDiffusionXLPipeline": _as_in_ldm,
    "FluxPipeline": _as_in_flux,
}
