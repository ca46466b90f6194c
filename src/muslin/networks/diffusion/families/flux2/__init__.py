"""FLUX.2 klein: Qwen3 text from three depths, two streams that later become one.

Source: Black Forest Labs, github.com/black-forest-labs/flux2; layout and names as in diffusers. A
latent here is what the network sees as one token: 2×2 cells of the autoencoder, their channels
brought to mean 0 and deviation 1 by its batch norm. The distilled klein takes no guidance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from muslin.networks.diffusion.family import Cells, Condition, Family, Moments, Part, TextParts
from muslin.networks.diffusion.noise.flow import SizeShift, StepShift
from muslin.networks.diffusion.noise.process import NoiseProcess
from muslin.networks.diffusion.noise.read import read_flow
from muslin.networks.diffusion.pieces import autoencoder_config, padded, token_places

LAYERS = (9, 18, 27)
LENGTH = 512
"""Layers of Qwen3 after which the network listens, and tokens of the chat that a caption becomes:
defaults of diffusers' pipeline."""


class Index(BaseModel):
    """What model_index.json says of guidance."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    is_distilled: bool = False


def process(folder: Path) -> NoiseProcess:
    """The scheduler's flow; where it shifts by size, then by FLUX.2's own rule."""
    flow = read_flow(folder, patch=1)
    return replace(flow, shift=StepShift()) if isinstance(flow.shift, SizeShift) else flow


def cells(folder: Path) -> Cells:
    """Two by two cells of the autoencoder."""
    vae = autoencoder_config(folder)
    return Cells(4 * vae.latent_channels, 2 * vae.stride_px, 2 * vae.stride_px)


def unguided(folder: Path) -> bool:
    """Whether it is the distilled klein, not the klein base."""
    return Index.model_validate_json((folder / "model_index.json").read_bytes()).is_distilled


def text(parts: TextParts, captions: Sequence[str]) -> Condition:
    """{"text": (B, L, 3D)}: three of Qwen3's hidden states side by side, padding not masked."""
    reader, encoder = parts["tokenizer"], parts["text_encoder"]
    length = min(reader.model_max_length, LENGTH)
    chats = [
        reader.apply_chat_template(
            [{"role": "user", "content": caption}],
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=False,
        )
        for caption in captions
    ]
    ids, words = (t.to(encoder.device) for t in padded(parts, chats, length))
    # base_model leaves out the head, whose scores over the vocabulary nobody asks for
    said = encoder.base_model(ids, attention_mask=words, output_hidden_states=True, use_cache=False)
    return {"text": torch.cat([said.hidden_states[layer] for layer in LAYERS], dim=-1)}


def encode(network: nn.Module, images: Tensor) -> Moments:
    """Moments of normalised 2×2 cells."""
    posterior = network.encode(images).latent_dist  # type: ignore[operator]
    mean, std = _normal(network)
    latents = pixel_unshuffle(posterior.mean, 2)
    return Moments((latents - mean) / std, pixel_unshuffle(posterior.std, 2) / std)


def decode(network: nn.Module, latents: Tensor) -> Tensor:
    """Images of latents that `encode` gives."""
    mean, std = _normal(network)
    images: Tensor = network.decode(pixel_shuffle(latents * std + mean, 2)).sample  # type: ignore[operator]
    return images


def predict(network: nn.Module, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
    """ε - z."""
    rows, columns = noisy.shape[2:]
    length = condition["text"].shape[1]
    order = torch.arange(length, device=noisy.device)
    answer: Tensor = network(
        hidden_states=noisy.flatten(2).transpose(1, 2),
        timestep=times,
        encoder_hidden_states=condition["text"],
        txt_ids=torch.stack((*[torch.zeros_like(order)] * 3, order), dim=1),
        img_ids=token_places(rows, columns, axes=4, device=noisy.device),
        return_dict=False,
    )[0]
    return answer.transpose(1, 2).reshape(noisy.shape)


def _normal(network: nn.Module) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each of the 4C channels over many pictures, (4C, 1, 1) each."""
    norm, eps = network.bn, network.config.batch_norm_eps  # type: ignore[union-attr]
    mean, variance = norm.running_mean, norm.running_var  # type: ignore[union-attr]
    return mean.view(-1, 1, 1), (variance + eps).sqrt().view(-1, 1, 1)  # type: ignore


LINEARS = (
    r"(attn\.(to_[qkv]|to_out(\.0)?|add_[qkv]_proj|to_add_out|to_qkv_mlp_proj)"
    r"|ff(_context)?\.linear_(in|out))"
)

FAMILY = Family(
    name="flux2",
    pipeline="Flux2KleinPipeline",
    parts={
        "tokenizer": Part("tokenizer", ("Qwen2Tokenizer",)),
        "text_encoder": Part("text", ("Qwen3ForCausalLM",)),
        "vae": Part("autoencoder", ("AutoencoderKLFlux2",)),
        "transformer": Part("denoiser", ("Flux2Transformer2DModel",)),
    },
    targets=rf"(single_)?transformer_blocks\.\d+\.{LINEARS}",
    # The later half of klein's 20 (4B) or 24 single blocks: content is decided in early ones, style
    # in late ones (SplitFlux, arXiv 2511.15258, measured on FLUX.1; carried over).
    style_targets=rf"single_transformer_blocks\.\d\d\.{LINEARS}",
    process=process,
    cells=cells,
    text=text,
    encode=encode,
    decode=decode,
    predict=predict,
    unguided=unguided,
)
