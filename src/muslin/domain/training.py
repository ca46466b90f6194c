"""A profile at work on a dataset."""

from __future__ import annotations

from datetime import datetime

from muslin.domain.fact import Fact
from muslin.domain.ids import CheckpointId, DatasetId, RunId
from muslin.domain.profile import LoraProfile


class TrainingPlan(Fact):
    """What a run will take, said before it starts."""

    dataset: DatasetId
    profile: LoraProfile
    photos: int
    steps: int
    checkpoints: int
    seconds: float  # estimate, from a few timed steps on this machine
    memory_bytes: int  # estimate of the trainer's peak
    notes: tuple[str, ...]


class TrainingRun(Fact):
    """One training: everything that decides its result."""

    id: RunId
    name: str
    dataset: DatasetId
    dataset_digest: str
    profile: LoraProfile
    base_digest: str  # sha256 over the base network's weight files
    created_at: datetime


class Checkpoint(Fact):
    """The adapter after `step` steps; `digest` is the sha256 of its safetensors file."""

    id: CheckpointId
    run: RunId
    step: int
    folder: str  # inside the studio's home
    digest: str
    loss: float  # mean training loss since the checkpoint before
