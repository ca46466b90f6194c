"""A tiny Z-Image: Qwen3 words in a chat, one stream, a flow shifted by 3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diffusers.models.transformers.transformer_z_image import ZImageTransformer2DModel
from diffusers.pipelines.z_image.pipeline_z_image import ZImagePipeline
from diffusers.schedulers.scheduling_flow_match_euler_discrete import (
    FlowMatchEulerDiscreteScheduler,
)
from torch import Tensor, nn

from tests.networks.tiny import words
from tests.networks.tiny.tiny import Tiny, Wish, draw_by_flow, kept, kl_autoencoder


def write(folder: Path) -> Path:
    """Z-Image's own autoencoder has FLUX.1's shift and scale, and no quantising convolutions."""
    return kept(folder, pipeline)


def pipeline() -> ZImagePipeline:
    """The same base as diffusers' own pipeline."""
    transformer = ZImageTransformer2DModel(
        in_channels=4,
        dim=32,
        n_layers=2,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=16,
        axes_dims=[4, 6, 6],
        axes_lens=[1024, 64, 64],
    )
    for pad in (transformer.x_pad_token, transformer.cap_pad_token):
        nn.init.normal_(pad, std=0.02)  # trained ones are not zero either
    return ZImagePipeline(
        vae=kl_autoencoder(0.3611, 0.1159),
        text_encoder=words.qwen_encoder(16),
        tokenizer=words.qwen_tokenizer(),  # type: ignore[arg-type]  # AutoTokenizer is no class
        transformer=transformer,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
    )


def draw(pipeline: Any, wish: Wish) -> Tensor:
    """This pipeline guides by w + g(w - e): its g is ours less 1."""
    return draw_by_flow(pipeline, wish._replace(guidance=wish.guidance - 1))


TINY = Tiny(write, draw)
