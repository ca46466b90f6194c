"""The house: people, keys, and what was done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from muslin.domain.fact import ReportId
from muslin.domain.house.people import AuditLine, Caller, PassKind, Person, Right, Role
from muslin.domain.house.people import Pass as GivenPass
from muslin.runtime.doctor import DoctorLine
from muslin.server.access import allow
from muslin.server.api.shapes import REFUSALS
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(prefix="/api/v1", tags=["house"], responses=REFUSALS)


class Invitation(BaseModel):
    """Somebody who shall work here."""

    name: str = Field(min_length=1, max_length=80)
    role: Role


class Invited(BaseModel):
    """Who was let in, and the secret for their first visit: `/welcome?token=…`, shown once."""

    person: Person
    token: str


class Change(BaseModel):
    """Another role, or no longer let in."""

    role: Role
    active: bool = True


class KeyOrder(BaseModel):
    """What a key is for."""

    label: str = Field(min_length=1, max_length=80)


class Secret(BaseModel):
    """A secret, shown once."""

    secret: str


class GuestOrder(BaseModel):
    """Who shall review which report without an account."""

    report: str
    guest: str = Field(min_length=1, max_length=80)


class House(BaseModel):
    """What the house is called."""

    brand: str = Field(min_length=1, max_length=80)


@router.get("/me")
@allow(Right.LOOK)
def me(caller: CallerDep) -> Caller:
    """Whose key this is."""
    return caller


@router.get("/house")
@allow(Right.LOOK)
def house(studio: StudioDep) -> House:
    """What the house is called."""
    return House(brand=studio.brand())


@router.put("/house", status_code=204)
@allow(Right.OWN)
def name_house(studio: StudioDep, house: House) -> None:
    """Call it by another name."""
    studio.name_brand(house.brand)


@router.get("/people")
@allow(Right.LOOK)
def people(studio: StudioDep) -> list[Person]:
    """Everybody who works here."""
    return studio.people()


@router.post("/people", status_code=201)
@allow(Right.OWN)
def invite(studio: StudioDep, invitation: Invitation) -> Invited:
    """Let somebody in."""
    person, token = studio.invite(invitation.name, invitation.role)
    return Invited(person=person, token=token)


@router.put("/people/{person}")
@allow(Right.OWN)
def change(studio: StudioDep, person: str, to: Change) -> Person:
    """Give somebody another role, or send them away."""
    return studio.change_person(person, to.role, to.active)


@router.get("/keys")
@allow(Right.OWN)
def keys(studio: StudioDep) -> list[GivenPass]:
    """Keys that were given out."""
    return studio.passes(PassKind.KEY)


@router.post("/keys", status_code=201)
@allow(Right.OWN)
def give_key(studio: StudioDep, caller: CallerDep, order: KeyOrder) -> Secret:
    """Another key in the caller's name."""
    return Secret(secret=studio.give_key(caller.name, order.label))


@router.post("/guests", status_code=201)
@allow(Right.RELEASE)
def give_link(studio: StudioDep, order: GuestOrder) -> Secret:
    """A guest's secret: `/guest?token=…` opens one review."""
    return Secret(secret=studio.give_guest_link(ReportId(order.report), order.guest))


@router.delete("/passes/{one}", status_code=204)
@allow(Right.OWN)
def withdraw(studio: StudioDep, one: str) -> None:
    """Take a key or a link back."""
    studio.withdraw(one)


@router.get("/audit")
@allow(Right.OWN)
def audit(studio: StudioDep, count: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[AuditLine]:
    """What was done, newest first."""
    return studio.audit(count)


@router.get("/doctor")
@allow(Right.OWN)
def doctor(studio: StudioDep) -> list[DoctorLine]:
    """What is installed here, what is missing, and how to get it."""
    return studio.doctor()
