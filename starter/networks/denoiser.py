"""The starter denoiser, the text encoder that is trained with it, and their noise schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from torch import Tensor, nn
from transformers.models.clip.configuration_clip import CLIPTextConfig
from transformers.models.clip.modeling_clip import CLIPTextModel
from transformers.models.clip.tokenization_clip import CLIPTokenizer

from starter.networks.autoencoder import CHANNELS, STRIDE_PX
from starter.networks.tokenizer import LENGTH
from starter.photos import SHAPES
from starter.resumable import place

WIDTH = 192
"""Of the text features."""


def build_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """1.6 M parameters: three layers, 192 wide."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=WIDTH,
            intermediate_size=4 * WIDTH,
            projection_dim=WIDTH,
            num_hidden_layers=3,
            num_attention_heads=6,
            max_position_embeddings=LENGTH,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def build_denoiser() -> UNet2DConditionModel:
    """Three levels; attention to the caption at the two lower ones and in the middle."""
    network: UNet2DConditionModel = UNet2DConditionModel(
        sample_size=(SHAPES[0][0] // STRIDE_PX, SHAPES[0][1] // STRIDE_PX),
        in_channels=CHANNELS,
        out_channels=CHANNELS,
        layers_per_block=1,
        block_out_channels=(64, 128, 256),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=(4, 4, 8),
        cross_attention_dim=WIDTH,
        use_linear_projection=True,
        norm_num_groups=16,
    )
    return network


def build_scheduler() -> DDIMScheduler:
    """Stable Diffusion's schedule with its last step made pure noise."""
    scheduler: DDIMScheduler = DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        clip_sample=False,
        steps_offset=1,  # as in Stable Diffusion; trailing spacing does not use it
        set_alpha_to_one=True,
    )
    return scheduler


@dataclass(slots=True)
class Networks:
    """What is trained together, and the schedule's tables."""

    denoiser: UNet2DConditionModel
    text: CLIPTextModel
    tokenizer: CLIPTokenizer
    signal: Tensor  # (1000,) square root of cumulative alpha
    noise: Tensor  # (1000,)

    def all(self) -> nn.ModuleList:
        """Both trained networks as one module."""
        return nn.ModuleList([self.denoiser, self.text])

    def read(self, captions: Sequence[str]) -> Tensor:
        """(B, LENGTH, WIDTH) text features."""
        ids = self.tokenizer(
            list(captions),
            padding="max_length",
            truncation=True,
            max_length=LENGTH,
            return_tensors="pt",
        ).input_ids
        features: Tensor = self.text(ids.to(self.signal.device)).last_hidden_state
        return features


def build_networks(tokenizer: CLIPTokenizer, device: torch.device) -> Networks:
    """Fresh networks that read with `tokenizer`."""
    kept: Tensor = build_scheduler().alphas_cumprod
    networks = Networks(
        build_denoiser(),
        build_text_encoder(tokenizer),
        tokenizer,
        kept.sqrt().to(device),
        (1 - kept).sqrt().to(device),
    )
    place(networks.all(), device)
    return networks
