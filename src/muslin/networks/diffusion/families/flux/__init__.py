"""FLUX.1 (dev, schnell): pooled CLIP and T5 text, two streams that later become one.

Source: Black Forest Labs, github.com/black-forest-labs/flux; layout and names as in diffusers. The
network sees 2×2 latent cells as one token. dev has learnt guidance as an input, by distillation;
schnell draws in a few steps without any.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor, nn

from muslin.networks.diffusion.family import Condition, Family, Part, TextParts
from muslin.networks.diffusion.pieces import (
    FLUX_LAYERS,
    clip_ids,
    kl_decode,
    kl_encode,
    packed,
    packed_cells,
    packed_flow,
    token_places,
    unpacked,
)


class TransformerConfig(BaseModel):
    """What a FluxTransformer2DModel's config.json says of guidance."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    guidance_embeds: bool = False


def embeds_guidance(folder: Path) -> bool:
    """Whether it is a dev."""
    text = (folder / "transformer" / "config.json").read_bytes()
    return TransformerConfig.model_validate_json(text).guidance_embeds


def unguided(folder: Path) -> bool:
    """Whether it is a schnell."""
    return not embeds_guidance(folder)


def caption_tokens(folder: Path) -> int:
    """T5 tokens: 512 for dev, 256 for schnell, as `load_t5` of the release's own code has them."""
    return 512 if embeds_guidance(folder) else 256


def text(parts: TextParts, captions: Sequence[str]) -> Condition:
    """{"text": (B, L, D) of T5, padding included and not masked, "pooled": (B, P) of CLIP}."""
    clip, t5 = parts["text_encoder"], parts["text_encoder_2"]
    pooled = clip(clip_ids(parts, captions).to(clip.device)).pooler_output
    said = t5(clip_ids(parts, captions, "tokenizer_2").to(t5.device)).last_hidden_state
    return {"text": said, "pooled": pooled}


def predict(network: nn.Module, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
    """ε - z; with guidance 1, the one that is learnt with, where the condition names none."""
    rows, columns = noisy.shape[2] // 2, noisy.shape[3] // 2
    takes_guidance = bool(network.config.guidance_embeds)  # type: ignore[union-attr]
    answer: Tensor = network(
        hidden_states=packed(noisy),
        timestep=times,
        guidance=condition.get("guidance", torch.ones_like(times)) if takes_guidance else None,
        pooled_projections=condition["pooled"],
        encoder_hidden_states=condition["text"],
        txt_ids=torch.zeros(condition["text"].shape[1], 3, device=noisy.device),
        img_ids=token_places(rows, columns, axes=3, device=noisy.device),
        return_dict=False,
    )[0]
    return unpacked(answer, rows)


FAMILY = Family(
    name="flux",
    pipeline="FluxPipeline",
    parts={
        "tokenizer": Part("tokenizer", ("CLIPTokenizer",)),
        "tokenizer_2": Part("tokenizer", ("T5Tokenizer",)),
        "text_encoder": Part("text", ("CLIPTextModel",)),
        "text_encoder_2": Part("text", ("T5EncoderModel",)),
        "vae": Part("autoencoder", ("AutoencoderKL",)),
        "transformer": Part("denoiser", ("FluxTransformer2DModel",)),
    },
    targets=rf"(single_)?transformer_blocks\.\d+\.{FLUX_LAYERS}",
    # Of 38 single blocks the first ten decide content, the others style: SplitFlux, arXiv
    # 2511.15258, section 3 (its blocks 20-29 and 30-57, the 19 double ones counted in).
    style_targets=rf"single_transformer_blocks\.\d\d\.{FLUX_LAYERS}",
    process=packed_flow,
    cells=packed_cells,
    text=text,
    encode=kl_encode,
    decode=kl_decode,
    predict=predict,
    embeds_guidance=embeds_guidance,
    unguided=unguided,
    caption_tokens=caption_tokens,
)
