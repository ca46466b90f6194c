"""The noise process of a base, from its scheduler's configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from muslin.networks.diffusion.noise.diffusion import (
    BetaSchedule,
    Prediction,
    betas,
    diffusion,
    signal_rates,
    to_zero_terminal,
)
from muslin.networks.diffusion.noise.flow import FixedShift, Flow, SizeShift
from muslin.networks.diffusion.noise.process import NoiseProcess


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
    prediction_type: Prediction | Literal["flow_prediction"] = Prediction.EPSILON
    rescale_betas_zero_snr: bool = False
    shift: float = 1.0
    flow_shift: float = 1.0  # the name in DPM-Solver's configuration
    use_dynamic_shifting: bool = False
    base_shift: float = 0.5
    max_shift: float = 1.15
    base_image_seq_len: int = 256
    max_image_seq_len: int = 4096
    time_shift_type: Literal["exponential", "linear"] = "exponential"
    shift_terminal: float | None = None

    def diffusion(self) -> NoiseProcess:
        """The diffusion that these fields describe."""
        added = betas(self.beta_schedule, self.beta_start, self.beta_end, self.num_train_timesteps)
        alpha = signal_rates(added)
        if self.rescale_betas_zero_snr:
            alpha = to_zero_terminal(alpha)
        return diffusion(alpha, Prediction(self.prediction_type))

    def flow(self, patch: int) -> Flow:
        """The flow that these fields describe, for a network of such patches."""
        if not self.use_dynamic_shifting:
            return Flow(FixedShift(self.shift * self.flow_shift), patch, self.shift_terminal)
        shift = SizeShift(
            self.base_shift,
            self.max_shift,
            self.base_image_seq_len,
            self.max_image_seq_len,
            self.time_shift_type,
        )
        return Flow(shift, patch, self.shift_terminal)


def read_diffusion(folder: Path) -> NoiseProcess:
    """The process of a base that was trained by diffusion."""
    return _config(folder).diffusion()


def read_flow(folder: Path, patch: int) -> Flow:
    """The process of a base that was trained by flow matching."""
    return _config(folder).flow(patch)


def _config(folder: Path) -> SchedulerConfig:
    text = (folder / "scheduler" / "scheduler_config.json").read_bytes()
    return SchedulerConfig.model_validate_json(text)
