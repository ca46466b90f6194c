"""A tiny Chroma: T5 words with a mask, FLUX's blocks modulated by an approximator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from diffusers.models.transformers.transformer_chroma import ChromaTransformer2DModel
from diffusers.pipelines.chroma.pipeline_chroma import ChromaPipeline
from diffusers.schedulers.scheduling_flow_match_euler_discrete import (
    FlowMatchEulerDiscreteScheduler,
)
from torch import Tensor

from muslin.networks.diffusion.pieces import packed
from tests.networks.tiny import words
from tests.networks.tiny.flux import LENGTH, SINGLE_BLOCKS, autoencoder, t5_tokenizer
from tests.networks.tiny.tiny import Tiny, Wish, drawn


def write(folder: Path) -> Path:
    """Shifted by a fixed factor."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        ChromaPipeline(
            tokenizer=t5_tokenizer(),
            text_encoder=words.t5_encoder(16),
            vae=autoencoder(),
            transformer=ChromaTransformer2DModel(
                in_channels=16,
                num_layers=1,
                num_single_layers=SINGLE_BLOCKS,
                attention_head_dim=16,
                num_attention_heads=2,
                joint_attention_dim=16,
                axes_dims_rope=(4, 4, 8),
                approximator_num_channels=16,
                approximator_hidden_dim=16,
                approximator_layers=2,
            ),
            scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
        ).save_pretrained(folder, safe_serialization=True)
    return folder


def draw(pipeline: Any, wish: Wish) -> Tensor:
    """Masks go in as what they are, bool, see `families.chroma.text`. Latents go in packed."""
    encode = pipeline.encode_prompt

    def encode_prompt(**asked: object) -> tuple[Tensor | None, ...]:
        text, places, mask, empty, empty_places, empty_mask = encode(**asked)
        hidden = None if empty_mask is None else empty_mask.bool()
        return text, places, mask.bool(), empty, empty_places, hidden

    pipeline.encode_prompt = encode_prompt
    packed_wish = wish._replace(noise=packed(wish.noise))
    return drawn(pipeline, packed_wish, negative_prompt="", max_sequence_length=LENGTH)


TINY = Tiny(write, draw)
