"""Bases and their licences."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from muslin.domain.house.people import Right
from muslin.domain.licence import LicenceAcceptance, LicenceEntry
from muslin.server.access import allow
from muslin.server.api.shapes import REFUSALS, Listed, PartDep
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(prefix="/api/v1", tags=["weights"], responses=REFUSALS)


class Acceptance(BaseModel):
    """Which base's conditions are agreed to; `terms` where nobody knew them."""

    base: str = Field(min_length=1, max_length=400)
    terms: str = Field("", max_length=400)


@router.get("/licences")
@allow(Right.LOOK)
def licences(studio: StudioDep, part: PartDep) -> Listed[LicenceEntry]:
    """The licences of all bases that are known here, and where each stands."""
    return part.of(studio.licences())


@router.post("/licences", status_code=201)
@allow(Right.OWN)
def accept(studio: StudioDep, caller: CallerDep, acceptance: Acceptance) -> LicenceAcceptance:
    """Agree to a base's conditions in the name of whoever's key was sent."""
    return studio.accept_licence(acceptance.base, caller.name, acceptance.terms)
