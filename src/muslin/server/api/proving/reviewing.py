"""Reviewing: people judge picture by picture, alone or blind side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from muslin.domain.house.people import Right
from muslin.domain.judging import (
    Agreement,
    Judgement,
    Preferences,
    QueuedPicture,
    Said,
    Sight,
)
from muslin.domain.proving.autonomy import Autonomy
from muslin.server.access import allow
from muslin.server.api.shapes import REFUSALS, Listed, OnceDep, PartDep
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(prefix="/api/v1", tags=["reviewing"], responses=REFUSALS)
Pile = Annotated[
    str,
    Query(
        max_length=40,
        description="proof, live (drawn with the release), or for blind pairs base or the step of "
        "another checkpoint",
    ),
]


class Saying(Said):
    """What is said of a picture, by whoever's key was sent."""

    task: str = Field(max_length=200, description="as `next` named it")


class Accord(BaseModel):
    """How far every two reviewers agree, and how the blind pairs came out."""

    agreements: list[Agreement]
    preferences: Preferences


@router.get("/reports/{report}/queue")
@allow(Right.LOOK)
def queue(
    studio: StudioDep, part: PartDep, report: str, pile: Pile = "proof"
) -> Listed[QueuedPicture]:
    """The pictures that still need somebody's eyes, suspects first."""
    return part.of(studio.review_queue(report, pile))


@router.post("/reports/{report}/next")
@allow(Right.JUDGE)
def take_next(
    studio: StudioDep, caller: CallerDep, report: str, pile: Pile = "proof"
) -> Sight | None:
    """The next picture, the caller's alone for ten minutes; null = nothing is left."""
    return studio.next_picture(report, caller.name, pile)


@router.get("/reports/{report}/pictures/{picture}/file")
@allow(Right.LOOK)
def picture_file(studio: StudioDep, report: str, picture: str) -> Response:
    """A picture of a proof, such as the `left` and `right` that `next` named, as PNG.

    Of the pile live, `/api/v1/pictures/{generation}/file` has it: its task is `report.generation`.
    """
    data = studio.proof_picture(studio.report(report).id, picture)
    return Response(data, media_type="image/png")


@router.get("/reports/{report}/judgements")
@allow(Right.LOOK)
def judgements(studio: StudioDep, part: PartDep, report: str) -> Listed[Judgement]:
    """Everything that people said on a report's pictures, oldest first."""
    return part.of(studio.judgements(report))


@router.post("/judgements", status_code=201)
@allow(Right.JUDGE)
def judge(studio: StudioDep, caller: CallerDep, once: OnceDep, saying: Saying) -> Judgement:
    """Write down what the caller says of a picture."""
    said = Said.model_validate(saying.model_dump(exclude={"task"}))
    return once(Judgement, saying, lambda: studio.judge_picture(saying.task, caller.name, said))


@router.post("/reports/{report}/judgements/undo", status_code=201)
@allow(Right.JUDGE)
def undo(studio: StudioDep, caller: CallerDep, once: OnceDep, report: str) -> Judgement:
    """Take back the caller's latest judgement on a report."""
    return once(Judgement, "", lambda: studio.undo_judgement(report, caller.name))


@router.get("/reports/{report}/agreement")
@allow(Right.LOOK)
def agreement(studio: StudioDep, report: str) -> Accord:
    """How far every two reviewers agree, and how often the tuned picture of a pair was liked."""
    agreements, preferences = studio.agreement(report)
    return Accord(agreements=agreements, preferences=preferences)


@router.get("/profiles/{name}/autonomy")
@allow(Right.LOOK)
def autonomy(studio: StudioDep, name: str) -> list[Autonomy]:
    """What each category and channel of a name's live look has earned."""
    return studio.autonomy(name)
