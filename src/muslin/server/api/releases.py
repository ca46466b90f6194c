"""Releases and where their aliases point."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from muslin.domain.fact import ReleaseId
from muslin.domain.house.people import Right
from muslin.domain.leaving import Alias, Generation, Release
from muslin.runtime.storage.releases import AliasMove
from muslin.server.access import allow
from muslin.server.api.shapes import REFUSALS, Listed, OnceDep, PartDep
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(prefix="/api/v1", tags=["releases"], responses=REFUSALS)
Wanted = Annotated[
    str, Path(description="Id, name, `name@alias`, or an alias that only one name has.")
]


class ReleaseOrder(BaseModel):
    """A report that passed and was approved, and the alias to stand under."""

    report: str
    alias: Alias = Alias.LIVE


class Promotion(BaseModel):
    """The alias that shall point to a release."""

    alias: Alias = Alias.LIVE


@router.get("/releases")
@allow(Right.LOOK)
def releases(studio: StudioDep, part: PartDep) -> Listed[Release]:
    """All releases, oldest first."""
    return part.of(studio.releases())


@router.post("/releases", status_code=201)
@allow(Right.RELEASE)
def make(studio: StudioDep, once: OnceDep, order: ReleaseOrder) -> Release:
    """Release what was picked and approved, if serving draws what was proved: takes a while."""

    def proved_as_served() -> Release:
        studio.check_parity(order.report)
        return studio.release(order.report, order.alias)

    return once(Release, order, proved_as_served)


@router.get("/releases/{wanted}")
@allow(Right.LOOK)
def release(studio: StudioDep, wanted: Wanted) -> Release:
    """One release."""
    return studio.release_of(wanted)


@router.get("/releases/{wanted}/pictures")
@allow(Right.LOOK)
def affected(studio: StudioDep, part: PartDep, wanted: Wanted) -> Listed[Generation]:
    """What was made with a release, newest first."""
    return part.of(studio.affected_by(studio.release_of(wanted).id))


@router.post("/releases/{release}/promote")
@allow(Right.RELEASE)
def promote(studio: StudioDep, caller: CallerDep, release: str, to: Promotion) -> Release:
    """Point an alias to a release; what was live becomes previous."""
    return studio.promote(ReleaseId(release), to.alias, by=caller.name)


@router.get("/profiles/{name}/aliases")
@allow(Right.LOOK)
def aliases(studio: StudioDep, name: str) -> dict[Alias, ReleaseId]:
    """Where a name's aliases point."""
    return studio.aliases(name)


@router.get("/profiles/{name}/moves")
@allow(Right.LOOK)
def moves(studio: StudioDep, name: str) -> list[AliasMove]:
    """Every move of a name's aliases, oldest first: when, and by whom."""
    return studio.moves(name)


@router.post("/profiles/{name}/rollback")
@allow(Right.RELEASE)
def roll_back(studio: StudioDep, caller: CallerDep, name: str) -> Release:
    """Make the previous release live again."""
    return studio.roll_back(name, by=caller.name)
