"""What review needs from the rooms around it."""

from __future__ import annotations

from typing import Protocol

from muslin.domain.fact import ReportId
from muslin.domain.judging import Claim, Judgement


class Judgements(Protocol):
    """What people said of pictures; nothing is ever taken away."""

    def of_report(self, report: ReportId) -> list[Judgement]:
        """Everything that was said on a report's pictures, oldest first."""

    def add(self, judgement: Judgement) -> None:
        """Keep a new judgement."""

    def undo(self, judgement: Judgement) -> None:
        """Keep a judgement that says since when it no longer counts."""


class Claims(Protocol):
    """Which pictures are before whose eyes; one person at a time."""

    def of_report(self, report: ReportId) -> list[Claim]:
        """The claims on a report's pictures, those that ran out included."""

    def put(self, claim: Claim) -> None:
        """Keep a claim, in place of one that was on the same task."""

    def drop(self, task: str) -> None:
        """Let go of a task."""
