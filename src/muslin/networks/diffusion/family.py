"""A family of diffusion networks: data, and four pure functions. Everything else is shared.

Images are (B, 3, H, W) float32 in [-1, 1]; the base's `grid_px` divides H and W.
Latents are (B, C, h, w) float32, scaled to about unit variance. Times are (B,), of the kind that
the base's noise process speaks: whole numbers for diffusion, σ in (0, 1] for flow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from torch import Tensor, nn

from muslin.networks.diffusion.noise.process import NoiseProcess

Condition = Mapping[str, Tensor]
"""What captions say to a denoiser: named tensors, (B, ...) each, of one length per base.

`guidance` (B,) is added by the sampler for a network that has learnt guidance by distillation."""

Answer = Callable[[Tensor, Tensor, Condition], Tensor]
"""What a denoiser predicts for noisy latents (B, C, h, w), times (B,) and a condition."""

TextParts = Mapping[str, Any]
"""Opened tokenizers and text encoders by component; diffusers and transformers ship no types."""


class Moments(NamedTuple):
    """Mean and standard deviation of each image's latents, (B, C, h, w) each."""

    mean: Tensor
    std: Tensor


class Cells(NamedTuple):
    """The latents of a base: channels, pixels per cell, and what widths and heights divide by."""

    channels: int
    stride_px: int
    grid_px: int


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a base: its role, and the classes that may open it.

    Autoencoders and denoisers are diffusers' classes, texts and tokenizers transformers'.
    """

    role: Literal["tokenizer", "text", "autoencoder", "denoiser"]
    class_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of diffusion network. Every `folder` has passed `base.open_base`."""

    name: str  # for example `stable_diffusion`
    pipeline: str  # `_class_name` in the model_index.json of a base of this family
    parts: Mapping[str, Part]  # every component that a base must hold, by folder name
    targets: str  # regular expression; an adapter changes the layers whose whole name matches
    style_targets: str  # those of them that carry look rather than shape; see `places.matching`
    process: Callable[[Path], NoiseProcess]
    """The noise process that a base was trained with."""
    cells: Callable[[Path], Cells]
    """The shape of a base's latents, from its configuration files."""
    text: Callable[[TextParts, Sequence[str]], Condition]
    """What captions say, each independent of its neighbours; too long ones are cut."""
    encode: Callable[[nn.Module, Tensor], Moments]
    """Moments of the latents of images, from the autoencoder."""
    decode: Callable[[nn.Module, Tensor], Tensor]
    """Images, about [-1, 1], of latents."""
    predict: Callable[[nn.Module, Tensor, Tensor, Condition], Tensor]
    """What the noise process asks for, (B, C, h, w), of (network, noisy, times, condition)."""
    embeds_guidance: Callable[[Path], bool] | None = None
    """Whether a base's denoiser takes guidance as an input, in place of a second, empty caption;
    None where no base of the family does."""
    unguided: Callable[[Path], bool] | None = None
    """Whether a base was distilled to draw without guidance, so that it is never given any; None
    where no base of the family was."""
    caption_tokens: Callable[[Path], int] | None = None
    """The most tokens of a caption that a base has learnt to listen to, whatever its tokenizers
    hold; None where these know it themselves or `text` does."""
    empty_is_zero: Callable[[Path], bool] | None = None
    """Whether a base was taught the empty caption as zeros, not as what its encoders say to it;
    None where no base of the family was."""
    settle: Callable[[Tensor, Tensor], Tensor] | None = None
    """The guided prediction, of (guided, wanted), brought back to the size that the family's own
    pipeline always gives it; None where it gives none, and guidance is rescaled as for all."""

    @property
    def prefix(self) -> str:
        """The denoiser's component; also its name in adapter files, as diffusers writes them."""
        (name,) = (name for name, part in self.parts.items() if part.role == "denoiser")
        return name
