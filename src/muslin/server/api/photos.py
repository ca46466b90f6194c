"""Shoots, their photos, and where the profiles made of them stand."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from muslin.curation.check.facts import ShootCheck
from muslin.domain.catalog import Photo, Problem, Shoot
from muslin.domain.house.people import Right
from muslin.domain.house.standing import Standing
from muslin.domain.work import Job
from muslin.server.access import allow
from muslin.server.api.shapes import REFUSALS, Listed, PartDep
from muslin.server.studio import StudioDep

router = APIRouter(prefix="/api/v1", tags=["photos"], responses=REFUSALS)


class ShootPage(BaseModel):
    """A shoot, a part of its photos, and what did not become one."""

    shoot: Shoot
    photos: Listed[Photo]
    problems: list[Problem]


@router.get("/shoots")
@allow(Right.LOOK)
def shoots(studio: StudioDep, part: PartDep) -> Listed[Shoot]:
    """All shoots, oldest first."""
    return part.of(studio.shoots())


@router.get("/shoots/{name}")
@allow(Right.LOOK)
def shoot(studio: StudioDep, part: PartDep, name: str) -> ShootPage:
    """One shoot with its photos."""
    found, photos, problems = studio.shoot_of(name)
    return ShootPage(shoot=found, photos=part.of(photos), problems=problems)


@router.get("/shoots/{name}/files")
@allow(Right.WORK)
def received(studio: StudioDep, name: str) -> dict[str, int]:
    """What has arrived for a shoot: names and sizes in bytes."""
    return studio.received(name)


@router.put("/shoots/{name}/files/{file_name:path}", status_code=204)
@allow(Right.WORK)
async def receive(request: Request, studio: StudioDep, name: str, file_name: str) -> None:
    """Send one file as the body: a photo, a ZIP of photos, or captions."""
    with studio.receive(name, file_name) as incoming:
        async for chunk in request.stream():
            await run_in_threadpool(incoming.write, chunk)


@router.post("/shoots/{name}/import", status_code=202)
@allow(Right.WORK)
def take_in(studio: StudioDep, name: str) -> Job:
    """Import what has arrived and measure every photo; the same files twice are one job."""
    return studio.take_in(name)


@router.get("/shoots/{name}/check")
@allow(Right.LOOK)
def check(studio: StudioDep, name: str) -> ShootCheck:
    """Everything measured on a shoot, and what follows."""
    return studio.check_shoot(name)


@router.get("/profiles")
@allow(Right.LOOK)
def profiles(studio: StudioDep, part: PartDep) -> Listed[Standing]:
    """Where every profile stands, the one that changed last first."""
    return part.of(studio.standings())


@router.get("/profiles/{name}")
@allow(Right.LOOK)
def profile(studio: StudioDep, name: str) -> Standing:
    """Where one profile stands."""
    return studio.standing(name)
