"""Adapters on disk, as diffusers and PEFT write them.

One safetensors file with `<prefix>.<layer>.lora_A.weight` (down) and `lora_B.weight` (up), and
PEFT's LoraConfig fields in the header, so that `pipeline.load_lora_weights(folder)` reads it.
"""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from muslin.domain.errors import TornCheckpoint
from muslin.networks.diffusion.adapters import Adapter, LowRank

FILE_NAME = "pytorch_lora_weights.safetensors"
"""The name that diffusers looks for."""
HEADER = "lora_adapter_metadata"
"""diffusers.loaders.lora_base.LORA_ADAPTER_METADATA_KEY."""


def adapter_bytes(adapter: Adapter, prefix: str) -> bytes:
    """The file's content; the same adapter always gives the same bytes.

    One header field only: safetensors writes several in an order that changes from run to run.
    """
    tensors = {}
    for name, part in adapter.layers.items():
        tensors[f"{prefix}.{name}.lora_A.weight"] = part.down.detach().cpu().contiguous()
        tensors[f"{prefix}.{name}.lora_B.weight"] = part.up.detach().cpu().contiguous()
    ranks = {part.down.shape[0] for part in adapter.layers.values()}
    config = {
        f"{prefix}.r": max(ranks),
        f"{prefix}.lora_alpha": adapter.alpha,
        f"{prefix}.target_modules": sorted(adapter.layers),
    }
    return save(tensors, metadata={HEADER: json.dumps(config, sort_keys=True)})


def read_adapter(folder: Path, prefix: str) -> Adapter:
    """The adapter in a folder; raises TornCheckpoint when there is none that can be read."""
    try:
        with safe_open(folder / FILE_NAME, framework="pt") as file:
            config = json.loads((file.metadata() or {})[HEADER])
            names = file.keys()
            layers = {
                key.removeprefix(f"{prefix}.").removesuffix(".lora_A.weight"): LowRank(
                    file.get_tensor(key), file.get_tensor(key.replace("lora_A", "lora_B"))
                )
                for key in names
                if key.startswith(f"{prefix}.") and key.endswith(".lora_A.weight")
            }
            return Adapter(float(config[f"{prefix}.lora_alpha"]), layers)
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise TornCheckpoint(
            f"{folder.name} holds no readable adapter.",
            hint="Choose another checkpoint, or train this one again.",
        ) from error
