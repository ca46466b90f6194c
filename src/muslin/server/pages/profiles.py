"""Profiles: each on its thread; and the first gate, its photos."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from muslin.domain.fact import JobId
from muslin.domain.house.people import Right
from muslin.domain.house.standing import GateName
from muslin.domain.work import Job, JobKind
from muslin.runtime.studio import Studio
from muslin.server.access import allow
from muslin.server.pages.home import next_step
from muslin.server.render import fragment, page
from muslin.server.studio import StudioDep

router = APIRouter(include_in_schema=False)


@router.get("/profiles")
@allow(Right.LOOK)
def profiles(request: Request, studio: StudioDep) -> Response:
    """Every profile, the one that changed last first."""
    standings = studio.standings()
    cards = [(s, studio.faces(s.name)) for s in standings]
    return page(request, "profiles.html.j2", standings=standings, cards=cards, next_step=next_step)


@router.get("/profiles/{name}")
@allow(Right.LOOK)
def profile(studio: StudioDep, name: str) -> Response:
    """A profile opens where it goes on."""
    standing = studio.standing(name)
    return RedirectResponse(f"/profiles/{name}/{standing.here.name}", 303)


@router.get("/profiles/{name}/photos")
@allow(Right.LOOK)
def photos(request: Request, studio: StudioDep, name: str) -> Response:
    """The photos, what is wrong with files that did not become one, and the work on them."""
    standing = studio.standing(name)
    shoot = studio.shoot_of(standing.shoot_name) if standing.shoot_name else None
    intake = _intake(studio, name)
    return page(
        request,
        "photos.html.j2",
        standing=standing,
        here=GateName.PHOTOS,
        photos=shoot[1] if shoot else [],
        problems=shoot[2] if shoot else [],
        job=intake,
    )


@router.post("/jobs/{job}/stop")
@allow(Right.WORK)
def stop(studio: StudioDep, job: str) -> Response:
    """Stop a job; what it kept stays."""
    studio.cancel_job(JobId(job))
    return Response(status_code=204, headers={"HX-Refresh": "true"})


@router.post("/jobs/{job}/resume")
@allow(Right.WORK)
def resume(studio: StudioDep, job: str) -> Response:
    """Go on from where a job stopped."""
    studio.resume_job(JobId(job))
    return Response(status_code=204, headers={"HX-Refresh": "true"})


@router.get("/jobs/{job}/log")
@allow(Right.WORK)
def log(request: Request, studio: StudioDep, job: str) -> Response:
    """The last lines that a job printed."""
    return fragment(request, "parts/log.html.j2", lines=studio.job_log(JobId(job)))


def _intake(studio: Studio, name: str) -> Job | None:
    jobs = [j for j in studio.jobs() if j.kind is JobKind.INTAKE and j.subject == name]
    return jobs[-1] if jobs else None
