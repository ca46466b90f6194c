"""The parts of a base, opened one kind at a time, so that encoders and denoiser share no memory.

diffusers and transformers take seconds to import, so a part's class is imported when it is opened.
All weights are frozen; float32 unless said: half precision is slower than float32 on a CPU.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor, nn

from muslin.networks.diffusion.base import Base, class_of
from muslin.networks.diffusion.building import BUILDING
from muslin.networks.diffusion.family import Condition, Moments
from muslin.networks.diffusion.lean import library

LIBRARIES = {
    "tokenizer": "transformers",
    "text": "transformers",
    "autoencoder": "diffusers",
    "denoiser": "diffusers",
}


class TextEncoder:
    """Turns words into a condition."""

    def __init__(self, base: Base, device: torch.device, dtype: torch.dtype) -> None:
        library("transformers")
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # Muslin shows its own
        self._say = base.family.text
        self._empty_is_zero = base.empty_is_zero
        self._parts = {
            name: _open_text(base, name, part.role, device, dtype)
            for name, part in base.family.parts.items()
            if part.role in ("tokenizer", "text")
        }

    @torch.no_grad()
    def __call__(self, captions: Sequence[str]) -> Condition:
        """The condition of each caption, on the encoder's device; too long ones are cut."""
        said = {name: t.clone() for name, t in self._say(self._parts, captions).items()}
        if self._empty_is_zero:
            for row in (row for row, caption in enumerate(captions) if not caption):
                for tensor in said.values():
                    tensor[row] = 0
        return said


class Autoencoder:
    """Turns images into latents of about unit variance and back."""

    def __init__(self, base: Base, device: torch.device, dtype: torch.dtype) -> None:
        (self._network,) = _networks(base, "autoencoder", device, dtype)
        self._family, self._device, self._dtype = base.family, device, dtype
        self.channels, self.stride_px, _ = base.cells

    @torch.no_grad()
    def encode(self, images: Tensor) -> Moments:
        """Moments of the latents of images (B, 3, H, W), float32."""
        moments = self._family.encode(self._network, images.to(self._device, self._dtype))
        return Moments(moments.mean.float(), moments.std.float())

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Tensor:
        """Images (B, 3, H, W), about [-1, 1], of latents (B, C, h, w)."""
        return self._family.decode(self._network, latents.to(self._device, self._dtype)).float()


class Denoiser:
    """The network that is tuned; frozen itself, for adapters to change."""

    def __init__(self, base: Base, device: torch.device, dtype: torch.dtype) -> None:
        (self.network,) = _networks(base, "denoiser", device, dtype)
        self.embeds_guidance = base.embeds_guidance
        self._predict, self._dtype = base.family.predict, dtype

    def __call__(self, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
        """The prediction (B, C, h, w) float32 for noisy latents at times (B,)."""
        said = {name: _as(tensor, self._dtype) for name, tensor in condition.items()}
        return self._predict(self.network, noisy.to(self._dtype), times, said).float()


def open_text(base: Base, device: torch.device, dtype: torch.dtype = torch.float32) -> TextEncoder:
    """Load tokenizers and text encoders."""
    return TextEncoder(base, device, dtype)


def open_autoencoder(
    base: Base, device: torch.device, dtype: torch.dtype = torch.float32
) -> Autoencoder:
    """Load the autoencoder."""
    return Autoencoder(base, device, dtype)


def open_tokenizers(base: Base) -> list[Any]:
    """Load the tokenizers alone, transformers' classes, without the networks that they are for."""
    names = [name for name, part in base.family.parts.items() if part.role == "tokenizer"]
    plain = torch.device("cpu"), torch.float32
    return [_open_text(base, name, "tokenizer", *plain) for name in names]


def open_denoiser(base: Base, device: torch.device, dtype: torch.dtype = torch.float32) -> Denoiser:
    """Load the denoiser."""
    return Denoiser(base, device, dtype)


def _networks(
    base: Base, role: str, device: torch.device, dtype: torch.dtype
) -> Iterator[nn.Module]:
    for name, part in base.family.parts.items():
        if part.role == role:
            yield _open_network(base, name, role, device, dtype)


def _open_text(base: Base, name: str, role: str, device: torch.device, dtype: torch.dtype) -> Any:
    if role == "text":
        return _open_network(base, name, role, device, dtype)
    reader = _class(base, name, role).from_pretrained(base.folder / name, local_files_only=True)
    if base.family.caption_tokens is not None:
        most = base.family.caption_tokens(base.folder)
        reader.model_max_length = min(reader.model_max_length, most)
    return reader


def _open_network(
    base: Base, name: str, role: str, device: torch.device, dtype: torch.dtype
) -> nn.Module:
    """A frozen network; eval, since dropout would draw from torch's global state."""
    options: dict[str, object] = {"use_safetensors": True, "local_files_only": True}
    if LIBRARIES[role] == "transformers":
        options["dtype"] = dtype
    else:
        options["torch_dtype"] = dtype
        # diffusers asks for accelerate here, aloud
        options["low_cpu_mem_usage"] = find_spec("accelerate") is not None
    kind = _class(base, name, role)
    with BUILDING:
        network: nn.Module = kind.from_pretrained(base.folder / name, **options)
    return network.eval().requires_grad_(False).to(device)


def _class(base: Base, name: str, role: str) -> Any:
    return getattr(library(LIBRARIES[role]), class_of(base, name))


def _as(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    """Floating tensors in the network's precision; masks and counts as they are."""
    return tensor.to(dtype) if tensor.is_floating_point() else tensor
