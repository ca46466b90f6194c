"""A tiny Lumina-Image 2.0: Gemma 2 words, one stream with grouped queries, a flow shifted by 6."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diffusers.models.transformers.transformer_lumina2 import Lumina2Transformer2DModel
from diffusers.pipelines.lumina2.pipeline_lumina2 import Lumina2Pipeline
from diffusers.schedulers.scheduling_flow_match_euler_discrete import (
    FlowMatchEulerDiscreteScheduler,
)
from torch import Tensor

from tests.networks.tiny.sana import gemma_encoder, gemma_tokenizer
from tests.networks.tiny.tiny import Tiny, Wish, draw_by_flow, kept, kl_autoencoder


def write(folder: Path) -> Path:
    """Stride 8, which diffusers' pipeline takes for granted."""
    return kept(folder, pipeline)


def pipeline() -> Lumina2Pipeline:
    """The same base as diffusers' own pipeline."""
    return Lumina2Pipeline(
        vae=kl_autoencoder(0.3611, 0.1159),
        text_encoder=gemma_encoder(16),
        tokenizer=gemma_tokenizer(),
        transformer=Lumina2Transformer2DModel(
            sample_size=8,
            in_channels=4,
            hidden_size=32,
            num_layers=2,
            num_refiner_layers=1,
            num_attention_heads=2,
            num_kv_heads=1,
            multiple_of=16,
            axes_dim_rope=(4, 6, 6),
            axes_lens=(300, 64, 64),
            cap_feat_dim=16,
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=6.0),
    )


def draw(pipeline: Any, wish: Wish) -> Tensor:
    """Without this pipeline's own way to bring guided predictions back to size."""
    return draw_by_flow(pipeline, wish, cfg_normalization=False)


TINY = Tiny(write, draw)
