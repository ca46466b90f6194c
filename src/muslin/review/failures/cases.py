"""Failures as cases: what machines and people found wrong, each with all that draws it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from muslin.domain.fact import BlobId
from muslin.domain.judging import (
    CheckpointProof,
    FailureKind,
    Flaw,
    Judgement,
    Probe,
    Region,
    ValidationReport,
)
from muslin.domain.proving.failures import FailureCase
from muslin.review.queue import standing

MACHINE = "muslin"
REGIONS = {
    FailureKind.COLOUR: Region.GARMENT,
    FailureKind.GARMENT: Region.GARMENT,
    FailureKind.FABRIC: Region.GARMENT,
    FailureKind.SHAPE: Region.GARMENT,
    FailureKind.PRINT: Region.PRINT,
    FailureKind.BACKDROP: Region.BACKDROP,
}
"""Where machines look; what is not here concerns the whole picture."""


def cases_of(report: ValidationReport, judgements: Sequence[Judgement]) -> list[FailureCase]:
    """Everything wrong with the picked checkpoint's pictures: machines first, then people.

    Judgements that were taken back and those of other reports count for nothing. The same record
    always gives the same cases with the same ids.
    """
    tuned = report.tuned
    return [*_found(report, tuned), *_said(report, tuned, judgements)] if tuned else []


def _found(report: ValidationReport, tuned: CheckpointProof) -> Iterator[FailureCase]:
    for picture in tuned.pictures:
        for kind in picture.failures:
            flaw = Flaw(kind=kind, region=REGIONS.get(kind, Region.WHOLE))
            yield _case(report, tuned, picture.probe, picture.picture, flaw)


def _said(
    report: ValidationReport, tuned: CheckpointProof, judgements: Sequence[Judgement]
) -> Iterator[FailureCase]:
    for one in standing(judgements):
        if one.task.report == report.id:
            for flaw in one.said.flaws:
                case = _case(report, tuned, one.task.probe, one.task.picture, flaw)
                yield _by_person(case, one)


def _case(
    report: ValidationReport,
    tuned: CheckpointProof,
    probe: Probe,
    picture: BlobId,
    flaw: Flaw,
) -> FailureCase:
    return FailureCase(
        id=_id(report.id, picture, MACHINE, flaw.kind, flaw.region),
        name=report.name,
        run=report.run,
        report=report.id,
        checkpoint=tuned.checkpoint,
        probe=probe,
        picture=picture,
        kind=flaw.kind,
        region=flaw.region,
        note=flaw.note,
        by=MACHINE,
        at=report.created_at,
    )


def _by_person(case: FailureCase, judgement: Judgement) -> FailureCase:
    """A case as its person found it."""
    who = judgement.person
    id = _id(case.report, case.picture, who, case.kind, case.region)
    return case.model_copy(update={"id": id, "by": who, "at": judgement.at})


def _id(*parts: str) -> str:
    return f"case-{hashlib.sha256(':'.join(parts).encode()).hexdigest()[:12]}"
