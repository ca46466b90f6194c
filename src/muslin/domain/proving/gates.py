"""The five gates between a folder of photos and a release, each with its evidence."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from muslin.domain.fact import Fact
from muslin.domain.findings import Verdict
from muslin.domain.leaving import GateCheck, Override


class Phase(StrEnum):
    """What has to be passed, in this order."""

    DATASET = "dataset"
    TRAINING = "training"
    VALIDATION = "validation"
    REVIEW = "review"
    RELEASE = "release"


class GateRecord(Fact):
    """How one gate came out; a later record of the same phase does not erase an earlier one."""

    name: str  # of the runs and releases
    phase: Phase
    verdict: Verdict
    checks: tuple[GateCheck, ...]
    evidence: tuple[str, ...]  # ids of what was looked at
    by: str  # who passed it: a person, or "muslin" where only machines measured
    at: datetime
    overrides: tuple[Override, ...] = ()

    @property
    def opens(self) -> bool:
        """Whether the way is free: passed, or every check that did not is overridden."""
        excused = {one.check for one in self.overrides}
        held = [c for c in self.checks if c.verdict is not Verdict.PASSED]
        return bool(self.checks) and all(check.name in excused for check in held)
