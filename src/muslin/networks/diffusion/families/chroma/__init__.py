"""Chroma: FLUX.1 schnell pruned and trained anew; T5 text alone, guided by an empty caption.

Source: Chroma, github.com/lodestone-rock/flow; layout and names as in diffusers. The network sees
2×2 latent cells as one token, and of the padding after a caption its first token only.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from muslin.networks.diffusion.family import Condition, Family, Part, TextParts
from muslin.networks.diffusion.pieces import (
    FLUX_LAYERS,
    kl_decode,
    kl_encode,
    packed,
    packed_cells,
    packed_flow,
    padded,
    token_places,
    unpacked,
)

LENGTH = 512
"""T5 tokens of a caption: a default of diffusers' pipeline."""


def text(parts: TextParts, captions: Sequence[str]) -> Condition:
    """{"text": (B, L, D) of T5, "mask": (B, L) bool: the words and one token of padding}.

    The mask is bool: diffusers' pipeline (0.42.1) makes it float, which attention adds to its
    scores instead of hiding anything (huggingface/diffusers issues 12116 and 13619).
    """
    encoder = parts["text_encoder"]
    length = min(parts["tokenizer"].model_max_length, LENGTH)
    ids, words = (t.to(encoder.device) for t in padded(parts, captions, length))
    said = encoder(ids, attention_mask=words).last_hidden_state
    places = torch.arange(length, device=words.device)
    return {"text": said, "mask": places <= words.sum(dim=1, keepdim=True)}


def predict(network: nn.Module, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
    """ε - z."""
    rows, columns = noisy.shape[2] // 2, noisy.shape[3] // 2
    seen = condition["mask"]
    answer: Tensor = network(
        hidden_states=packed(noisy),
        timestep=times,
        encoder_hidden_states=condition["text"],
        txt_ids=torch.zeros(seen.shape[1], 3, device=noisy.device),
        img_ids=token_places(rows, columns, axes=3, device=noisy.device),
        attention_mask=torch.cat((seen, seen.new_ones(len(noisy), rows * columns)), dim=1),
        return_dict=False,
    )[0]
    return unpacked(answer, rows)


FAMILY = Family(
    name="chroma",
    pipeline="ChromaPipeline",
    parts={
        "tokenizer": Part("tokenizer", ("T5Tokenizer",)),
        "text_encoder": Part("text", ("T5EncoderModel",)),
        "vae": Part("autoencoder", ("AutoencoderKL",)),
        "transformer": Part("denoiser", ("ChromaTransformer2DModel",)),
    },
    targets=rf"(single_)?transformer_blocks\.\d+\.{FLUX_LAYERS}",
    # FLUX.1's split, whose 19 double and 38 single blocks Chroma keeps: the first ten single ones
    # decide content, the others style (SplitFlux, arXiv 2511.15258, section 3).
    style_targets=rf"single_transformer_blocks\.\d\d\.{FLUX_LAYERS}",
    process=packed_flow,
    cells=packed_cells,
    text=text,
    encode=kl_encode,
    decode=kl_decode,
    predict=predict,
)
