"""Captions: what photos are called, who changed it, and what is wrong with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from muslin.domain.curation.captions import (
    CaptionAction,
    CaptionChange,
    CaptionedPhoto,
    CaptionFilter,
    CaptionLint,
    CaptionOrder,
)
from muslin.domain.house.people import Right
from muslin.server.access import allow
from muslin.server.api.shapes import REFUSALS, BaseName, Listed, OnceDep, PartDep, Trigger
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(prefix="/api/v1", tags=["captions"], responses=REFUSALS)
Text = Annotated[str | None, Query(max_length=400)]


class Rewording(BaseModel):
    """What is done to the captions that `where` lets through, in the name of whose key was sent."""

    action: CaptionAction
    words: str = Field(min_length=1, max_length=2000)
    by: str = Field("", max_length=2000, description="of replace: what comes in their place")
    where: CaptionFilter = CaptionFilter()


def wanted_captions(
    category: Text = None,
    colour: Text = None,
    text: Text = None,
    file: Text = None,
    author: Text = None,
) -> CaptionFilter:
    """Which captions of a shoot are wanted."""
    return CaptionFilter(category=category, colour=colour, text=text, file=file, author=author)


FilterDep = Annotated[CaptionFilter, Depends(wanted_captions)]


@router.get("/shoots/{name}/captions")
@allow(Right.LOOK)
def captions(
    studio: StudioDep, part: PartDep, where: FilterDep, name: str
) -> Listed[CaptionedPhoto]:
    """The captions that a shoot's photos would be frozen with today; `*` in `file` = anything."""
    return part.of(studio.captions(name, where))


@router.get("/shoots/{name}/captions/changes")
@allow(Right.LOOK)
def changes(studio: StudioDep, part: PartDep, name: str) -> Listed[CaptionChange]:
    """Who changed what, oldest first."""
    return part.of(studio.caption_changes(name))


@router.post("/shoots/{name}/captions/changes", status_code=201)
@allow(Right.WORK)
def change(
    studio: StudioDep, caller: CallerDep, once: OnceDep, name: str, said: Rewording
) -> CaptionChange:
    """Set, replace, add or remove words in one caption or in many at once."""
    order = CaptionOrder(
        action=said.action, words=said.words, by=said.by, where=said.where, person=caller.name
    )
    return once(CaptionChange, said, lambda: studio.change_captions(name, order))


@router.post("/shoots/{name}/captions/undo", status_code=201)
@allow(Right.WORK)
def undo(studio: StudioDep, caller: CallerDep, once: OnceDep, name: str) -> CaptionChange:
    """Take back the newest change that is not undone yet."""
    return once(CaptionChange, "", lambda: studio.undo_captions(name, caller.name))


@router.get("/captions/{wanted}/lint")
@allow(Right.WORK)
def lint(
    studio: StudioDep, wanted: str, trigger: Trigger = "", base: BaseName = "starter"
) -> CaptionLint:
    """What is wrong with the captions of a dataset by its id, or of a shoot by its name."""
    return studio.lint_captions(wanted, trigger, base)
