"""Library: every finished picture, found by words, and where each comes from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from muslin.domain.house.people import Right
from muslin.server.access import allow
from muslin.server.render import page
from muslin.server.studio import StudioDep

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 60


@router.get("/library")
@allow(Right.LOOK)
def library(
    request: Request,
    studio: StudioDep,
    words: Annotated[str, Query(max_length=200)] = "",
    release: str = "",
    start: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Pictures, newest first."""
    found = studio.generations(words, release or None)
    return page(
        request,
        "library.html.j2",
        pictures=found[start : start + ON_A_PAGE],
        total=len(found),
        start=start,
        on_a_page=ON_A_PAGE,
        words=words,
        release=release,
        releases={r.id: r for r in studio.releases()},
    )


@router.get("/library/{generation}")
@allow(Right.LOOK)
def one(request: Request, studio: StudioDep, generation: str) -> Response:
    """One picture with its lineage back to the photos."""
    found = studio.generation(generation)
    release = studio.release_of(found.release) if found.release else None
    run = studio.run_of(release.run) if release else None
    return page(
        request,
        "picture.html.j2",
        one=found,
        release=release,
        run=run,
        dataset=studio.dataset(run.dataset) if run else None,
        reviews=studio.reviews(release.report) if release else [],
    )
