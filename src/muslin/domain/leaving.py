"""What may leave the house, and what has left it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from muslin.domain.fact import Fact
from muslin.domain.findings import Verdict
from muslin.domain.ids import (
    BlobId,
    CheckpointId,
    GenerationId,
    ReleaseId,
    ReportId,
    ReviewId,
    RunId,
)


class Alias(StrEnum):
    """Names that point to one release of a profile at a time."""

    LIVE = "live"
    CANDIDATE = "candidate"
    PREVIOUS = "previous"


class GateCheck(Fact):
    """One condition of a gate and how it came out."""

    name: str
    verdict: Verdict
    words: str


class GateDecision(Fact):
    """Whether a release is allowed; every check must have passed."""

    checks: tuple[GateCheck, ...]
    verdict: Verdict


class Release(Fact):
    """A checkpoint that was proved and approved, under the profile's name."""

    id: ReleaseId
    name: str
    run: RunId
    checkpoint: CheckpointId
    report: ReportId
    review: ReviewId
    base: str
    gate: GateDecision
    created_at: datetime


class SourceType(StrEnum):
    """IPTC digital source types (cv.iptc.org/newscodes/digitalsourcetype)."""

    GENERATED = "trainedAlgorithmicMedia"
    COMPOSITE = "compositeWithTrainedAlgorithmicMedia"
    ENHANCED = "algorithmicallyEnhanced"


class ImageRequest(Fact):
    """All that decides a generated picture, apart from the networks."""

    prompt: str
    seed: int
    width_px: int = 192
    height_px: int = 256
    steps: int = 25
    guidance: float = 4.0


def one_line(words: str) -> str:
    """Words without surrounding space; raises ValueError when none or unprintable ones are left."""
    stripped = words.strip()
    if not stripped:
        raise ValueError("a prompt needs at least one word")
    if not stripped.isprintable():
        raise ValueError("a prompt is one line of printable characters")
    return stripped


Prompt = Annotated[str, Field(max_length=1000), AfterValidator(one_line)]


class GenerateOrder(Fact):
    """Pictures asked for: `count` of every prompt; the same order gives the same pictures."""

    release: str | None = Field(
        None, description="release id, or the name or alias of one; none = the untuned base"
    )
    prompts: tuple[Prompt, ...] = Field(min_length=1, max_length=1000)
    count: int = Field(1, ge=1, le=1000, description="pictures per prompt")
    seed: int = Field(0, ge=0, lt=2**32, description="seed of the first picture of each prompt")
    width_px: int = Field(192, ge=64, le=1024, multiple_of=16)
    height_px: int = Field(256, ge=64, le=1024, multiple_of=16)
    steps: int = Field(25, ge=1, le=100, description="steps of the sampler")
    guidance: float = Field(4.0, ge=0, le=20, description="weight of the prompt, 1 = no guidance")


class Generation(Fact):
    """A finished picture with all its inputs; `release` None = the base network, untuned."""

    id: GenerationId
    release: ReleaseId | None
    base: str
    request: ImageRequest
    picture: BlobId
    source_type: SourceType
    created_at: datetime
