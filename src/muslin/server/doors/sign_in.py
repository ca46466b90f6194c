"""Coming in: a first visit, a password, a guest's link; and going out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from muslin.domain.errors import NotSignedIn, StudioError
from muslin.domain.house.people import PassKind, Right
from muslin.server.access import allow, public
from muslin.server.doors.patience import Patience
from muslin.server.gatekeeper import COOKIE
from muslin.server.render import page
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(include_in_schema=False)
_patience = Patience()


@router.get("/sign-in")
@public
def ask(request: Request) -> Response:
    """Name and password."""
    return page(request, "sign-in.html.j2", error=None, name="")


@router.post("/sign-in")
@public
def sign_in(
    request: Request,
    studio: StudioDep,
    name: Annotated[str, Form(max_length=80)],
    password: Annotated[str, Form(max_length=1000)],
) -> Response:
    """Open a session."""
    try:
        _patience.check(name)
        secret = studio.sign_in(name, password)
    except NotSignedIn as error:
        _patience.failed(name)
        return page(request, "sign-in.html.j2", status=401, error=error, name=name)
    _patience.forget(name)
    return _let_in(request, secret, "/")


@router.get("/welcome")
@public
def welcome(request: Request, studio: StudioDep, token: str = "") -> Response:
    """A first visit: choose a password."""
    person = studio.welcomed(token)
    return page(request, "welcome.html.j2", token=token, error=None, person=person)


@router.post("/welcome")
@public
def choose_password(
    request: Request,
    studio: StudioDep,
    token: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
) -> Response:
    """Keep the password and come in."""
    try:
        secret = studio.choose_password(token, password)
    except StudioError as error:
        person = studio.welcomed(token)
        return page(request, "welcome.html.j2", status=422, token=token, error=error, person=person)
    return _let_in(request, secret, "/")


@router.get("/guest")
@public
def guest(request: Request, token: str = "") -> Response:
    """A guest's link; a page first, since a browser keeps our cookie from links of other sites."""
    return page(request, "guest.html.j2", token=token)


@router.post("/guest")
@public
def come_in(
    request: Request, studio: StudioDep, token: Annotated[str, Form(max_length=200)]
) -> Response:
    """Open the one review that the link is for."""
    caller = studio.caller(token)
    if caller is None or caller.kind is not PassKind.GUEST or caller.queue is None:
        raise NotSignedIn(
            "This link opens nothing any more.", hint="Ask whoever sent it for a new one."
        )
    return _let_in(request, token, f"/reviews/{caller.queue}")


@router.post("/sign-out")
@allow(Right.LOOK)
def sign_out(studio: StudioDep, caller: CallerDep) -> Response:
    """End the session, here and for everybody who may have copied the cookie."""
    studio.withdraw(caller.pass_id)
    response = Response(status_code=204, headers={"HX-Redirect": "/sign-in"})
    response.delete_cookie(COOKIE)
    return response


def _let_in(request: Request, secret: str, to: str) -> Response:
    response = RedirectResponse(to, 303)
    response.set_cookie(
        COOKIE,
        secret,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        max_age=7 * 86_400,
    )
    return response
