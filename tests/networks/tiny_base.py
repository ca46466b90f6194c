"""A base network of the real classes, small enough to build in a test; its weights are random."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from transformers.models.clip.configuration_clip import CLIPTextConfig
from transformers.models.clip.modeling_clip import CLIPTextModel
from transformers.models.clip.tokenization_clip import CLIPTokenizer

LETTERS = "abcdefghijklmnopqrstuvwxyz,-"


def write_tiny_base(folder: Path, seed: int = 0) -> Path:
    """A Stable Diffusion folder: 8 latent channels, stride 8, v-prediction, zero terminal SNR."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        tiny_pipeline().save_pretrained(folder, safe_serialization=True)
    return folder


def tiny_pipeline() -> StableDiffusionPipeline:
    """The same base as diffusers' own pipeline."""
    return StableDiffusionPipeline(
        vae=AutoencoderKL(
            block_out_channels=(8, 8, 16, 16),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            latent_channels=8,
            norm_num_groups=4,
            scaling_factor=0.7,
        ),
        text_encoder=CLIPTextModel(_clip_config()),
        tokenizer=_tokenizer(),
        unet=UNet2DConditionModel(
            in_channels=8,
            out_channels=8,
            block_out_channels=(32, 64),
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
            layers_per_block=1,
            attention_head_dim=4,
            norm_num_groups=8,
            cross_attention_dim=32,
        ),
        scheduler=DDIMScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            prediction_type="v_prediction",
            rescale_betas_zero_snr=True,
            timestep_spacing="trailing",
            clip_sample=False,
            steps_offset=1,  # diffusers warns without it; trailing times ignore it
        ),
        safety_checker=None,  # type: ignore[arg-type]  # diffusers forgot the None
        feature_extractor=None,  # type: ignore[arg-type]
        requires_safety_checker=False,
    )


def _clip_config() -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(_vocabulary()),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=32,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )


def _tokenizer() -> CLIPTokenizer:
    return CLIPTokenizer(vocab=_vocabulary(), merges=[], model_max_length=32)


def _vocabulary() -> dict[str, int]:
    words = ["<|startoftext|>", "<|endoftext|>", *LETTERS, *(f"{letter}</w>" for letter in LETTERS)]
    return {word: place for place, word in enumerate(words)}
