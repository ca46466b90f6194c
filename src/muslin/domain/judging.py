"""What machines measured and what people decided."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from muslin.domain.fact import BlobId, CheckpointId, Fact, PhotoId, ReportId, ReviewId, RunId
from muslin.domain.findings import GarmentBox, Verdict
from muslin.domain.proving.ranges import ProductRange
from muslin.domain.training import HeldOutLoss


class FailureKind(StrEnum):
    """What can be wrong with a picture, for machines and people alike."""

    COLOUR = "colour"  # not the colour that was asked for
    GARMENT = "garment"  # not the garment that was asked for
    FABRIC = "fabric"
    PRINT = "print"
    SHAPE = "shape"  # silhouette, length, proportions of the garment
    HANDS = "hands"
    FACE = "face"
    SKIN = "skin"
    BODY = "body"
    BACKDROP = "backdrop"
    LIGHT = "light"
    DETAIL = "detail"  # blurred, grainy, smeared
    COPY = "copy"  # a photo that was taught, drawn from memory
    OTHER = "other"


class Region(StrEnum):
    """Where in a picture."""

    WHOLE = "whole"
    GARMENT = "garment"
    NECK = "neck"
    SLEEVES = "sleeves"
    HEM = "hem"
    CLOSURE = "closure"
    PRINT = "print"
    HANDS = "hands"
    FACE = "face"
    BODY = "body"
    BACKDROP = "backdrop"


class Probe(Fact):
    """A fixed piece of work: the same prompt and seed for every checkpoint."""

    prompt: str
    seed: int
    category: str
    colour: str


class ProbeSetVersion(Fact):
    """The work that all checkpoints of a name are judged on; the newest version is drawn next."""

    name: str  # of the runs
    version: int  # counts from 1
    digest: str  # sha256 over the probes
    probes: tuple[Probe, ...]
    carried: int  # of them from earlier failures
    why: str
    at: datetime
    brand_range: ProductRange | None = None  # what a person set; None = the dataset's own range


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
    failures: tuple[FailureKind, ...] = ()  # what machines found wrong, worst first


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
    rules: tuple[MetricValue, ...] = ()  # the brand's own limits, where it set some
    measured: tuple[MetricValue, ...] = ()  # what is measured but blocks only by the brand's rule

    @property
    def judged(self) -> tuple[MetricValue, ...]:
        """Everything that the verdict follows from."""
        return (*self.metrics, *self.rules)


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
    probe_set: int = 0  # version of the probes; 0 = made before they had one

    @property
    def tuned(self) -> CheckpointProof | None:
        """The proof of the picked checkpoint."""
        return next((c for c in self.checkpoints if c.checkpoint == self.picked), None)


class Parity(Fact):
    """Probes drawn once more on the way that pictures are served, beside those of the proof."""

    report: ReportId
    checkpoint: CheckpointId
    probes: tuple[Probe, ...]
    differences: tuple[float, ...]  # of each picture, in levels of 255; see `validation.parity`
    at_most: float
    verdict: Verdict
    at: datetime


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


class Mode(StrEnum):
    """How a person looks at a picture."""

    SINGLE = "single"  # alone, and says passed or failed
    PAIR = "pair"  # beside another one, not knowing which is which, and says which is better


class Flaw(Fact):
    """One thing that a person found wrong, where, and in which words."""

    kind: FailureKind
    region: Region = Region.WHOLE
    box: GarmentBox | None = None  # the place as fractions of the picture, where it was drawn
    note: str = Field("", max_length=1000)


class Answer(Fact):
    """A yes or no to one question of the checklist."""

    question: str  # name of the brand's rule
    yes: bool


class PictureTask(Fact):
    """One picture that people shall judge, or a pair of one probe; its id says which."""

    id: str
    report: ReportId
    mode: Mode
    place: int  # of the probe in the report
    probe: Probe
    checkpoint: CheckpointId
    picture: BlobId
    against: BlobId | None = None  # PAIR: the other picture
    suspect: tuple[FailureKind, ...] = ()  # what machines found; not told to who judges


class QueuedPicture(Fact):
    """A task in the order in which people are asked, and how far it is."""

    task: PictureTask
    judged_by: tuple[str, ...]
    claimed_by: str | None  # who is looking at it right now


class Sight(Fact):
    """What a reviewer is shown: of a pair, nothing tells which side is which."""

    task: str
    mode: Mode
    prompt: str
    left: BlobId
    right: BlobId | None
    until: datetime  # nobody else is asked before
    questions: dict[str, str]  # the checklist: name to question


class Claim(Fact):
    """A picture is before one person's eyes until then."""

    task: str
    report: ReportId
    person: str
    until: datetime


class Side(StrEnum):
    """Which picture of a pair is better, as the reviewer saw them."""

    LEFT = "left"
    RIGHT = "right"
    NEITHER = "neither"


class Preferred(StrEnum):
    """Which picture of a pair is better, as they are."""

    TUNED = "tuned"  # the task's own picture
    OTHER = "other"
    NEITHER = "neither"


class Said(Fact):
    """What a reviewer says of a task: `verdict` of a single picture, `side` of a pair."""

    verdict: Verdict | None = None
    side: Side | None = None
    answers: tuple[Answer, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    note: str = Field("", max_length=1000)
    channel: str = Field("shop", pattern=r"^[a-z][a-z0-9_-]{0,39}$")  # where it would be shown


class Judgement(Fact):
    """A named person's word on one picture; taken back it stays, with when."""

    id: str
    task: PictureTask
    person: str
    said: Said
    preferred: Preferred | None = None  # of a pair, with the sides resolved
    at: datetime
    undone_at: datetime | None = None


class QuestionTally(Fact):
    """How often a question of the checklist had a yes, picture by picture."""

    question: str
    yes: int  # pictures where nobody said no
    answered: int


class Preferences(Fact):
    """How often the tuned picture of a pair was liked better, not knowing which it was."""

    tuned: int
    other: int
    neither: int
    chance: float  # of a split this uneven or more if both were equal: two-sided sign test


class Agreement(Fact):
    """How two reviewers agree on the pictures that both judged."""

    one: str
    other: str
    pictures: int
    same: float  # share of equal verdicts
    kappa: float | None  # Cohen's; None = chance alone already agrees on everything
