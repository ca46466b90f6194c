"""A tiny Qwen-Image: Qwen2.5-VL words, a film autoencoder, two streams, a shift by size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diffusers.models.autoencoders.autoencoder_kl_qwenimage import AutoencoderKLQwenImage
from diffusers.models.transformers.transformer_qwenimage import QwenImageTransformer2DModel
from diffusers.pipelines.qwenimage.pipeline_qwenimage import QwenImagePipeline
from diffusers.schedulers.scheduling_flow_match_euler_discrete import (
    FlowMatchEulerDiscreteScheduler,
)
from torch import Tensor
from transformers.models.qwen2_5_vl.configuration_qwen2_5_vl import Qwen2_5_VLConfig
from transformers.models.qwen2_5_vl.modeling_qwen2_5_vl import Qwen2_5_VLForConditionalGeneration

from muslin.networks.diffusion.families.qwen_image import SYSTEM
from muslin.networks.diffusion.pieces import packed
from tests.networks.tiny import words
from tests.networks.tiny.tiny import Tiny, Wish, draw_by_flow, kept


def write(folder: Path) -> Path:
    """With the words of the system prompt whole, so that it has as many tokens as the real one."""
    return kept(folder, pipeline)


def pipeline() -> QwenImagePipeline:
    """The same base as diffusers' own pipeline; the scheduler is Qwen-Image's own."""
    return QwenImagePipeline(
        vae=AutoencoderKLQwenImage(
            base_dim=4,
            z_dim=4,
            dim_mult=[1, 1, 1, 2],
            num_res_blocks=1,
            latents_mean=[-0.76, -0.71, 0.11, 1.55],
            latents_std=[2.82, 1.45, 1.64, 3.27],
        ),
        text_encoder=Qwen2_5_VLForConditionalGeneration(_encoder_config()),
        tokenizer=words.qwen_tokenizer((SYSTEM,)),
        transformer=QwenImageTransformer2DModel(
            in_channels=16,
            out_channels=4,
            num_layers=2,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=16,
            axes_dims_rope=(4, 6, 6),
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(
            use_dynamic_shifting=True,
            base_shift=0.5,
            max_shift=0.9,
            max_image_seq_len=8192,
            shift_terminal=0.02,
        ),
    )


def draw(pipeline: Any, wish: Wish) -> Tensor:
    """This pipeline takes packed noise, and calls guidance `true_cfg_scale`."""
    return draw_by_flow(
        pipeline,
        wish._replace(noise=packed(wish.noise)),
        negative_prompt="",
        true_cfg_scale=wish.guidance,
    )


def _encoder_config() -> Qwen2_5_VLConfig:
    return Qwen2_5_VLConfig(
        text_config={
            "vocab_size": words.QWEN_WORDS,
            "hidden_size": 16,
            "intermediate_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "bos_token_id": None,
            "eos_token_id": None,
            "rope_parameters": {"rope_type": "default", "mrope_section": [1, 1, 2]},
        },
        vision_config={
            "depth": 1,
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_heads": 2,
            "out_hidden_size": 16,
            "fullatt_block_indexes": [0],
        },
    )


TINY = Tiny(write, draw)
