"""Which public architecture a base has, in ModelSpec's words, from its configuration files.

A base that is no public network gets an architecture of its own name, so that no tool takes it for
one that it knows.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

_PUBLIC = {
    "StableDiffusionXLPipeline": "stable-diffusion-xl-v1-base",
    "StableDiffusion3Pipeline": "stable-diffusion-3",
    "FluxPipeline": "flux-1",
    "ChromaPipeline": "chroma",
    "Lumina2Pipeline": "lumina-2",
}
"""kohya-ss/sd-scripts library/sai_model_spec.py."""
_BY_TEXT_WIDTH = {768: "stable-diffusion-v1", 1024: "stable-diffusion-v2"}
"""Width of the words that a UNet listens to: CLIP ViT-L/14 (1.x) and OpenCLIP ViT-H/14 (2.x)."""
_PREDICTIONS = {"epsilon": "epsilon", "v_prediction": "v"}


class Architecture(NamedTuple):
    """ModelSpec's id of an architecture, and what its networks predict (`epsilon`, `v`, or "")."""

    id: str
    prediction: str


def architecture_of(folder: Path, pipeline: str, denoiser: str) -> Architecture:
    """The architecture of a base's folder; `denoiser` is its component's name."""
    prediction = _PREDICTIONS.get(str(_field(folder / "scheduler", "prediction_type")), "")
    if pipeline in _PUBLIC:
        return Architecture(_PUBLIC[pipeline], prediction)
    if pipeline != "StableDiffusionPipeline":
        return Architecture(_own(pipeline), prediction)
    width = _field(folder / denoiser, "cross_attention_dim")
    known = _BY_TEXT_WIDTH.get(width) if isinstance(width, int) else None
    if known == "stable-diffusion-v2":
        return Architecture(f"{known}-{'768-v' if prediction == 'v' else '512'}", prediction)
    return Architecture(known or _own(pipeline), prediction)


def _own(pipeline: str) -> str:
    return f"muslin-{pipeline.removesuffix('Pipeline').lower()}"


def _field(folder: Path, name: str) -> object:
    """A field of a component's configuration; None when it is not there."""
    for path in (folder / "config.json", folder / "scheduler_config.json"):
        if path.is_file():
            found: object = json.loads(path.read_bytes()).get(name)
            return found
    return None
