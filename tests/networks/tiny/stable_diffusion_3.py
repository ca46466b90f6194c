"""A tiny Stable Diffusion 3.5: three text encoders, joint attention, a flow shifted by 3."""

from __future__ import annotations

from pathlib import Path

from diffusers.models.transformers.transformer_sd3 import SD3Transformer2DModel
from diffusers.pipelines.stable_diffusion_3.pipeline_stable_diffusion_3 import (
    StableDiffusion3Pipeline,
)
from diffusers.schedulers.scheduling_flow_match_euler_discrete import (
    FlowMatchEulerDiscreteScheduler,
)

from tests.networks.tiny import words
from tests.networks.tiny.tiny import Tiny, draw_by_flow, kept, kl_autoencoder


def write(folder: Path) -> Path:
    """As SD 3.5 Medium: attention of its own in the first block, normed queries and keys."""
    return kept(folder, pipeline)


def pipeline() -> StableDiffusion3Pipeline:
    """The same base as diffusers' own pipeline."""
    return StableDiffusion3Pipeline(
        vae=kl_autoencoder(1.5305, 0.0609),
        text_encoder=words.projecting_clip_encoder(12, 12),
        text_encoder_2=words.projecting_clip_encoder(16, 16),
        text_encoder_3=words.t5_encoder(32),
        tokenizer=words.clip_tokenizer(),
        tokenizer_2=words.clip_tokenizer(pad="!"),
        tokenizer_3=words.t5_tokenizer(),
        transformer=SD3Transformer2DModel(
            sample_size=8,
            patch_size=2,
            in_channels=4,
            out_channels=4,
            num_layers=2,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=32,
            caption_projection_dim=32,
            pooled_projection_dim=28,
            pos_embed_max_size=8,
            dual_attention_layers=(0,),
            qk_norm="rms_norm",
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
    )


TINY = Tiny(write, draw_by_flow)
