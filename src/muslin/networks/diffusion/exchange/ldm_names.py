"""Stable Diffusion XL's layer names as in its original code, which kohya and ComfyUI use.

A level of the network has `depth` residual blocks on the way down and one more on the way up; the
original code counts all of them in one row (`input_blocks`, `output_blocks`), diffusers counts
them per level (`down_blocks.1.resnets.0`).
Source: Stability-AI/generative-models, sgm/modules/diffusionmodules/openaimodel.py.
"""

from __future__ import annotations

import re

_WHOLE = {
    "conv_in": "input_blocks.0.0",
    "conv_out": "out.2",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
}
_IN_RESNET = {
    "conv1": "in_layers.2",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
_PLACE = re.compile(
    r"(?:(?P<side>down|up)_blocks\.(?P<level>\d+)|mid_block)"
    r"\.(?P<kind>resnets|attentions|downsamplers|upsamplers)\.(?P<number>\d+)\.(?P<rest>.+)"
)


def ldm_name(layer: str, depth: int, attention_levels: frozenset[int]) -> str | None:
    """The original name of a layer that diffusers calls `layer`; None when there is none.

    `attention_levels` are the levels on the way up that have attentions.
    """
    if layer in _WHOLE:
        return _WHOLE[layer]
    place = _PLACE.fullmatch(layer)
    if place is None:
        return None
    kind, number, rest = place["kind"], int(place["number"]), place["rest"]
    inner = _IN_RESNET.get(rest) if kind == "resnets" else rest
    if inner is None:
        return None
    row = int(place["level"] or 0) * (depth + 1)
    if kind == "downsamplers":
        return f"input_blocks.{row + depth + 1}.0.op"
    if kind == "upsamplers":
        after = 2 if int(place["level"]) in attention_levels else 1
        return f"output_blocks.{row + depth}.{after}.{inner}"
    if place["side"] is None:
        return f"middle_block.{2 * number if kind == 'resnets' else 1}.{inner}"
    block = (
        f"input_blocks.{row + number + 1}"
        if place["side"] == "down"
        else (f"output_blocks.{row + number}")
    )
    return f"{block}.{0 if kind == 'resnets' else 1}.{inner}"
