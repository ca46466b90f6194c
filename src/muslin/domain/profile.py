"""How a network is tuned. One definition feeds profile files, command line, API and web form."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class LoraProfile(BaseModel):
    """A low-rank adapter: W + (alpha / rank)·BA, with the network itself left as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["lora"] = "lora"
    base: str = Field("starter", description="network to tune: `starter`, a folder, or a hub id")
    rank: int = Field(16, ge=1, le=256, description="r in W + (alpha / r)·BA")
    alpha: float = Field(16.0, gt=0, le=1024, description="strength of the adapter, see rank")
    learning_rate: float = Field(1e-3, gt=0, lt=1, description="peak, after warm-up")
    steps: int = Field(600, ge=1, le=100_000, description="optimizer steps, not batches")
    batch_size: int = Field(8, ge=1, le=256, description="photos per step")
    warmup_steps: int = Field(30, ge=0, description="steps of linear rise to learning_rate")
    save_every: int = Field(150, ge=1, description="steps between checkpoints")
    caption_dropout: float = Field(0.1, ge=0, le=1, description="share of captions left empty")
    min_snr_gamma: float = Field(5.0, gt=0, description="γ of min-SNR loss weighting")
    weight_decay: float = Field(0.01, ge=0, le=1, description="AdamW's")
    seed: int = Field(0, ge=0, description="all randomness of the run follows from it")

    @model_validator(mode="after")
    def _warmup_ends_first(self) -> Self:
        if self.warmup_steps >= self.steps:
            raise ValueError(f"warmup_steps {self.warmup_steps} must be below steps {self.steps}")
        return self
