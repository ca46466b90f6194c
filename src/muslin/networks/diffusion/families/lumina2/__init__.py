"""Lumina-Image 2.0: Gemma 2 text and one stream of caption and picture tokens.

Source: Lumina-Image 2.0, arXiv 2503.21758; layout and names as in diffusers. The network counts
time from noise to picture and answers with z - ε, so both are turned round here. diffusers' own
pipeline also shortens each guided row of cells to the wanted one's length (`cfg_normalization`);
Muslin rescales guidance alike for all families instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from muslin.networks.diffusion.family import Condition, Family, Part, TextParts
from muslin.networks.diffusion.pieces import (
    kl_decode,
    kl_encode,
    packed_flow,
    told,
    transformer_cells,
)

SYSTEM = (
    "You are an assistant designed to generate superior images with the superior degree of "
    "image-text alignment based on textual prompts or user prompts. <Prompt Start> "
)
"""What every caption but the empty one follows, in training as in diffusers' pipeline."""
LENGTH = 256
"""Tokens of a caption, system prompt included: diffusers' own limit."""


def text(parts: TextParts, captions: Sequence[str]) -> Condition:
    """{"text": (B, 256, D), "mask": (B, 256)}: Gemma's hidden state before its last layer."""
    prompts = [SYSTEM + caption if caption else "" for caption in captions]
    states, mask = told(parts, prompts, LENGTH, layer=-2)
    return {"text": states, "mask": mask}


def predict(network: nn.Module, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
    """ε - z."""
    said, mask = condition["text"], condition["mask"]
    answer: Tensor = network(noisy, 1 - times, said, mask, return_dict=False)[0]
    return -answer


FAMILY = Family(
    name="lumina2",
    pipeline="Lumina2Pipeline",
    parts={
        "tokenizer": Part("tokenizer", ("GemmaTokenizer",)),
        "text_encoder": Part("text", ("Gemma2Model", "Gemma2ForCausalLM")),
        "vae": Part("autoencoder", ("AutoencoderKL",)),
        "transformer": Part("denoiser", ("Lumina2Transformer2DModel",)),
    },
    targets=(
        r"(layers|noise_refiner|context_refiner)\.\d+\."
        r"(attn\.(to_[qkv]|to_out\.0)|feed_forward\.linear_[123])"
    ),
    # The later half of the blocks: content settles in early blocks of such a stream, look in late
    # ones (SplitFlux, arXiv 2511.15258, found for FLUX.1 and carried over).
    style_targets=(
        r"layers\.(?P<late>\d+)\.(attn\.(to_[qkv]|to_out\.0)|feed_forward\.linear_[123])"
    ),
    process=packed_flow,
    cells=transformer_cells,
    text=text,
    encode=kl_encode,
    decode=kl_decode,
    predict=predict,
)
