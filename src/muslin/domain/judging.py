"""What machines measured and what people decided."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from muslin.domain.fact import BlobId, CheckpointId, Fact, PhotoId, ReportId, ReviewId, RunId
from muslin.domain.findings import Verdict
from muslin.domain.training import HeldOutLoss


class Probe(Fact):
    """A fixed piece of work: the same prompt and seed for every checkpoint."""

    prompt: str
    seed: int
    category: str
    colour: str


class ProbePicture(Fact):
    """One rendered probe and its measured values; None = not measured."""

    probe: Probe
    picture: BlobId
    backdrop_distance: float | None  # ΔE00 to the brand's backdrop
    colour_obeyed: bool | None
    category_obeyed: bool | None
    nearest_photo: PhotoId | None
    nearest_similarity: float | None  # [-1, 1], 1 = the same picture
    contrast: float  # standard deviation of L*
    sharpness: float  # [0, 1], 1 = as sharp as pixels can be
    noise: float | None  # variance of the Laplacian of L* over variance of L*


class MetricValue(Fact):
    """A metric over all probes: value, unit, how many samples, its limit and verdict."""

    name: str
    value: float | None
    unit: str
    samples: int
    at_most: float | None = None
    at_least: float | None = None
    verdict: Verdict
    why: str  # what the limit is and where it comes from
    values: tuple[float, ...] = ()  # the distribution behind `value`


class CheckpointProof(Fact):
    """All probes of one checkpoint; `checkpoint` None = the base network, untuned."""

    checkpoint: CheckpointId | None
    step: int
    pictures: tuple[ProbePicture, ...]
    metrics: tuple[MetricValue, ...]
    verdict: Verdict
    held_out: HeldOutLoss | None = None  # None = the base, or nothing was held out


class ValidationReport(Fact):
    """Every checkpoint of a run on the same probes, and which one was picked and why."""

    id: ReportId
    run: RunId
    name: str
    created_at: datetime
    base: CheckpointProof
    checkpoints: tuple[CheckpointProof, ...]
    brand: tuple[MetricValue, ...] = ()  # the same metrics on the brand's own photos
    picked: CheckpointId | None
    reason: str
    verdict: Verdict
    page: BlobId  # one HTML page with all pictures inside


class Decision(StrEnum):
    """What a person said."""

    APPROVED = "approved"
    REJECTED = "rejected"


class Review(Fact):
    """A named person's decision on a report's picked checkpoint."""

    id: ReviewId
    report: ReportId
    checkpoint: CheckpointId
    person: str
    decision: Decision
    reasons: tuple[str, ...]
    at: datetime
