"""The three networks of Stable Diffusion 1.x behind the shapes of `family.py`.

diffusers and transformers take seconds to import, so each class is imported when it is opened.
All weights are frozen float32: half precision is slower than float32 on a CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn

from muslin.networks.diffusion.family import Condition, Moments

_PLAIN = {
    "use_safetensors": True,
    "local_files_only": True,
    "torch_dtype": torch.float32,
    "low_cpu_mem_usage": find_spec("accelerate") is not None,  # diffusers asks for it, aloud
}


class ClipText:
    """Captions to {"text": (B, 77, D)}: CLIP's last hidden state, padded to the full length."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        from transformers.models.clip.modeling_clip import CLIPTextModel
        from transformers.models.clip.tokenization_clip import CLIPTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # Muslin shows its own
        self._tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)
        encoder: nn.Module = CLIPTextModel.from_pretrained(
            folder / "text_encoder", use_safetensors=True, local_files_only=True, dtype="float32"
        )
        self._encoder = encoder.eval().requires_grad_(False).to(device)
        self._device = device

    @torch.no_grad()
    def __call__(self, captions: Sequence[str]) -> Condition:
        """Encode captions; those longer than the tokenizer's limit are cut."""
        tokens = self._tokenizer(
            list(captions),
            padding="max_length",
            max_length=self._tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        )
        return {"text": self._encoder(tokens.input_ids.to(self._device))[0]}


class KlAutoencoder:
    """AutoencoderKL with its latents scaled to about unit variance."""

    def __init__(self, folder: Path, stride_px: int, device: torch.device) -> None:
        from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

        network = AutoencoderKL.from_pretrained(folder, **_PLAIN)
        self._network = network.eval().requires_grad_(False).to(device)
        self._scale: float = network.config.scaling_factor
        self._device = device
        self.channels: int = network.config.latent_channels
        self.stride_px = stride_px

    @torch.no_grad()
    def encode(self, images: Tensor) -> Moments:
        """Moments of images (B, 3, H, W), times the base's scaling factor."""
        posterior = self._network.encode(images.to(self._device)).latent_dist
        return Moments(posterior.mean * self._scale, posterior.std * self._scale)

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Tensor:
        """Images of scaled latents (B, C, h, w)."""
        images: Tensor = self._network.decode(latents / self._scale).sample
        return images


class TinyAutoencoder:
    """AutoencoderTiny, whose latents are certain, scaled to about unit variance."""

    def __init__(self, folder: Path, stride_px: int, device: torch.device) -> None:
        from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny

        network = AutoencoderTiny.from_pretrained(folder, **_PLAIN)
        self._network = network.eval().requires_grad_(False).to(device)
        self._scale: float = network.config.scaling_factor
        self._device = device
        self.channels: int = network.config.latent_channels
        self.stride_px = stride_px

    @torch.no_grad()
    def encode(self, images: Tensor) -> Moments:
        """Moments of images (B, 3, H, W), times the base's scaling factor; the deviation is 0."""
        latents = self._network.encode(images.to(self._device)).latents * self._scale
        return Moments(latents, torch.zeros_like(latents))

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Tensor:
        """Images of scaled latents (B, C, h, w)."""
        images: Tensor = self._network.decode(latents / self._scale).sample
        return images


class UNetDenoiser:
    """UNet2DConditionModel, frozen; what it learns lives in adapters."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

        network = UNet2DConditionModel.from_pretrained(folder, **_PLAIN)
        # eval: a dropout layer would draw from torch's global state and break exact resume.
        self.network = network.eval().requires_grad_(False).to(device)

    def __call__(self, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
        """The UNet's prediction (B, C, h, w)."""
        predicted: Tensor = self.network(noisy, times, condition["text"], return_dict=False)[0]
        return predicted
