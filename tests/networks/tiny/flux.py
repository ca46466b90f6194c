"""A tiny FLUX.1 dev: CLIP and T5 words, two streams, then one; guidance as an input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel
from diffusers.pipelines.flux.pipeline_flux import FluxPipeline
from diffusers.schedulers.scheduling_flow_match_euler_discrete import (
    FlowMatchEulerDiscreteScheduler,
)
from torch import Tensor
from transformers.models.t5.tokenization_t5 import T5Tokenizer

from muslin.networks.diffusion.pieces import packed
from tests.networks.tiny import words
from tests.networks.tiny.tiny import Tiny, Wish, drawn, kl_autoencoder

LENGTH = 20
SINGLE_BLOCKS = 11
"""Enough for one that carries look: these are numbered from ten."""


def write(folder: Path) -> Path:
    """dev: shifted by size, guidance embedded."""
    return written(folder, guidance_embeds=True, use_dynamic_shifting=True)


def write_schnell(folder: Path) -> Path:
    """schnell: not shifted at all, no guidance."""
    return written(folder, guidance_embeds=False, use_dynamic_shifting=False)


def written(folder: Path, *, guidance_embeds: bool, use_dynamic_shifting: bool) -> Path:
    """A base whose random weights are the same each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        FluxPipeline(
            tokenizer=words.clip_tokenizer(),
            tokenizer_2=t5_tokenizer(),
            text_encoder=words.clip_encoder(16, layers=2),
            text_encoder_2=words.t5_encoder(16),
            vae=autoencoder(),
            transformer=FluxTransformer2DModel(
                in_channels=16,
                num_layers=1,
                num_single_layers=SINGLE_BLOCKS,
                attention_head_dim=16,
                num_attention_heads=2,
                joint_attention_dim=16,
                pooled_projection_dim=16,
                guidance_embeds=guidance_embeds,
                axes_dims_rope=(4, 4, 8),
            ),
            scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=use_dynamic_shifting),
        ).save_pretrained(folder, safe_serialization=True)
    return folder


def t5_tokenizer() -> T5Tokenizer:
    """With a length of its own, so that tests are quick."""
    tokenizer = words.t5_tokenizer()
    tokenizer.model_max_length = LENGTH
    return tokenizer


def autoencoder() -> AutoencoderKL:
    """Shifted and scaled as FLUX.1's."""
    return kl_autoencoder(0.3611, 0.1159)


def draw(pipeline: Any, wish: Wish) -> Tensor:
    """Latents go in packed; σ are diffusers' own, and so is their shift."""
    packed_wish = wish._replace(noise=packed(wish.noise))
    return drawn(pipeline, packed_wish, max_sequence_length=LENGTH)


TINY = Tiny(write, draw)
TINY_SCHNELL = Tiny(write_schnell, draw)
