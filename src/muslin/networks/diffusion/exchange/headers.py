"""What an exported file says about itself, in words that other tools look for.

`modelspec.*` is Stability AI's Model Metadata Standard 1.0.0; `ss_*` and `sshs_model_hash` are the
few fields of kohya's sd-scripts that tools show or sort by. Neither holds a folder's or a photo's
name.
Sources: Stability-AI/ModelSpec README; kohya-ss/sd-scripts library/sai_model_spec.py (names of
architectures and the `/lora` ending) and networks/lora.py.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from torch import Tensor

from muslin.networks.diffusion.exchange.plain_file import data_sha256
from muslin.networks.diffusion.tuning.learnt import Adapter, KroneckerAdapter

_KOHYA_VERSIONS = {
    "stable-diffusion-v1": "sd_v1",
    "stable-diffusion-v2-512": "sd_v2",
    "stable-diffusion-v2-768-v": "sd_v2",
    "stable-diffusion-xl-v1-base": "sdxl_base_v1-0",
    "flux-1": "flux1",
}


@dataclass(frozen=True, slots=True)
class Label:
    """What is said of a file's content; empty text = not known, and then not said."""

    title: str
    architecture: str  # ModelSpec's id, see `architecture`
    made_at: datetime
    licence: str = ""
    trigger: str = ""
    resolution: str = ""  # width × height in pixels, for example `192x256`
    prediction: str = ""  # ModelSpec's word: `epsilon` or `v`


def model_spec(label: Label, tensors: Mapping[str, Tensor], implementation: str) -> dict[str, str]:
    """The `modelspec.*` fields of a file with these tensors."""
    fields = {
        "sai_model_spec": "1.0.0",
        "architecture": label.architecture,
        "implementation": implementation,
        "title": label.title,
        "date": label.made_at.isoformat(),
        "hash_sha256": f"0x{data_sha256(tensors)}",
        "license": label.licence,
        "trigger_phrase": label.trigger,
        "prediction_type": label.prediction,
        "resolution": label.resolution,
    }
    return {f"modelspec.{name}": text for name, text in fields.items() if text}


def kohya_fields(
    label: Label, adapter: Adapter | KroneckerAdapter, tensors: Mapping[str, Tensor]
) -> dict[str, str]:
    """The `ss_*` fields that tools show: which base, which kind, which rank, which alpha."""
    fields = {
        "ss_base_model_version": _KOHYA_VERSIONS.get(label.architecture, label.architecture),
        "ss_v2": str(label.architecture.startswith("stable-diffusion-v2")),
        "ss_output_name": label.title,
        "sshs_model_hash": data_sha256(tensors),
    }
    if isinstance(adapter, KroneckerAdapter):
        arguments = json.dumps({"algo": "lokr"})
        return fields | {"ss_network_module": "lycoris.kohya", "ss_network_args": arguments}
    ranks = {part.down.shape[0] for part in adapter.layers.values()}
    alphas = {alpha_of(adapter, name) for name in adapter.layers}
    return fields | {
        "ss_network_module": "networks.lora",
        "ss_network_dim": _only(ranks),
        "ss_network_alpha": _only(alphas),
    }


def alpha_of(adapter: Adapter, layer: str) -> float:
    """The alpha that gives a layer's scale by the rule alpha / rank, whatever rule made it."""
    if adapter.scaling == "rank":
        return adapter.alpha
    return adapter.scale(layer) * adapter.layers[layer].down.shape[0]


def _only(numbers: Collection[float]) -> str:
    """The one number; kohya's word where there are several."""
    return f"{min(numbers):g}" if len(numbers) == 1 else "Dynamic"
