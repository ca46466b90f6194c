"""What may leave the house, and what has left it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from muslin.domain.fact import (
    BlobId,
    CheckpointId,
    Fact,
    GenerationId,
    ReleaseId,
    ReportId,
    ReviewId,
    RunId,
)
from muslin.domain.findings import Verdict


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


class Override(Fact):
    """A named person's word that one check shall not hold a release back; kept for ever."""

    report: ReportId
    check: str
    verdict: Verdict  # how the check stood when it was overridden
    person: str
    reason: str
    at: datetime


class GateDecision(Fact):
    """Whether a release is allowed; every check must have passed or been overridden by name."""

    checks: tuple[GateCheck, ...]
    verdict: Verdict  # of the checks alone: an override does not make a failure a pass
    overrides: tuple[Override, ...] = ()

    @property
    def closed(self) -> tuple[GateCheck, ...]:
        """The checks that hold the release back."""
        excused = {one.check for one in self.overrides}
        held = [check for check in self.checks if check.verdict is not Verdict.PASSED]
        return tuple(check for check in held if check.name not in excused)


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


class ExportFormat(StrEnum):
    """Who shall read it."""

    DIFFUSERS = "diffusers"  # diffusers and PEFT: the adapter alone
    KOHYA = "kohya"  # ComfyUI, A1111, Forge and kohya's tools: the adapter alone
    FULL = "full"  # the whole base with the adapter merged in, a folder for diffusers


class Precision(StrEnum):
    """How many bits a merged weight has."""

    FP32 = "fp32"
    FP16 = "fp16"


class ExportOrder(Fact):
    """What is asked for; `release` is an id, a name, or an alias."""

    release: str
    format: ExportFormat
    precision: Precision = Field(
        Precision.FP32, description="of merged weights; adapters keep their own"
    )


class ExportedFile(Fact):
    """A file of an export; `name` is its path inside the folder."""

    name: str
    sha256: str
    size_bytes: int


class ExportedRelease(Fact):
    """A folder that holds a release for other tools."""

    release: ReleaseId
    format: ExportFormat
    folder: str
    files: tuple[ExportedFile, ...]


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
    adapter: str | None = Field(None, description="name of an imported adapter, unproved")
    prompts: tuple[Prompt, ...] = Field(min_length=1, max_length=1000)
    count: int = Field(1, ge=1, le=1000, description="pictures per prompt")
    seed: int = Field(0, ge=0, lt=2**32, description="seed of the first picture of each prompt")
    width_px: int = Field(192, ge=64, le=1024, multiple_of=16)
    height_px: int = Field(256, ge=64, le=1024, multiple_of=16)
    steps: int = Field(25, ge=1, le=100, description="steps of the sampler")
    guidance: float = Field(4.0, ge=0, le=20, description="weight of the prompt, 1 = no guidance")


class Generation(Fact):
    """A finished picture with all its inputs.

    `release` None = the base network, untuned, or with the `unproved` checkpoint of an import.
    """

    id: GenerationId
    release: ReleaseId | None
    unproved: CheckpointId | None = None
    base: str
    request: ImageRequest
    picture: BlobId
    source_type: SourceType
    created_at: datetime
