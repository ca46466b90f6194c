"""Stable Diffusion 1.x: CLIP text, a convolutional autoencoder and a UNet.

Source: Rombach et al., arXiv 2112.10752; layout and names as in diffusers.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from muslin.networks.diffusion.family import (
    Condition,
    Family,
    Moments,
    Part,
    TextParts,
)
from muslin.networks.diffusion.noise.read import read_diffusion
from muslin.networks.diffusion.pieces import (
    certain,
    clip_ids,
    kl_decode,
    kl_encode,
    unet_cells,
)


def text(parts: TextParts, captions: Sequence[str]) -> Condition:
    """{"text": (B, 77, D)}: CLIP's last hidden state, padded to the full length."""
    encoder = parts["text_encoder"]
    return {"text": encoder(clip_ids(parts, captions).to(encoder.device))[0]}


def encode(network: nn.Module, images: Tensor) -> Moments:
    """Moments of either kind of autoencoder; AutoencoderTiny's latents are certain."""
    if type(network).__name__ == "AutoencoderTiny":
        latents = network.encode(images).latents  # type: ignore[operator]
        return certain(latents * network.config.scaling_factor)  # type: ignore[union-attr]
    return kl_encode(network, images)


def predict(network: nn.Module, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
    """The UNet's answer."""
    predicted: Tensor = network(noisy, times, condition["text"], return_dict=False)[0]
    return predicted


FAMILY = Family(
    name="stable_diffusion",
    pipeline="StableDiffusionPipeline",
    parts={
        "tokenizer": Part("tokenizer", ("CLIPTokenizer",)),
        "text_encoder": Part("text", ("CLIPTextModel",)),
        "vae": Part("autoencoder", ("AutoencoderKL", "AutoencoderTiny")),
        "unet": Part("denoiser", ("UNet2DConditionModel",)),
    },
    targets=(
        r".*\.(to_[qkv]|to_out\.0|ff\.net\.0\.proj|ff\.net\.2|proj_in|proj_out|time_emb_proj)"
    ),
    style_targets=r"up_blocks\..*\.attn[12]\.(to_[qkv]|to_out\.0)",
    process=read_diffusion,
    cells=unet_cells,
    text=text,
    encode=encode,
    decode=kl_decode,
    predict=predict,
)
