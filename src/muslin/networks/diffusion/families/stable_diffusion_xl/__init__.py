"""Stable Diffusion XL: two CLIPs, a UNet that is told the picture's size.

Source: Podell et al., arXiv 2307.01952; layout and names as in diffusers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from torch import Tensor, nn

from muslin.networks.diffusion.family import Condition, Family, Part, TextParts
from muslin.networks.diffusion.noise.read import read_diffusion
from muslin.networks.diffusion.pieces import (
    clip_pair,
    kl_decode,
    kl_encode,
    last_but_one,
    unet_cells,
)

STRIDE_PX = 8
"""Pixels per cell of SDXL's autoencoder."""


class Index(BaseModel):
    """What a base's model_index.json says beside its parts; the default is diffusers' own."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    force_zeros_for_empty_prompt: bool = True


def empty_is_zero(folder: Path) -> bool:
    """SDXL was trained with left-out captions as zeros; a base may say otherwise."""
    text = (folder / "model_index.json").read_bytes()
    return Index.model_validate_json(text).force_zeros_for_empty_prompt


def text(parts: TextParts, captions: Sequence[str]) -> Condition:
    """{"text": (B, 77, 768 + 1280), "pooled": (B, 1280)}; pooled is the second CLIP's alone."""
    first, second = clip_pair(parts, captions)
    return {"text": last_but_one(first, second), "pooled": second.text_embeds}


def predict(network: nn.Module, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
    """The UNet's answer to a picture that was never larger and not cropped."""
    sizes = condition["pooled"].new_zeros(len(noisy), 6)
    sizes[:, 0::4] = STRIDE_PX * noisy.shape[-2]  # heights: original and target (section 2.2)
    sizes[:, 1::4] = STRIDE_PX * noisy.shape[-1]  # widths; between them the crop's corner, 0, 0
    added = {"text_embeds": condition["pooled"], "time_ids": sizes}
    predicted: Tensor = network(
        noisy, times, condition["text"], added_cond_kwargs=added, return_dict=False
    )[0]
    return predicted


FAMILY = Family(
    name="stable_diffusion_xl",
    pipeline="StableDiffusionXLPipeline",
    parts={
        "tokenizer": Part("tokenizer", ("CLIPTokenizer",)),
        "tokenizer_2": Part("tokenizer", ("CLIPTokenizer",)),
        "text_encoder": Part("text", ("CLIPTextModel",)),
        "text_encoder_2": Part("text", ("CLIPTextModelWithProjection",)),
        "vae": Part("autoencoder", ("AutoencoderKL",)),
        "unet": Part("denoiser", ("UNet2DConditionModel",)),
    },
    targets=(
        r".*\.(to_[qkv]|to_out\.0|ff\.net\.0\.proj|ff\.net\.2|proj_in|proj_out|time_emb_proj)"
    ),
    # B-LoRA (Frenkel et al., arXiv 2403.14572, section 4): of SDXL's attentions this one decides
    # colours and texture, its neighbour `attentions.0` the content.
    style_targets=r"up_blocks\.0\.attentions\.1\..*\.(to_[qkv]|to_out\.0)",
    process=read_diffusion,
    cells=unet_cells,
    text=text,
    encode=kl_encode,
    decode=kl_decode,
    predict=predict,
    empty_is_zero=empty_is_zero,
)
