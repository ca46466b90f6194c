"""Stable Diffusion 3 and 3.5: two CLIPs and T5, words and picture attending to each other.

Source: Esser et al., arXiv 2403.03206; layout and names as in diffusers.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from muslin.networks.diffusion.family import Condition, Family, Part, TextParts
from muslin.networks.diffusion.pieces import (
    clip_pair,
    kl_decode,
    kl_encode,
    last_but_one,
    packed_flow,
    padded,
    transformer_cells,
)

T5_LENGTH = 256
"""Tokens that T5 reads; diffusers' own `max_sequence_length`."""
TIMES = 1000
"""What σ is multiplied with before the network sees it; num_train_timesteps of every SD3."""


def text(parts: TextParts, captions: Sequence[str]) -> Condition:
    """{"text": (B, 77 + 256, 4096), "pooled": (B, 768 + 1280)}; CLIP's words, then T5's.

    CLIP's are filled up with zeros to the width of T5's. T5 reads without a mask, as in training.
    """
    first, second = clip_pair(parts, captions)
    t5 = parts["text_encoder_3"]
    ids, _ = padded(parts, captions, T5_LENGTH, "tokenizer_3")
    long = t5(ids.to(t5.device))[0]
    short = last_but_one(first, second)
    short = nn.functional.pad(short, (0, long.shape[-1] - short.shape[-1]))
    pooled = torch.cat((first.text_embeds, second.text_embeds), dim=-1)
    return {"text": torch.cat((short, long), dim=1), "pooled": pooled}


def predict(network: nn.Module, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
    """The transformer's answer at σ, which it knows as a time up to 1000."""
    predicted: Tensor = network(
        noisy,
        encoder_hidden_states=condition["text"],
        pooled_projections=condition["pooled"],
        timestep=times * TIMES,
        return_dict=False,
    )[0]
    return predicted


FAMILY = Family(
    name="stable_diffusion_3",
    pipeline="StableDiffusion3Pipeline",
    parts={
        "tokenizer": Part("tokenizer", ("CLIPTokenizer",)),
        "tokenizer_2": Part("tokenizer", ("CLIPTokenizer",)),
        "tokenizer_3": Part("tokenizer", ("T5Tokenizer",)),
        "text_encoder": Part("text", ("CLIPTextModelWithProjection",)),
        "text_encoder_2": Part("text", ("CLIPTextModelWithProjection",)),
        "text_encoder_3": Part("text", ("T5EncoderModel",)),
        "vae": Part("autoencoder", ("AutoencoderKL",)),
        "transformer": Part("denoiser", ("SD3Transformer2DModel",)),
    },
    targets=(
        r"transformer_blocks\.\d+\.(attn2?\.(to_[qkv]|to_out\.0|add_[qkv]_proj|to_add_out)"
        r"|ff(_context)?\.net\.(0\.proj|2))"
    ),
    # The picture's own attention in the later half of the blocks: early ones lay a picture out,
    # late ones give it its look (SplitFlux, arXiv 2511.15258, found for FLUX.1's blocks).
    style_targets=r"transformer_blocks\.(?P<late>\d+)\.attn2?\.(to_[qkv]|to_out\.0)",
    process=packed_flow,
    cells=transformer_cells,
    text=text,
    encode=kl_encode,
    decode=kl_decode,
    predict=predict,
)
