"""A tiny Sana: Gemma 2 words, a deep-compression autoencoder of stride 32, linear attention."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diffusers.models.autoencoders.autoencoder_dc import AutoencoderDC
from diffusers.models.transformers.sana_transformer import SanaTransformer2DModel
from diffusers.pipelines.sana.pipeline_sana import SanaPipeline
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler
from diffusers.schedulers.scheduling_flow_match_euler_discrete import (
    FlowMatchEulerDiscreteScheduler,
)
from torch import Tensor
from transformers.models.gemma.tokenization_gemma import GemmaTokenizer
from transformers.models.gemma2.configuration_gemma2 import Gemma2Config
from transformers.models.gemma2.modeling_gemma2 import Gemma2Model

from tests.networks.tiny.tiny import Tiny, Wish, draw_by_flow, kept
from tests.networks.tiny.words import LETTERS


def write(folder: Path) -> Path:
    """Six levels, so that a cell is 32 px as in Sana."""
    return kept(folder, pipeline)


def pipeline() -> SanaPipeline:
    """The same base as diffusers' own pipeline, with the scheduler that Sana is published with."""
    levels: dict[str, Any] = {
        "block_out_channels": (4, 4, 4, 4, 8, 8),
        "layers_per_block": (1,) * 6,
    }
    return SanaPipeline(
        tokenizer=gemma_tokenizer(),
        text_encoder=gemma_encoder(16),
        vae=AutoencoderDC(
            latent_channels=8,
            attention_head_dim=4,
            encoder_block_types=("ResBlock",) * 5 + ("EfficientViTBlock",),
            decoder_block_types=("ResBlock",) * 5 + ("EfficientViTBlock",),
            encoder_qkv_multiscales=((),) * 5 + ((5,),),
            decoder_qkv_multiscales=((),) * 5 + ((5,),),
            scaling_factor=0.41407,
            **{f"{side}_{name}": value for name, value in levels.items() for side in SIDES},
        ),
        transformer=SanaTransformer2DModel(
            in_channels=8,
            out_channels=8,
            num_attention_heads=4,
            attention_head_dim=8,
            num_layers=2,
            num_cross_attention_heads=2,
            cross_attention_head_dim=16,
            cross_attention_dim=32,
            caption_channels=16,
            sample_size=4,
        ),
        scheduler=DPMSolverMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
        ),
    )


SIDES = ("encoder", "decoder")


def gemma_tokenizer() -> GemmaTokenizer:
    """Spells every word; a caption starts with <bos>."""
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁"]
    vocabulary = {word: place for place, word in enumerate([*special, *LETTERS])}
    return GemmaTokenizer(vocab=vocabulary, merges=[], add_bos_token=True)


def gemma_encoder(width: int) -> Gemma2Model:
    """Two layers, the first with a sliding window."""
    return Gemma2Model(
        Gemma2Config(
            vocab_size=6 + len(LETTERS),
            hidden_size=width,
            intermediate_size=2 * width,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=8,
        )
    )


def draw(pipeline: Any, wish: Wish) -> Tensor:
    """Along the even σ of Euler's method, with the caption alone: nothing said in its front."""
    shift = getattr(pipeline.scheduler.config, "flow_shift", None)
    if shift is not None:
        pipeline.scheduler = FlowMatchEulerDiscreteScheduler(shift=shift)
    return draw_by_flow(
        pipeline,
        wish,
        clean_caption=False,
        use_resolution_binning=False,
        complex_human_instruction=None,
    )


TINY = Tiny(write, draw)
