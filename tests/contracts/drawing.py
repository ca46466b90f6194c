"""One picture drawn by us and by diffusers, from the same noise, words, guidance and times."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor

from muslin.networks.diffusion.base import Base
from muslin.networks.diffusion.family import Condition
from muslin.networks.diffusion.opening import open_autoencoder, open_denoiser, open_text
from muslin.networks.diffusion.sampler import Predict, ddim, guided, noise_of
from muslin.networks.diffusion.tuning.apply import apply
from muslin.networks.diffusion.tuning.files import ADAPTER_FILE, HEADER
from tests.contracts.tiny_bases import TINY
from tests.networks.tiny.tiny import Wish

CPU = torch.device("cpu")


def a_wish(base: Base) -> Wish:
    """Upright, so that height and width cannot be mixed up; four steps divide 1000 times."""
    height_px, width_px = 3 * base.grid_px, 2 * base.grid_px
    stride_px = base.cells.stride_px
    shape = (base.cells.channels, height_px // stride_px, width_px // stride_px)
    return Wish("a red coat", noise_of([7], shape), height_px, width_px, steps=4, guidance=3.0)


def said(base: Base, *captions: str, guidance: float = 1.0) -> Condition:
    """What captions say, and the guidance beside it for a network that takes it as an input."""
    words = open_text(base, CPU)(captions)
    strength = torch.full((len(captions),), guidance)
    return {**words, "guidance": strength} if base.embeds_guidance else words


@torch.no_grad()
def ours(base: Base, wish: Wish, adapter: Path | None = None) -> Tensor:
    """(1, 3, H, W) in [0, 1], with our sampler, or an adapter's folder applied to the base."""
    process = base.family.process(base.folder)
    (*_, latents) = ddim(_predict(base, wish, adapter), process, wish.noise, wish.steps)
    images = open_autoencoder(base, CPU).decode(latents)
    return images.div(2).add(0.5).clamp(0, 1)


def diffusers_own(base: Base, wish: Wish, adapter: Path | None = None) -> Tensor:
    """(1, 3, H, W) in [0, 1], with diffusers' pipeline and its own reader of adapters."""
    pipeline = DiffusionPipeline.from_pretrained(base.folder, local_files_only=True)
    if adapter is not None:
        read_adapter(pipeline, adapter)
    return TINY[base.family.name].draw(pipeline, wish)


def read_adapter(pipeline: Any, folder: Path) -> None:
    """As a user of diffusers does; PEFT itself where diffusers has no reader (PixArt)."""
    if hasattr(pipeline, "load_lora_weights"):
        pipeline.load_lora_weights(folder)
        return
    from peft import LoraConfig, inject_adapter_in_model, set_peft_model_state_dict

    path, prefix = folder / ADAPTER_FILE, "transformer."
    with safe_open(path, framework="pt") as file:
        fields = json.loads(file.metadata()[HEADER])
    config = LoraConfig(**{key.removeprefix(prefix): value for key, value in fields.items()})
    inject_adapter_in_model(config, pipeline.transformer)
    learnt = {key.removeprefix(prefix): tensor for key, tensor in load_file(path).items()}
    result: Any = set_peft_model_state_dict(pipeline.transformer, learnt)
    assert not result.unexpected_keys


def _predict(base: Base, wish: Wish, adapter: Path | None) -> Predict:
    denoiser = open_denoiser(base, CPU)
    if adapter is not None:
        apply(denoiser.network, adapter, base.family.prefix)
    wanted = said(base, wish.prompt, guidance=wish.guidance)
    if denoiser.embeds_guidance:
        return lambda x, times: denoiser(x, times, wanted)
    empty, settle = said(base, ""), base.family.settle
    return guided(denoiser, wanted, empty, wish.guidance, rescale=0, settle=settle)
