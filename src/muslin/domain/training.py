"""A profile at work on a dataset."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from muslin.domain.fact import CheckpointId, DatasetId, Fact, RunId
from muslin.domain.profile import Profile


class Known(StrEnum):
    """How a plan knows a number."""

    MEASURED = "measured"  # on this machine, in a few seconds
    SETTINGS = "settings"  # someone wrote it down, or it follows from what someone wrote down
    UNKNOWN = "unknown"  # nobody can say, so nothing is said


class Foreseen(Fact):
    """One number of a plan, how it is known, and what it takes for granted."""

    name: str  # train, validate, memory, energy, money
    value: float | None  # None where it is unknown
    unit: str  # s, bytes, kWh, or a currency
    known: Known
    why: str


class Choice(Fact):
    """What the plan chose for the machine, and why."""

    name: str  # activations, attention, precision, threads
    chosen: str
    why: str


class TrainingPlan(Fact):
    """What a run will take, said before it starts."""

    dataset: DatasetId
    profile: Profile
    photos: int
    steps: int
    checkpoints: int
    views_per_photo: float
    seconds: float  # estimate of the training, from the shortest of a few steps on this machine
    slow_seconds: float  # the same from the longest: a machine that others use stays no quicker
    memory_bytes: int  # estimate of the trainer's peak
    bill: tuple[Foreseen, ...]
    choices: tuple[Choice, ...]
    notes: tuple[str, ...]


class ImportedFile(Fact):
    """Where an imported adapter comes from; nothing else is known of how it was made."""

    file_name: str
    sha256: str
    style: str  # whose names its layers had: "kohya" or "diffusers"
    left_out: tuple[str, ...] = ()  # text encoder layers, which Muslin does not tune


class TrainingRun(Fact):
    """One training: everything that decides its result.

    Of an imported adapter only base, method, rank and alpha of the profile are known, and the
    dataset is the one that it is proved against.
    """

    id: RunId
    name: str
    dataset: DatasetId
    dataset_digest: str
    profile: Profile
    base_digest: str  # sha256 over the base network's weight files
    created_at: datetime
    imported: ImportedFile | None = None


class Errors(Fact):
    """Mean squared errors on the same photos and noise, before and after tuning."""

    base: float
    tuned: float

    @property
    def change(self) -> float:
        """What tuning added, as a share of the base's error; below 0 = it learnt."""
        return self.tuned / self.base - 1


class NoiseBin(Fact):
    """Errors at one share of noise, on photos that were held out and on photos that were taught."""

    noise_fraction: float  # middle of the bin, [0, 1], 1 = pure noise
    held_out: Errors
    taught: Errors

    @property
    def gap(self) -> float:
        """How much more was learnt of the taught photos than holds for others: learnt by heart."""
        return self.held_out.change - self.taught.change


class HeldOutLoss(Fact):
    """How well a checkpoint foresees photos that it never saw; fixed photos and fixed noise."""

    bins: tuple[NoiseBin, ...]
    photos: tuple[float, ...]  # change of each held-out photo, mean over the bins

    @property
    def change(self) -> float:
        """Mean over the bins for held-out photos; below 0 = what was learnt holds for others."""
        return sum(one.held_out.change for one in self.bins) / len(self.bins)

    @property
    def taught_change(self) -> float:
        """Mean over the bins for taught photos."""
        return sum(one.taught.change for one in self.bins) / len(self.bins)

    @property
    def gap(self) -> float:
        """Mean over the bins of what was learnt by heart."""
        return self.change - self.taught_change


class Checkpoint(Fact):
    """The adapter after `step` steps; `digest` is the sha256 of its safetensors file."""

    id: CheckpointId
    run: RunId
    step: int
    folder: str  # inside the studio's home
    digest: str
    loss: float  # mean training loss since the checkpoint before
    held_out: HeldOutLoss | None = None  # None = no photo was held out, or made before it was


class ImportOrder(Fact):
    """A foreign adapter that is taken in, and the dataset that it will be proved against."""

    name: str = Field(min_length=1, max_length=100)
    base: str
    dataset: DatasetId


class ImportedAdapter(Fact):
    """An adapter that was taken in; nobody has proved or approved it yet."""

    run: RunId
    checkpoint: CheckpointId
    name: str
    base: str
    layers: int
    imported: ImportedFile
