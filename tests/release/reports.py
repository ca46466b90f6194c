"""Reports and reviews for the tests of review and release."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from muslin.domain.fact import BlobId, CheckpointId, ReportId, ReviewId, RunId, fresh
from muslin.domain.findings import Verdict
from muslin.domain.judging import CheckpointProof, Decision, Review, ValidationReport

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_report(
    verdict: Verdict = Verdict.PASSED, picked: str | None = "checkpoint-1"
) -> ValidationReport:
    base = CheckpointProof(
        checkpoint=None, step=0, pictures=(), metrics=(), verdict=Verdict.UNKNOWN
    )
    return ValidationReport(
        id=ReportId("report-1"),
        run=RunId("run-1"),
        name="knitwear",
        created_at=NOON,
        base=base,
        checkpoints=(),
        picked=None if picked is None else CheckpointId(picked),
        reason="After 300 steps it stands on the backdrop.",
        verdict=verdict,
        page=BlobId("0" * 64),
    )


def a_review(
    decision: Decision = Decision.APPROVED,
    *,
    minutes: int = 0,
    person: str = "Ada",
    report: str = "report-1",
    checkpoint: str = "checkpoint-1",
) -> Review:
    return Review(
        id=ReviewId(fresh("review")),
        report=ReportId(report),
        checkpoint=CheckpointId(checkpoint),
        person=person,
        decision=decision,
        reasons=("sleeves are too long",) if decision is Decision.REJECTED else (),
        at=NOON + timedelta(minutes=minutes),
    )
