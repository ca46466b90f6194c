"""Release: what is live, on which evidence, and the way back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from muslin.domain.fact import ReportId
from muslin.domain.house.people import Right
from muslin.domain.house.standing import GateName
from muslin.domain.leaving import Alias, Release
from muslin.release.gate import gate
from muslin.server.access import allow
from muslin.server.render import fragment, page
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(include_in_schema=False)
CHECK_WORDS = {
    "proof": "The proof",
    "approval": "A person’s yes",
    "same_checkpoint": "Both of the same",
}


@router.get("/profiles/{name}/release")
@allow(Right.LOOK)
def release(request: Request, studio: StudioDep, name: str) -> Response:
    """What is live, what could be, and everything that was."""
    standing = studio.standing(name)
    made = {r.id: r for r in studio.releases() if r.name == name}
    aliases = studio.aliases(name)
    report = studio.report(standing.report) if standing.report else None
    mine = [r for r in made.values() if report and r.report == report.id]
    current = next(reversed(mine), None)
    decided = gate(report, studio.reviews(report.id)) if report else None
    live = made.get(aliases[Alias.LIVE]) if Alias.LIVE in aliases else None
    return page(
        request,
        "release.html.j2",
        standing=standing,
        here=GateName.RELEASE,
        live=live,
        live_review=_signed(studio, live),
        previous=made.get(aliases[Alias.PREVIOUS]) if Alias.PREVIOUS in aliases else None,
        releases=sorted(made.values(), key=lambda r: r.created_at, reverse=True),
        current=current,
        gate=decided,
        moves=studio.moves(name)[::-1],
        aliases={id: alias for alias, id in aliases.items()},
        check_words=CHECK_WORDS,
        pictures=studio.affected_by(live.id) if live else [],
    )


@router.post("/profiles/{name}/release")
@allow(Right.RELEASE)
def make(studio: StudioDep, name: str, report: Annotated[str, Form()]) -> Response:
    """Make what was picked and approved live, if serving draws what was proved."""
    studio.check_parity(report)
    studio.release(report)
    return _there(name)


@router.post("/profiles/{name}/promote")
@allow(Right.RELEASE)
def promote(
    studio: StudioDep, caller: CallerDep, name: str, release: Annotated[str, Form()]
) -> Response:
    """Make another release live."""
    studio.promote(release, Alias.LIVE, by=caller.name)
    return _there(name)


@router.get("/profiles/{name}/rollback")
@allow(Right.LOOK)
def affected(request: Request, studio: StudioDep, name: str) -> Response:
    """The pictures that were made with what is live, before anything is taken back."""
    aliases = studio.aliases(name)
    return fragment(
        request,
        "parts/rollback.html.j2",
        name=name,
        pictures=studio.affected_by(aliases[Alias.LIVE]) if Alias.LIVE in aliases else [],
    )


@router.post("/profiles/{name}/rollback")
@allow(Right.RELEASE)
def roll_back(studio: StudioDep, caller: CallerDep, name: str) -> Response:
    """Make the previous release live again."""
    studio.roll_back(name, by=caller.name)
    return _there(name)


def _there(name: str) -> Response:
    return Response(status_code=204, headers={"HX-Redirect": f"/profiles/{name}/release"})


def _signed(studio: StudioDep, live: Release | None) -> str:
    """Who approved what is live."""
    reviews = studio.reviews(ReportId(live.report)) if live else []
    return next((r.person for r in reviews if live and r.id == live.review), "")
