"""Rights: who may use photos for what, who said so, and what falls when it is taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from muslin.domain.curation.rights import (
    PhotoRights,
    Retirement,
    RightsEntry,
    Statement,
    Withdrawal,
)
from muslin.domain.fact import DatasetId
from muslin.domain.house.people import Right
from muslin.server.access import allow
from muslin.server.api.shapes import REFUSALS, Listed, OnceDep, PartDep
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(prefix="/api/v1", tags=["rights"], responses=REFUSALS)
Files = Annotated[
    tuple[str, ...], Field(max_length=1000, description="file names; * stands for anything")
]


class Stating(Statement):
    """What is said of a shoot's rights, or of those in some of its photos."""

    files: Files = ()


class Stated(BaseModel):
    """What was written down."""

    entries: list[RightsEntry]


class Withdrawing(BaseModel):
    """Which photos' rights are taken back: by file, or by a person who is shown."""

    reason: str = Field(min_length=1, max_length=1000)
    files: Files = ()
    shown: str = Field("", max_length=200)


class Ending(BaseModel):
    """A photo whose rights end soon."""

    shoot: str
    rights: PhotoRights


@router.get("/shoots/{name}/rights")
@allow(Right.LOOK)
def rights(studio: StudioDep, part: PartDep, name: str) -> Listed[PhotoRights]:
    """Where the rights in every photo of a shoot stand today, and why."""
    return part.of(studio.rights(name))


@router.post("/shoots/{name}/rights", status_code=201)
@allow(Right.WORK)
def state(studio: StudioDep, caller: CallerDep, once: OnceDep, name: str, said: Stating) -> Stated:
    """Write down what holds; what is left empty keeps holding as it was said before."""

    def write_down() -> Stated:
        statement = Statement.model_validate(said.model_dump(exclude={"files"}))
        entries = studio.state_rights(name, statement, caller.name, said.files, source="api")
        return Stated(entries=entries)

    return once(Stated, said, write_down)


@router.post("/shoots/{name}/rights/withdraw", status_code=201)
@allow(Right.RELEASE)
def withdraw(
    studio: StudioDep, caller: CallerDep, once: OnceDep, name: str, said: Withdrawing
) -> Withdrawal:
    """Take rights back, and retire everything that the photos went into."""
    return once(
        Withdrawal,
        said,
        lambda: studio.withdraw_rights(name, caller.name, said.reason, said.files, said.shown),
    )


@router.get("/datasets/{dataset}/rights")
@allow(Right.LOOK)
def notes(studio: StudioDep, dataset: str) -> list[str]:
    """What is not stated of the rights in a dataset; refused where it may not be learnt from."""
    return studio.rights_notes(DatasetId(dataset))


@router.get("/rights/expiring")
@allow(Right.LOOK)
def expiring(
    studio: StudioDep, part: PartDep, days: Annotated[int, Query(ge=0, le=3650)] = 30
) -> Listed[Ending]:
    """Photos of all shoots whose rights end within so many days, soonest first in each shoot."""
    ending = studio.expiring_rights(timedelta(days=days))
    return part.of([Ending(shoot=shoot.name, rights=one) for shoot, one in ending])


@router.get("/rights/retired")
@allow(Right.LOOK)
def retired(studio: StudioDep, part: PartDep) -> Listed[Retirement]:
    """Everything that may not be used any more, and why."""
    return part.of(studio.retired())
