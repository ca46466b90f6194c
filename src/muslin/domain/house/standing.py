"""Where a profile stands: six gates on one thread, and what waits for a person."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from muslin.domain.fact import DatasetId, Fact, ReleaseId, ReportId, RunId, ShootId
from muslin.domain.work import Job


class GateName(StrEnum):
    """The gates in their order."""

    PHOTOS = "photos"
    DATASET = "dataset"
    TRAINING = "training"
    PROOF = "proof"
    REVIEW = "review"
    RELEASE = "release"


class Stitch(StrEnum):
    """How a gate looks on the thread."""

    STITCHED = "stitched"  # passed
    NEEDLE = "needle"  # here it goes on
    PIN = "pin"  # failed
    OPEN = "open"  # not reached, or nothing known


class Gate(Fact):
    """One gate of a profile and how it stands, in a few words."""

    name: GateName
    stitch: Stitch
    words: str


class Standing(Fact):
    """Everything that is known of a profile's way, newest of each."""

    name: str
    gates: tuple[Gate, ...]
    shoot: ShootId | None = None
    shoot_name: str | None = None
    photos: int = 0
    problems: int = 0
    dataset: DatasetId | None = None
    run: RunId | None = None
    report: ReportId | None = None
    live: ReleaseId | None = None
    job: Job | None = None  # the newest that is not done
    changed_at: datetime

    @property
    def here(self) -> Gate:
        """The gate where it goes on: the needle, else the pin, else the last."""
        for stitch in (Stitch.NEEDLE, Stitch.PIN):
            for gate in self.gates:
                if gate.stitch is stitch:
                    return gate
        return self.gates[-1]

    @property
    def waits_for_a_person(self) -> bool:
        """Whether nothing happens until somebody does something."""
        return self.job is None and self.here.stitch is not Stitch.STITCHED
