"""What every family of diffusion networks offers, and the shapes that pass between its parts.

Images are (B, 3, H, W) float32 in [-1, 1]; the base's `stride_px` divides H and W.
Latents are (B, C, h, w) float32, scaled to about unit variance. Times are (B,) int64.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from muslin.networks.diffusion.noise import NoiseProcess

Condition = Mapping[str, Tensor]
"""What captions say to a denoiser: named tensors, (B, ...) each."""


class Moments(NamedTuple):
    """Mean and standard deviation of each image's latents, (B, C, h, w) each."""

    mean: Tensor
    std: Tensor


class TextEncoder(Protocol):
    """Turns words into a condition."""

    def __call__(self, captions: Sequence[str]) -> Condition:
        """The condition of each caption, on the encoder's device; too long ones are cut."""
        ...


class Autoencoder(Protocol):
    """Turns images into latents and back."""

    channels: int
    stride_px: int  # pixels per latent cell along each side

    def encode(self, images: Tensor) -> Moments:
        """Moments of the latents of images (B, 3, H, W)."""
        ...

    def decode(self, latents: Tensor) -> Tensor:
        """Images (B, 3, H, W), about [-1, 1], of latents (B, C, h, w)."""
        ...


class Denoiser(Protocol):
    """The network that is tuned; predicts what the noise process asks for."""

    @property
    def network(self) -> nn.Module:
        """The network itself, frozen, for adapters to change."""
        ...

    def __call__(self, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
        """The prediction (B, C, h, w) for noisy latents at times (B,)."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a base: the classes that may open it, and its weights file if it has one."""

    class_names: tuple[str, ...]
    weights: str | None = None


class Family(Protocol):
    """One kind of diffusion network: data, and functions that open its parts.

    Parts are opened one at a time, so that encoders and denoiser need not share memory.
    Every `folder` has passed `base.open_base`.
    """

    @property
    def name(self) -> str:
        """Short name, for example `stable_diffusion`."""
        ...

    @property
    def pipeline(self) -> str:
        """`_class_name` in the model_index.json of a base of this family."""
        ...

    @property
    def parts(self) -> Mapping[str, Part]:
        """Every component that a base must hold, by folder name."""
        ...

    @property
    def prefix(self) -> str:
        """The denoiser's name in adapter files, as diffusers writes them."""
        ...

    @property
    def targets(self) -> str:
        """Regular expression; an adapter changes the layers whose whole name matches."""
        ...

    def process(self, folder: Path) -> NoiseProcess:
        """The noise process that the base was trained with."""
        ...

    def stride_px(self, folder: Path) -> int:
        """What widths and heights must be multiples of."""
        ...

    def open_text(self, folder: Path, device: torch.device) -> TextEncoder:
        """Load the text encoder."""
        ...

    def open_autoencoder(self, folder: Path, device: torch.device) -> Autoencoder:
        """Load the autoencoder."""
        ...

    def open_denoiser(self, folder: Path, device: torch.device) -> Denoiser:
        """Load the denoiser, frozen and float32."""
        ...
