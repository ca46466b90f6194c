"""A tiny Stable Diffusion XL: ε-prediction, two CLIPs, sizes as words, attention in two levels."""

from __future__ import annotations

from pathlib import Path

from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.pipelines.stable_diffusion_xl.pipeline_stable_diffusion_xl import (
    StableDiffusionXLPipeline,
)
from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler

from tests.networks.tiny import words
from tests.networks.tiny.tiny import Tiny, draw_by_diffusion, kept

POOLED = 24


def write(folder: Path) -> Path:
    """Sixteen and twenty wide CLIPs, so that the UNet listens to 36 numbers per word."""
    return kept(folder, pipeline)


def pipeline() -> StableDiffusionXLPipeline:
    """The same base as diffusers' own pipeline."""
    return StableDiffusionXLPipeline(
        vae=autoencoder(),
        text_encoder=words.clip_encoder(16),
        text_encoder_2=words.projecting_clip_encoder(20, POOLED),
        tokenizer=words.clip_tokenizer(),
        tokenizer_2=words.clip_tokenizer(pad="!"),
        unet=UNet2DConditionModel(
            in_channels=4,
            out_channels=4,
            block_out_channels=(32, 64),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            layers_per_block=1,
            transformer_layers_per_block=1,
            attention_head_dim=(2, 4),
            norm_num_groups=8,
            cross_attention_dim=36,
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=6 * 8 + POOLED,
        ),
        scheduler=EulerDiscreteScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear"
        ),
        add_watermarker=False,
    )


def autoencoder() -> AutoencoderKL:
    """Stride 8, four channels, scaled as SDXL's."""
    network: AutoencoderKL = AutoencoderKL(
        block_out_channels=(8, 8, 8, 8),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        latent_channels=4,
        norm_num_groups=4,
        scaling_factor=0.13025,
    )
    return network


TINY = Tiny(write, draw_by_diffusion)
