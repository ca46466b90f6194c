"""How a network is tuned. One definition feeds profile files, command line, API and web form."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Method = Literal["lora", "dora", "lokr", "full"]
Scaling = Literal["rank", "root_rank"]
Optimizer = Literal["adamw", "prodigy", "adafactor"]


class Profile(BaseModel):
    """What is tuned, how, and for how long; the base's own weights change only by `full`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str = Field("starter", description="network to tune: `starter`, a folder, or a hub id")
    method: Method = Field(
        "lora", description="adapter of low rank, its variants, or every weight of the denoiser"
    )
    layers: Literal["all", "style"] = Field(
        "all", description="which layers learn; `style` are those that carry look, not shape"
    )
    rank: int = Field(16, ge=1, le=256, description="r in W + (alpha / r)·BA")
    alpha: float = Field(16.0, gt=0, le=1024, description="strength of the adapter, see rank")
    scaling: Scaling = Field("rank", description="alpha is divided by the rank, or by its root")
    least_rank_fraction: float = Field(
        1.0, gt=0, le=1, description="share of the rank in use where noise is strongest; 1 = all"
    )
    optimizer: Optimizer = Field("adamw", description="how gradients become changes")
    learning_rate: float = Field(
        5e-4, gt=0, le=1, description="peak, after warm-up; for prodigy a factor, usually 1"
    )
    weight_decay: float = Field(0.01, ge=0, le=1, description="pull of weights towards zero")
    ema: float = Field(0.0, ge=0, lt=1, description="decay of averaged weights; 0 = no average")
    steps: int = Field(400, ge=1, le=100_000, description="optimizer steps, not batches")
    batch_size: int = Field(8, ge=1, le=256, description="photos per step")
    warmup_steps: int = Field(30, ge=0, description="steps of linear rise to learning_rate")
    save_every: int = Field(100, ge=1, description="steps between checkpoints")
    stop_when_flat: int = Field(
        0,
        ge=0,
        le=100,
        description="checkpoints in a row without gain on held-out photos that end a run; 0 = none",
    )
    caption_dropout: float = Field(0.1, ge=0, le=1, description="share of captions left empty")
    mirrored_fraction: float = Field(
        0.0, ge=0, le=1, description="share of photos learnt mirrored; logos and buttons suffer"
    )
    min_snr_gamma: float = Field(5.0, gt=0, description="γ of min-SNR loss weighting")
    garment_weight: float = Field(
        1.0, ge=0, le=100, description="weight of the garment's share of the picture in the loss"
    )
    backdrop_weight: float = Field(
        1.0, ge=0, le=100, description="weight of all that is not garment in the loss"
    )
    prior_fraction: float = Field(
        0.0, ge=0, le=0.9, description="share of steps that hold the tuned network to its base"
    )
    prior_prompts: tuple[str, ...] = Field(
        (), description="words to hold it to its base on; none = the dataset's range"
    )
    trigger: str = Field(
        "",
        max_length=60,
        pattern=r"^[^,\s]+( [^,\s]+)*$|^$",
        description="phrase in front of every caption and prompt; it calls the look; empty = none",
    )
    seed: int = Field(0, ge=0, description="all randomness of the run follows from it")

    @model_validator(mode="after")
    def _warmup_ends_first(self) -> Self:
        if self.warmup_steps >= self.steps:
            raise ValueError(f"warmup_steps {self.warmup_steps} must be below steps {self.steps}")
        return self

    @model_validator(mode="after")
    def _prodigy_finds_its_own_rate(self) -> Self:
        if self.optimizer == "prodigy" and self.learning_rate < 0.01:
            raise ValueError(
                "prodigy finds its own rate; learning_rate is a factor on it, usually 1, and "
                f"{self.learning_rate:g} would learn next to nothing"
            )
        return self

    @model_validator(mode="after")
    def _only_lora_has_ranks_to_leave_out(self) -> Self:
        if self.least_rank_fraction < 1 and self.method != "lora":
            raise ValueError(
                f"least_rank_fraction below 1 needs the method lora, not {self.method}"
            )
        return self

    @model_validator(mode="after")
    def _something_is_learnt(self) -> Self:
        if self.garment_weight == 0 == self.backdrop_weight:
            raise ValueError("garment_weight and backdrop_weight cannot both be 0")
        return self
