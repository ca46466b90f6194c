"""A tiny FLUX.2 klein: Qwen3 words from three depths, latents through a batch norm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl_flux2 import AutoencoderKLFlux2
from diffusers.models.transformers.transformer_flux2 import Flux2Transformer2DModel
from diffusers.pipelines.flux2.pipeline_flux2_klein import Flux2KleinPipeline
from diffusers.schedulers.scheduling_flow_match_euler_discrete import (
    FlowMatchEulerDiscreteScheduler,
)
from torch import Tensor
from transformers.models.qwen2.tokenization_qwen2 import Qwen2Tokenizer
from transformers.models.qwen3.configuration_qwen3 import Qwen3Config
from transformers.models.qwen3.modeling_qwen3 import Qwen3ForCausalLM

from tests.networks.tiny.flux import SINGLE_BLOCKS
from tests.networks.tiny.tiny import Tiny, Wish, drawn
from tests.networks.tiny.words import LETTERS

LENGTH = 32
CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.content }}<|im_end|>{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>{% if not enable_thinking %}-{% endif %}{% endif %}"
)


def write(folder: Path) -> Path:
    """klein base: guided by an empty caption."""
    return written(folder, is_distilled=False)


def write_distilled(folder: Path) -> Path:
    """klein: drawn without guidance."""
    return written(folder, is_distilled=True)


def written(folder: Path, *, is_distilled: bool) -> Path:
    """A base whose random weights are the same each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        Flux2KleinPipeline(
            tokenizer=tokenizer(),
            text_encoder=text_encoder(8),
            vae=autoencoder(),
            transformer=Flux2Transformer2DModel(
                in_channels=16,
                num_layers=1,
                num_single_layers=SINGLE_BLOCKS,
                attention_head_dim=16,
                num_attention_heads=2,
                joint_attention_dim=24,
                timestep_guidance_channels=32,
                axes_dims_rope=(4, 4, 4, 4),
                guidance_embeds=False,
            ),
            scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
            is_distilled=is_distilled,
        ).save_pretrained(folder, safe_serialization=True)
    return folder


def tokenizer() -> Qwen2Tokenizer:
    """Spells every word; a space is `Ġ` to it."""
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    vocabulary = {word: place for place, word in enumerate([*special, "Ġ", *LETTERS])}
    made = Qwen2Tokenizer(
        vocab=vocabulary, merges=[], model_max_length=LENGTH, extra_special_tokens=special[1:]
    )
    made.chat_template = CHAT
    return made


def text_encoder(width: int) -> Qwen3ForCausalLM:
    """One layer more than the network listens to."""
    return Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=4 + len(LETTERS),
            hidden_size=width,
            intermediate_size=16,
            num_hidden_layers=28,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=4,
            pad_token_id=0,
            bos_token_id=None,
            eos_token_id=2,
        )
    )


def autoencoder() -> AutoencoderKLFlux2:
    """Stride 8, four channels; its batch norm has seen pictures."""
    network: AutoencoderKLFlux2 = AutoencoderKLFlux2(
        block_out_channels=(8, 8, 8, 8), latent_channels=4, norm_num_groups=4, layers_per_block=1
    )
    seen = network.bn.state_dict()
    torch.nn.init.uniform_(seen["running_mean"], -1.0, 1.0)
    torch.nn.init.uniform_(seen["running_var"], 0.5, 2.0)
    return network


def draw(pipeline: Any, wish: Wish) -> Tensor:
    """Latents go in as they are; σ are diffusers' own, and so is their shift."""
    return drawn(pipeline, wish, max_sequence_length=LENGTH)


TINY = Tiny(write, draw)
TINY_DISTILLED = Tiny(write_distilled, draw)
