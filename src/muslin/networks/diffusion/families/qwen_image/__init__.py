"""Qwen-Image: Qwen2.5-VL text, a video autoencoder and two streams that attend to each other.

Source: Qwen-Image, arXiv 2508.02324; layout and names as in diffusers. A picture is a film of one
frame to the autoencoder. Guidance is brought back to the wanted prediction's length token by
token, as the release's own pipeline always does.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from pydantic import BaseModel
from torch import Tensor, nn

from muslin.networks.diffusion.family import Cells, Condition, Family, Moments, Part, TextParts
from muslin.networks.diffusion.pieces import packed, packed_flow, told, unpacked

PATCH = 2
"""Latent cells per side of a token: diffusers' pipeline packs two by two for every release."""
SYSTEM = (
    "<|im_start|>system\nDescribe the image by detailing the color, shape, size, texture, "
    "quantity, text, spatial relationships of the objects and background:<|im_end|>\n"
    "<|im_start|>user\n"
)
"""What every caption follows; its tokens are cut off what the encoder says."""
SYSTEM_TOKENS = 34
ANSWER = "<|im_end|>\n<|im_start|>assistant\n"
LENGTH = 512
"""Tokens of a caption after the system prompt: diffusers' own limit."""


class AutoencoderConfig(BaseModel):
    """What the autoencoder's config.json says of its latents."""

    z_dim: int
    temperal_downsample: tuple[bool, ...]  # one for each halving of both sides


def cells(folder: Path) -> Cells:
    """The autoencoder's cells, two by two a token."""
    text = (folder / "vae" / "config.json").read_bytes()
    vae = AutoencoderConfig.model_validate_json(text)
    stride = 1 << len(vae.temperal_downsample)
    return Cells(vae.z_dim, stride, stride * PATCH)


def text(parts: TextParts, captions: Sequence[str]) -> Condition:
    """{"text": (B, 512, D), "mask": (B, 512)}: Qwen2.5-VL's last hidden state."""
    prompts = [SYSTEM + caption + ANSWER for caption in captions]
    states, mask = told(parts, prompts, SYSTEM_TOKENS + LENGTH, layer=-1)
    return {"text": states[:, SYSTEM_TOKENS:], "mask": mask[:, SYSTEM_TOKENS:]}


def encode(network: nn.Module, images: Tensor) -> Moments:
    """Moments of latents, each channel of about mean 0 and deviation 1."""
    posterior = network.encode(images.unsqueeze(2)).latent_dist  # type: ignore[operator]
    mean, std = _normal(network, images)
    latents = posterior.mean.squeeze(2)
    return Moments((latents - mean) / std, posterior.std.squeeze(2) / std)


def decode(network: nn.Module, latents: Tensor) -> Tensor:
    """Images of latents that `encode` gives."""
    mean, std = _normal(network, latents)
    film: Tensor = network.decode((latents * std + mean).unsqueeze(2)).sample  # type: ignore[operator]
    return film.squeeze(2)


def predict(network: nn.Module, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
    """ε - z."""
    rows, columns = noisy.shape[2] // PATCH, noisy.shape[3] // PATCH
    answer: Tensor = network(
        packed(noisy),
        encoder_hidden_states=condition["text"],
        encoder_hidden_states_mask=condition["mask"],
        timestep=times,
        img_shapes=[[(1, rows, columns)]] * len(noisy),
        return_dict=False,
    )[0]
    return unpacked(answer, rows)


def settle(guided: Tensor, wanted: Tensor) -> Tensor:
    """The guided prediction with each token as long as in the wanted one."""
    tokens = packed(guided)
    length = packed(wanted).norm(dim=-1, keepdim=True) / tokens.norm(dim=-1, keepdim=True)
    return unpacked(tokens * length, guided.shape[2] // PATCH)


def _normal(network: nn.Module, like: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each channel over the pictures it was trained on, (C, 1, 1) each."""
    config = network.config
    stats = (config.latents_mean, config.latents_std)  # type: ignore[union-attr]
    mean, std = (torch.as_tensor(rates).to(like).view(-1, 1, 1) for rates in stats)
    return mean, std


LINEARS = r"(attn\.(to_[qkv]|to_out\.0|add_[qkv]_proj|to_add_out)|(img|txt)_mlp\.net\.(0\.proj|2))"

FAMILY = Family(
    name="qwen_image",
    pipeline="QwenImagePipeline",
    parts={
        "tokenizer": Part("tokenizer", ("Qwen2Tokenizer",)),
        "text_encoder": Part("text", ("Qwen2_5_VLForConditionalGeneration",)),
        "vae": Part("autoencoder", ("AutoencoderKLQwenImage",)),
        "transformer": Part("denoiser", ("QwenImageTransformer2DModel",)),
    },
    targets=rf"transformer_blocks\.\d+\.{LINEARS}",
    # The later half of the blocks: content settles in early ones, look in late ones (SplitFlux,
    # arXiv 2511.15258, found for FLUX.1 and carried over).
    style_targets=rf"transformer_blocks\.(?P<late>\d+)\.{LINEARS}",
    process=packed_flow,
    cells=cells,
    text=text,
    encode=encode,
    decode=decode,
    predict=predict,
    settle=settle,
)
