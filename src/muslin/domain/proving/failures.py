"""What went wrong, gathered until it says which photos are missing."""

from __future__ import annotations

from datetime import datetime

from muslin.domain.fact import BlobId, CheckpointId, Fact, ReportId, RunId
from muslin.domain.judging import FailureKind, Probe, Region


class FailureCase(Fact):
    """One thing wrong with one picture, as a machine or a person found it."""

    id: str  # follows from the picture, who found it, and what
    name: str  # of the run
    run: RunId  # holds profile and dataset
    report: ReportId
    checkpoint: CheckpointId | None
    probe: Probe  # prompt and seed draw it again
    picture: BlobId
    kind: FailureKind
    region: Region
    note: str
    by: str  # a person, or "muslin"
    at: datetime


class Rate(Fact):
    """A share with its 95 % interval (Wilson)."""

    failed: int
    pictures: int
    least: float
    most: float

    @property
    def share(self) -> float | None:
        """None of no pictures."""
        return self.failed / self.pictures if self.pictures else None


class FailureGroup(Fact):
    """Failures of one kind on one garment in one colour, or before one backdrop."""

    kind: FailureKind
    category: str
    where: str  # the colour; of backdrop and light failures the backdrop
    rate: Rate
    cases: tuple[str, ...]  # ids
    taught: int  # photos of that garment in that colour in the dataset


class Collection(Fact):
    """Which photos to bring for one group, and why so many."""

    group: FailureGroup
    photos: int
    words: str  # what a photographer needs to know
    why: str


class CollectionPlan(Fact):
    """The list to hand to a photographer, the most frequent failure first."""

    name: str
    report: ReportId
    collections: tuple[Collection, ...]

    @property
    def photos(self) -> int:
        """All of them together."""
        return sum(one.photos for one in self.collections)


class KindChange(Fact):
    """How often a kind of failure came up before and after, on the probes that both drew."""

    kind: FailureKind
    before: Rate
    after: Rate
    mended: int  # probes that failed before and no longer do
    broken: int  # probes that fail now and did not before
    chance: float  # of a change this one-sided if nothing had changed: two-sided sign test


class FailureComparison(Fact):
    """Two proofs of one name, kind by kind."""

    before: ReportId
    after: ReportId
    shared: int  # probes that both drew
    kinds: tuple[KindChange, ...]
