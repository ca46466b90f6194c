"""Z-Image and Z-Image-Turbo: Qwen3 text and one stream of caption and picture tokens.

Source: Z-Image, arXiv 2511.22699; layout and names as in diffusers. The network counts time from
noise to picture and answers with z - ε, so both are turned round here. diffusers' own pipeline
guides by w + g(w - e): its g is our guidance less 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from muslin.networks.diffusion.family import Condition, Family, Part, TextParts
from muslin.networks.diffusion.pieces import kl_decode, kl_encode, packed_cells, packed_flow, told

LENGTH = 512
"""Tokens of a caption, template included: diffusers' own limit."""


def text(parts: TextParts, captions: Sequence[str]) -> Condition:
    """{"text": (B, 512, D), "mask": (B, 512)}: Qwen3's hidden state before its last layer."""
    chat = parts["tokenizer"].apply_chat_template
    prompts = [
        chat(
            [{"role": "user", "content": caption}],
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=True,  # Qwen3's template adds nothing then; so it was trained
        )
        for caption in captions
    ]
    states, mask = told(parts, prompts, LENGTH, layer=-2)
    return {"text": states, "mask": mask}


def predict(network: nn.Module, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
    """ε - z. Caption lengths decide where a picture's positions begin, so padding is cut off."""
    lengths = condition["mask"].sum(1).tolist()
    captions = [said[:n] for said, n in zip(condition["text"], lengths, strict=True)]
    pictures = list(noisy.unsqueeze(2))  # one frame each
    answers: list[Tensor] = network(pictures, 1 - times, captions, return_dict=False)[0]
    return -torch.stack(answers).squeeze(2)


FAMILY = Family(
    name="z_image",
    pipeline="ZImagePipeline",
    parts={
        "tokenizer": Part("tokenizer", ("Qwen2Tokenizer",)),
        "text_encoder": Part("text", ("Qwen3Model", "Qwen3ForCausalLM")),
        "vae": Part("autoencoder", ("AutoencoderKL",)),
        "transformer": Part("denoiser", ("ZImageTransformer2DModel",)),
    },
    targets=(
        r"(layers|noise_refiner|context_refiner)\.\d+\."
        r"(attention\.(to_[qkv]|to_out\.0)|feed_forward\.w[123])"
    ),
    # The later half of the blocks: content settles in early blocks of such a stream, look in late
    # ones (SplitFlux, arXiv 2511.15258, found for FLUX.1 and carried over).
    style_targets=(
        r"layers\.(?P<late>\d+)\.(attention\.(to_[qkv]|to_out\.0)|feed_forward\.w[123])"
    ),
    process=packed_flow,
    cells=packed_cells,
    text=text,
    encode=kl_encode,
    decode=kl_decode,
    predict=predict,
)
