"""The names under which other tools keep an adapter's tensors, taken apart.

Known are kohya's (`lora_unet_….lora_down.weight`), PEFT's (`….lora_A.weight`), diffusers' two older
ones (`….lora.down.weight`, `….processor.to_q_lora.down.weight`), and LyCORIS' for LoKr (`lokr_w1`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from muslin.networks.diffusion.exchange.names import PREFIX, Naming

TEXT_PARTS = re.compile(r"(lora_te\d*_|text_encoder(_\d+)?\.|(clip_[lg]|t5xxl|te\d?)[._])")
"""Beginnings of what belongs to a text encoder, which Muslin does not tune."""
_SIDES = {
    ".lora_down.weight": "down",
    ".lora_up.weight": "up",
    ".lora_A.weight": "down",
    ".lora_B.weight": "up",
    ".lora_A.default.weight": "down",
    ".lora_B.default.weight": "up",
    ".lora.down.weight": "down",
    ".lora.up.weight": "up",
    "_lora.down.weight": "down",
    "_lora.up.weight": "up",
    ".alpha": "alpha",
    ".dora_scale": "dora_scale",
    ".lora_magnitude_vector": "magnitude",
    ".lora_magnitude_vector.weight": "magnitude",
    ".lokr_w1": "left",
    ".lokr_w1_a": "left_up",
    ".lokr_w1_b": "left_down",
    ".lokr_w2": "right",
    ".lokr_w2_a": "right_up",
    ".lokr_w2_b": "right_down",
}
_OUTER = ("base_model.model.", "diffusion_model.", "unet.", "transformer.")


class Key(NamedTuple):
    """A tensor's layer as the file names it, and what it is to the layer."""

    layer: str
    side: str


def key_of(name: str) -> Key | None:
    """A tensor's name taken apart; None for one of no known kind."""
    for ending, side in _SIDES.items():
        if name.endswith(ending):
            return Key(name.removesuffix(ending), side)
    return None


def layers_of(theirs: str, ours: Mapping[str, object], naming: Naming) -> tuple[str, ...]:
    """Our layers for a layer of a file; empty when the network has none of that name.

    `ours` are the network's layers, `naming` kohya's names of them (may be empty).
    """
    if theirs.startswith(PREFIX):
        as_in_diffusers = {PREFIX + name.replace(".", "_"): (name,) for name in ours}
        return naming.get(theirs, as_in_diffusers.get(theirs, ()))
    path = _inner(theirs)
    if path in ours:
        return (path,)
    return naming.get(PREFIX + path.replace(".", "_"), ())


def _inner(path: str) -> str:
    """A layer's path inside the network, as diffusers names it today."""
    for outer in _OUTER:
        path = path.removeprefix(outer)
    path = path.replace(".processor.", ".")
    return f"{path}.0" if path.endswith(".to_out") else path
