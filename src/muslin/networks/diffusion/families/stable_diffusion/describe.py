"""What Stable Diffusion 1.x bases say about themselves, and how their parts are opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from muslin.networks.diffusion.families.stable_diffusion.parts import (
    ClipText,
    KlAutoencoder,
    TinyAutoencoder,
    UNetDenoiser,
)
from muslin.networks.diffusion.family import Autoencoder, Part
from muslin.networks.diffusion.noise import (
    BetaSchedule,
    NoiseProcess,
    Prediction,
    betas,
    noise_process,
    signal_rates,
    to_zero_terminal,
)


class SchedulerConfig(BaseModel):
    """The fields of scheduler_config.json that say how a base was trained.

    Defaults are diffusers' own; fields that only choose a sampler are not read.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    num_train_timesteps: int = 1000
    beta_start: float = 0.0001
    beta_end: float = 0.02
    beta_schedule: BetaSchedule = "linear"
    trained_betas: None = None
    prediction_type: Prediction = Prediction.EPSILON
    rescale_betas_zero_snr: bool = False

    def process(self) -> NoiseProcess:
        """The noise process that these fields describe."""
        added = betas(self.beta_schedule, self.beta_start, self.beta_end, self.num_train_timesteps)
        alpha = signal_rates(added)
        if self.rescale_betas_zero_snr:
            alpha = to_zero_terminal(alpha)
        return noise_process(alpha, self.prediction_type)


class BlockConfig(BaseModel):
    """What a UNet's or autoencoder's config.json says of its kind and its stride."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    class_name: str = Field("", alias="_class_name")
    block_out_channels: tuple[int, ...] = Field(
        validation_alias=AliasChoices("block_out_channels", "decoder_block_out_channels")
    )

    def stride(self) -> int:
        """Every level but the last halves both sides."""
        return 1 << (len(self.block_out_channels) - 1)


@dataclass(frozen=True, slots=True)
class StableDiffusion:
    """The Stable Diffusion 1.x family; fields as in `Family`."""

    name: str
    pipeline: Literal["StableDiffusionPipeline"]
    parts: Mapping[str, Part]
    prefix: str
    targets: str

    def process(self, folder: Path) -> NoiseProcess:
        """The noise process of `scheduler/scheduler_config.json`."""
        text = (folder / "scheduler" / "scheduler_config.json").read_bytes()
        return SchedulerConfig.model_validate_json(text).process()

    def stride_px(self, folder: Path) -> int:
        """Pixels per cell of the UNet's coarsest level: autoencoder stride × UNet stride."""
        return _stride(folder / "vae") * _stride(folder / "unet")

    def open_text(self, folder: Path, device: torch.device) -> ClipText:
        """Load tokenizer and text encoder."""
        return ClipText(folder, device)

    def open_autoencoder(self, folder: Path, device: torch.device) -> Autoencoder:
        """Load the autoencoder, of either kind."""
        blocks = _blocks(folder / "vae")
        tiny = blocks.class_name == "AutoencoderTiny"
        kind = TinyAutoencoder if tiny else KlAutoencoder
        return kind(folder / "vae", blocks.stride(), device)

    def open_denoiser(self, folder: Path, device: torch.device) -> UNetDenoiser:
        """Load the UNet."""
        return UNetDenoiser(folder / "unet", device)


def _stride(component: Path) -> int:
    return _blocks(component).stride()


def _blocks(component: Path) -> BlockConfig:
    return BlockConfig.model_validate_json((component / "config.json").read_bytes())
