"""Reports, and what people decide on them."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from muslin.domain.house.people import Right
from muslin.domain.judging import Decision, Review, ValidationReport
from muslin.server.access import allow
from muslin.server.api.shapes import REFUSALS, OnceDep
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(prefix="/api/v1", tags=["judging"], responses=REFUSALS)


class Judgement(BaseModel):
    """A decision; it is written down in the name of whoever's key was sent."""

    decision: Decision
    reasons: tuple[str, ...] = Field((), max_length=50)


@router.get("/reports/{report}")
@allow(Right.LOOK)
def report(studio: StudioDep, report: str) -> ValidationReport:
    """A report by its id, or the newest of a run's id or a name."""
    return studio.report(report)


@router.get("/reports/{report}/reviews")
@allow(Right.LOOK)
def reviews(studio: StudioDep, report: str) -> list[Review]:
    """The decisions on a report, oldest first: the last one counts."""
    return studio.reviews(studio.report(report).id)


@router.post("/reports/{report}/reviews", status_code=201)
@allow(Right.JUDGE)
def decide(
    studio: StudioDep, caller: CallerDep, once: OnceDep, report: str, judgement: Judgement
) -> Review:
    """Approve or reject."""
    return once(
        Review,
        judgement,
        lambda: studio.review(report, caller.name, judgement.decision, judgement.reasons),
    )
