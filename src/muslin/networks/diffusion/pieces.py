"""What several families share: autoencoders, texts, packed tokens, sizes from configurations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from muslin.networks.diffusion.family import Cells, Moments, TextParts
from muslin.networks.diffusion.noise.process import NoiseProcess
from muslin.networks.diffusion.noise.read import read_flow

FLUX_LAYERS = (
    r"(attn\.(to_[qkv]|to_out\.0|add_[qkv]_proj|to_add_out)|ff(_context)?\.net\.(0\.proj|2)"
    r"|proj_mlp|proj_out)"
)
"""The linear layers inside FLUX.1's blocks, double or single."""


class AutoencoderConfig(BaseModel):
    """What an autoencoder's config.json says of its latents."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    latent_channels: int
    block_out_channels: tuple[int, ...] = Field(
        validation_alias=AliasChoices("block_out_channels", "decoder_block_out_channels")
    )

    @property
    def stride_px(self) -> int:
        """Every level but the last halves both sides."""
        return 1 << (len(self.block_out_channels) - 1)


class UNetConfig(BaseModel):
    """What a UNet's config.json says of its stride."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    block_out_channels: tuple[int, ...]


class TransformerConfig(BaseModel):
    """What a transformer's config.json says of its tokens."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    patch_size: int


def autoencoder_config(folder: Path) -> AutoencoderConfig:
    """The configuration of a base's `vae`."""
    return AutoencoderConfig.model_validate_json((folder / "vae" / "config.json").read_bytes())


def kl_encode(network: nn.Module, images: Tensor) -> Moments:
    """Moments of an AutoencoderKL, shifted and scaled as its base was trained."""
    posterior = network.encode(images).latent_dist  # type: ignore[operator]
    shift, scale = _normal(network)
    return Moments((posterior.mean - shift) * scale, posterior.std * scale)


def kl_decode(network: nn.Module, latents: Tensor) -> Tensor:
    """Images of latents that `kl_encode` gives."""
    shift, scale = _normal(network)
    images: Tensor = network.decode(latents / scale + shift).sample  # type: ignore[operator]
    return images


def certain(latents: Tensor) -> Moments:
    """The moments of an autoencoder whose latents are certain: the deviation is 0."""
    return Moments(latents, torch.zeros_like(latents))


def unet_cells(folder: Path) -> Cells:
    """The autoencoder's; sides divide by the pixels of a cell of the UNet's coarsest level."""
    vae = autoencoder_config(folder)
    unet = UNetConfig.model_validate_json((folder / "unet" / "config.json").read_bytes())
    coarsest = 1 << (len(unet.block_out_channels) - 1)
    return Cells(vae.latent_channels, vae.stride_px, vae.stride_px * coarsest)


def transformer_cells(folder: Path) -> Cells:
    """The autoencoder's; sides divide by the pixels of a token of the transformer."""
    vae = autoencoder_config(folder)
    text = (folder / "transformer" / "config.json").read_bytes()
    patch = TransformerConfig.model_validate_json(text).patch_size
    return Cells(vae.latent_channels, vae.stride_px, vae.stride_px * patch)


def packed_cells(folder: Path) -> Cells:
    """The autoencoder's; sides divide by the pixels of a token that `packed` makes."""
    vae = autoencoder_config(folder)
    return Cells(vae.latent_channels, vae.stride_px, 2 * vae.stride_px)


def packed_flow(folder: Path) -> NoiseProcess:
    """The flow that the scheduler describes, for a network that sees 2×2 cells as one token."""
    return read_flow(folder, patch=2)


def clip_pair(parts: TextParts, captions: Sequence[str]) -> tuple[Any, Any]:
    """What two CLIPs say, hidden states included: of SDXL, SD3 and their kin.

    The first tokenizer's length is used for both.
    """
    said = []
    for end in ("", "_2"):
        encoder = parts[f"text_encoder{end}"]
        length = parts["tokenizer"].model_max_length
        ids, _ = padded(parts, captions, length, f"tokenizer{end}")
        said.append(encoder(ids.to(encoder.device), output_hidden_states=True))
    return said[0], said[1]


def last_but_one(first: Any, second: Any) -> Tensor:
    """Both CLIPs' hidden states before their last layers, side by side, (B, L, D1 + D2)."""
    return torch.cat((first.hidden_states[-2], second.hidden_states[-2]), dim=-1)


def padded(
    parts: TextParts, captions: Sequence[str], length: int, tokenizer: str = "tokenizer"
) -> tuple[Tensor, Tensor]:
    """Token ids and the mask of those that are words, (B, length) each; too long ones are cut."""
    read = parts[tokenizer](
        list(captions),
        padding="max_length",
        padding_side="right",
        max_length=length,
        truncation=True,
        return_tensors="pt",
    )
    return read.input_ids, read.attention_mask


def clip_ids(parts: TextParts, captions: Sequence[str], tokenizer: str = "tokenizer") -> Tensor:
    """Token ids (B, L), padded and cut to the tokenizer's full length."""
    return padded(parts, captions, parts[tokenizer].model_max_length, tokenizer)[0]


def told(
    parts: TextParts, prompts: Sequence[str], length: int, layer: int
) -> tuple[Tensor, Tensor]:
    """Hidden states (B, length, D) of a language network after a layer, and which are of words.

    `layer` counts from the end: -1 is the last, after its norm. Padding stands at the end and is 0;
    the mask (B, length) bool is false there. Too long prompts lose their end.
    """
    encoder = parts["text_encoder"]
    ids, mask = (tensor.to(encoder.device) for tensor in padded(parts, prompts, length))
    # base_model leaves out the head, whose scores over the vocabulary nobody asks for
    said = encoder.base_model(ids, mask, output_hidden_states=True).hidden_states[layer]
    return said * mask.unsqueeze(-1), mask.bool()


def packed(latents: Tensor) -> Tensor:
    """Two by two cells a token, row by row: (B, C, h, w) to (B, h/2 · w/2, 4C)."""
    return pixel_unshuffle(latents, 2).flatten(2).transpose(1, 2)


def unpacked(tokens: Tensor, rows: int) -> Tensor:
    """The latents (B, C, 2·rows, w) of tokens in so many rows, as `packed` made them."""
    channels = tokens.shape[2]
    return pixel_shuffle(tokens.transpose(1, 2).reshape(len(tokens), channels, rows, -1), 2)


def token_places(rows: int, columns: int, axes: int, device: torch.device) -> Tensor:
    """Where FLUX-like networks believe an image's tokens to be, (rows · columns, axes) float32.

    Row and column on the second and third axis; 0 on the others, which tell texts and pictures
    apart.
    """
    down = torch.arange(rows, dtype=torch.float32, device=device)
    across = torch.arange(columns, dtype=torch.float32, device=device)
    places = torch.zeros(rows, columns, axes, device=device)
    places[..., 1] = down.unsqueeze(1)
    places[..., 2] = across
    return places.flatten(0, 1)


def _normal(network: nn.Module) -> tuple[float, float]:
    config = network.config
    shift = getattr(config, "shift_factor", None) or 0.0
    return float(shift), float(config.scaling_factor)  # type: ignore[union-attr, arg-type]
