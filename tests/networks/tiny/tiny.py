"""What a family gives to its contract tests: a tiny base, and how diffusers itself draws with it.

Diffusers' pipelines differ in their arguments, so each family's module has a `draw` of its own;
`drawn` serves those that need no more than a prompt, latents and σ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor


class Wish(NamedTuple):
    """One picture, asked for in the same words of us and of diffusers."""

    prompt: str
    noise: Tensor  # (1, C, h, w) standard normal, in our own layout
    height_px: int
    width_px: int
    steps: int
    guidance: float


@dataclass(frozen=True)
class Tiny:
    """`write` makes a folder in diffusers' layout, random but the same each time.

    `draw` takes diffusers' own pipeline, opened from that folder, and gives pictures
    (1, 3, H, W) in [0, 1], drawn along the times that our sampler takes.
    """

    write: Callable[[Path], Path]
    draw: Callable[[Any, Wish], Tensor]


def kept(folder: Path, pipeline: Callable[[], Any]) -> Path:
    """A pipeline's folder; its random weights are the same each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        pipeline().save_pretrained(folder, safe_serialization=True)
    return folder


def kl_autoencoder(scaling_factor: float, shift_factor: float) -> AutoencoderKL:
    """Stride 8, four channels, no quantising convolutions, as FLUX.1's and SD3's but narrow."""
    network: AutoencoderKL = AutoencoderKL(
        block_out_channels=(8, 8, 8, 8),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        latent_channels=4,
        norm_num_groups=4,
        scaling_factor=scaling_factor,
        shift_factor=shift_factor,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )
    return network


def even_sigmas(steps: int) -> list[float]:
    """σ from 1 to 1/steps before any shift, as `Flow.countdown` has them."""
    return [float(sigma) for sigma in torch.linspace(1.0, 1.0 / steps, steps)]


def drawn(pipeline: Any, wish: Wish, **more: object) -> Tensor:
    """What a pipeline draws; `more` are arguments that only this pipeline has."""
    pipeline.set_progress_bar_config(disable=True)
    pictures: Tensor = pipeline(
        prompt=wish.prompt,
        latents=wish.noise.clone(),
        height=wish.height_px,
        width=wish.width_px,
        num_inference_steps=wish.steps,
        guidance_scale=wish.guidance,
        output_type="pt",
        **more,
    ).images
    return pictures


def draw_by_diffusion(pipeline: Any, wish: Wish, **more: object) -> Tensor:
    """With DDIM along trailing times, whatever scheduler the base came with."""
    from diffusers.schedulers.scheduling_ddim import DDIMScheduler

    pipeline.scheduler = DDIMScheduler.from_config(
        pipeline.scheduler.config,
        timestep_spacing="trailing",
        clip_sample=False,
        set_alpha_to_one=True,
        steps_offset=1,  # trailing times ignore it; diffusers warns without it
    )
    return drawn(pipeline, wish, **more)


def draw_by_flow(pipeline: Any, wish: Wish, **more: object) -> Tensor:
    """With Euler's method along the even σ that the base's own scheduler shifts."""
    return drawn(pipeline, wish, sigmas=even_sigmas(wish.steps), **more)
