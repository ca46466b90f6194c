"""A tiny PixArt-Σ: T5 words with a mask, ε-prediction beside a learnt variance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diffusers.models.transformers.pixart_transformer_2d import PixArtTransformer2DModel
from diffusers.pipelines.pixart_alpha.pipeline_pixart_sigma import PixArtSigmaPipeline
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler
from torch import Tensor

from tests.networks.tiny import words
from tests.networks.tiny.stable_diffusion_xl import autoencoder
from tests.networks.tiny.tiny import Tiny, Wish, draw_by_diffusion, kept


def write(folder: Path) -> Path:
    """Eight channels out for four in: the noise, and the variance that nobody asks for."""
    return kept(folder, pipeline)


def pipeline() -> PixArtSigmaPipeline:
    """The same base as diffusers' own pipeline."""
    return PixArtSigmaPipeline(
        tokenizer=words.t5_tokenizer(),
        text_encoder=words.t5_encoder(16),
        vae=autoencoder(),
        transformer=PixArtTransformer2DModel(
            num_attention_heads=2,
            attention_head_dim=16,
            in_channels=4,
            out_channels=8,
            num_layers=2,
            cross_attention_dim=32,
            sample_size=8,
            patch_size=2,
            caption_channels=16,
            use_additional_conditions=False,
        ),
        scheduler=DPMSolverMultistepScheduler(),
    )


def draw(pipeline: Any, wish: Wish) -> Tensor:
    """Captions as they are and the size that was asked for."""
    return draw_by_diffusion(pipeline, wish, clean_caption=False, use_resolution_binning=False)


TINY = Tiny(write, draw)
