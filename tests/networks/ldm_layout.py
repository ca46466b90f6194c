"""A base of diffusers' layout under the names of the original code, as single files have them.

Sources: CompVis/stable-diffusion ldm/modules/diffusionmodules/openaimodel.py and model.py (UNet,
autoencoder), Stability-AI/generative-models sgm/modules/encoders/modules.py (embedders of SDXL),
mlfoundations/open_clip src/open_clip/transformer.py (the second text encoder).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from muslin.networks.diffusion.exchange.ldm_names import ldm_name

Tensors = dict[str, Tensor]


def unet(network: nn.Module) -> Tensors:
    """`model.diffusion_model.…`."""
    depth: int = network.config.layers_per_block  # type: ignore[union-attr, assignment]
    levels = frozenset(
        level
        for level, kind in enumerate(network.config.up_block_types)  # type: ignore[union-attr, arg-type]
        if "Attn" in kind
    )

    def name(key: str) -> str:
        layer, _, end = key.rpartition(".")
        norms = {"norm1": "in_layers.0", "norm2": "out_layers.0"}
        if layer == "conv_norm_out":
            return f"out.0.{end}"
        outer, _, last = layer.rpartition(".")
        if ".resnets." in layer and last in norms:
            beside = ldm_name(f"{outer}.time_emb_proj", depth, levels)
            assert beside is not None
            return f"{beside.removesuffix('emb_layers.1')}{norms[last]}.{end}"
        found = ldm_name(layer, depth, levels)
        assert found is not None, key
        return f"{found}.{end}"

    return {f"model.diffusion_model.{name(k)}": t for k, t in network.state_dict().items()}


def autoencoder(network: nn.Module) -> Tensors:
    """`first_stage_model.…`; attention is made of 1×1 convolutions there."""
    top = len(network.config.block_out_channels) - 1  # type: ignore[union-attr, arg-type]
    return {
        f"first_stage_model.{_autoencoder_name(key, top)}": (
            tensor[:, :, None, None] if re.search(r"to_(q|k|v|out\.0)\.weight", key) else tensor
        )
        for key, tensor in network.state_dict().items()
    }


def _autoencoder_name(key: str, top: int) -> str:
    key = re.sub(r"up_blocks\.(\d+)", lambda m: f"up.{top - int(m[1])}", key)
    for pattern, theirs in (
        (r"down_blocks\.(\d+)", r"down.\1"),
        (r"mid_block\.attentions\.0", "mid.attn_1"),
        (r"mid_block\.resnets\.0", "mid.block_1"),
        (r"mid_block\.resnets\.1", "mid.block_2"),
        (r"\.resnets\.", ".block."),
        (r"(down|up)samplers\.0", r"\1sample"),
        ("conv_shortcut", "nin_shortcut"),
        ("conv_norm_out", "norm_out"),
        ("group_norm", "norm"),
        (r"to_([qkv])\.", r"\1."),
        (r"to_out\.0", "proj_out"),
    ):
        key = re.sub(pattern, theirs, key)
    return key


def clip(network: nn.Module, prefix: str) -> Tensors:
    """Under `prefix`, as transformers named CLIP's tensors at the time."""
    return {
        f"{prefix}text_model.{key.removeprefix('text_model.')}": tensor
        for key, tensor in network.state_dict().items()
    }


def open_clip(network: nn.Module, prefix: str) -> Tensors:
    """OpenCLIP's names: q, k and v in one matrix, the projection transposed."""
    held = {k.removeprefix("text_model."): t for k, t in network.state_dict().items()}
    named = {
        "positional_embedding": held["embeddings.position_embedding.weight"],
        "token_embedding.weight": held["embeddings.token_embedding.weight"],
        "text_projection": held["text_projection.weight"].T,
    }
    for end in ("weight", "bias"):
        named[f"ln_final.{end}"] = held[f"final_layer_norm.{end}"]
        for layer in {key.split(".")[2] for key in held if key.startswith("encoder.layers.")}:
            ours, theirs = f"encoder.layers.{layer}", f"transformer.resblocks.{layer}"
            named |= {f"{theirs}.{n}": t for n, t in _block(held, ours, end).items()}
    return {f"{prefix}{name}": tensor.contiguous() for name, tensor in named.items()}


def _block(held: Mapping[str, Tensor], ours: str, end: str) -> Tensors:
    joined = torch.cat([held[f"{ours}.self_attn.{p}_proj.{end}"] for p in "qkv"])
    return {
        f"attn.in_proj_{end}": joined,
        f"attn.out_proj.{end}": held[f"{ours}.self_attn.out_proj.{end}"],
        f"ln_1.{end}": held[f"{ours}.layer_norm1.{end}"],
        f"ln_2.{end}": held[f"{ours}.layer_norm2.{end}"],
        f"mlp.c_fc.{end}": held[f"{ours}.mlp.fc1.{end}"],
        f"mlp.c_proj.{end}": held[f"{ours}.mlp.fc2.{end}"],
    }
