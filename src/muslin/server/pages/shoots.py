"""Shoots: photos come in, file by file, so that a cut connection costs one file."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from muslin.domain.errors import InvalidRequest
from muslin.domain.fact import now
from muslin.domain.house.people import Right
from muslin.server.access import allow
from muslin.server.render import page
from muslin.server.studio import StudioDep

router = APIRouter(include_in_schema=False)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


@router.get("/shoots")
@allow(Right.LOOK)
def shoots(request: Request, studio: StudioDep) -> Response:
    """A place to drop photos, and all shoots."""
    found = [(shoot, studio.faces(shoot.name, 12)) for shoot in reversed(studio.shoots())]
    suggested = f"shoot-{now():%Y-%m-%d}"
    taken = {shoot.name for shoot, _ in found}
    names = [suggested, *(f"{suggested}-{n}" for n in range(2, len(taken) + 3))]
    name = next(n for n in names if n not in taken)
    return page(request, "shoots.html.j2", found=found, suggested=name)


@router.get("/shoots/{name}/files")
@allow(Right.WORK)
def received(studio: StudioDep, name: str) -> JSONResponse:
    """What has arrived already, so that an upload which was cut goes on."""
    return JSONResponse(studio.received(_plain(name)))


@router.put("/shoots/{name}/files/{file_name:path}")
@allow(Right.WORK)
async def receive(request: Request, studio: StudioDep, name: str, file_name: str) -> Response:
    """Take in one file; its bytes are the body."""
    with studio.receive(_plain(name), file_name) as incoming:
        async for chunk in request.stream():
            await run_in_threadpool(incoming.write, chunk)
    return Response(status_code=204)


@router.post("/shoots")
@allow(Right.WORK)
def take_in(studio: StudioDep, name: Annotated[str, Form()]) -> Response:
    """Import what has arrived, and measure every photo."""
    studio.take_in(_plain(name))
    return Response(status_code=204, headers={"HX-Redirect": f"/profiles/{name}/photos"})


def _plain(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"{name!r} is no name for a shoot.",
            hint="Small letters, digits and hyphens, for example ss26-knitwear.",
        )
    return name
