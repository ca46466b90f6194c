"""Settings: the house's name, its people, their keys, guests' links, and what was done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from muslin.domain.fact import ReportId
from muslin.domain.house.people import PassKind, Right, Role
from muslin.server.access import allow
from muslin.server.render import fragment, page
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(include_in_schema=False)
ROLES = tuple(role for role in Role if role is not Role.GUEST)
LINES = 50


@router.get("/settings")
@allow(Right.LOOK)
def settings(request: Request, studio: StudioDep, caller: CallerDep) -> Response:
    """Everything that the owner decides; others see what concerns them."""
    owns = caller.may(Right.OWN)
    return page(
        request,
        "settings.html.j2",
        people=studio.people(),
        keys=studio.passes(PassKind.KEY) if owns else [],
        links=studio.passes(PassKind.GUEST) if owns else [],
        lines=studio.audit(LINES) if owns else [],
        roles=ROLES,
        names={person.id: person.name for person in studio.people()},
        doctor=studio.doctor() if owns else [],
    )


@router.post("/settings/brand")
@allow(Right.OWN)
def brand(studio: StudioDep, name: Annotated[str, Form()]) -> Response:
    """Call the house by another name."""
    studio.name_brand(name)
    return _again()


@router.post("/settings/people")
@allow(Right.OWN)
def invite(
    request: Request, studio: StudioDep, name: Annotated[str, Form()], role: Annotated[Role, Form()]
) -> Response:
    """Let somebody in; the link is shown once."""
    person, secret = studio.invite(name, role)
    return _secret(request, f"Send this link to {person.name}:", f"/welcome?token={secret}")


@router.post("/settings/people/{person}")
@allow(Right.OWN)
def change(
    studio: StudioDep,
    person: str,
    role: Annotated[Role, Form()],
    active: Annotated[bool, Form()] = False,
) -> Response:
    """Another role, or no longer let in."""
    studio.change_person(person, role, active)
    return _again()


@router.post("/settings/people/{person}/link")
@allow(Right.OWN)
def welcome_again(request: Request, studio: StudioDep, person: str) -> Response:
    """A new link for somebody who lost the password."""
    secret = studio.welcome_again(person)
    return _secret(request, "Send this link:", f"/welcome?token={secret}")


@router.post("/settings/keys")
@allow(Right.OWN)
def give_key(
    request: Request, studio: StudioDep, caller: CallerDep, label: Annotated[str, Form()]
) -> Response:
    """A key for a program; it is shown once."""
    return _secret(request, "The key, shown this once:", studio.give_key(caller.name, label))


@router.post("/settings/links")
@allow(Right.RELEASE)
def give_link(
    request: Request,
    studio: StudioDep,
    report: Annotated[str, Form()],
    guest: Annotated[str, Form()],
) -> Response:
    """A link that opens one review."""
    secret = studio.give_guest_link(ReportId(report), guest)
    return _secret(request, f"Send this link to {guest or 'your guest'}:", f"/guest?token={secret}")


@router.post("/settings/passes/{one}/withdraw")
@allow(Right.OWN)
def withdraw(studio: StudioDep, one: str) -> Response:
    """Take a key or a link back."""
    studio.withdraw(one)
    return _again()


def _again() -> Response:
    return Response(status_code=204, headers={"HX-Refresh": "true"})


def _secret(request: Request, words: str, secret: str) -> Response:
    shown = f"{request.base_url}".rstrip("/") + secret if secret.startswith("/") else secret
    return fragment(request, "parts/secret.html.j2", words=words, secret=shown)
