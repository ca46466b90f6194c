"""Home: what needs you, and what is new."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from muslin.domain.house.people import Right
from muslin.domain.house.standing import GateName, Standing, Stitch
from muslin.server.access import allow
from muslin.server.render import page
from muslin.server.studio import StudioDep
from muslin.server.words import capital, title

router = APIRouter(include_in_schema=False)
MOST_CARDS = 6
MOST_PICTURES = 12
SMALL = ("nobody", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@router.get("/")
@allow(Right.LOOK)
def home(request: Request, studio: StudioDep) -> Response:
    """At most six cards and the newest pictures."""
    standings = studio.standings()
    waiting = [s for s in standings if s.waits_for_a_person]
    first = (waiting + [s for s in standings if not s.waits_for_a_person])[:MOST_CARDS]
    return page(
        request,
        "home.html.j2",
        standings=standings,
        sentence=capital(sentence_of(standings)),
        cards=[(s, studio.faces(s.name)) for s in first],
        newest=studio.generations()[:MOST_PICTURES],
        next_step=next_step,
    )


def sentence_of(standings: list[Standing]) -> str:
    """What needs somebody, in a sentence; the first in words, the others counted."""
    waiting = [s for s in standings if s.waits_for_a_person]
    if not waiting:
        working = [s for s in standings if s.job is not None]
        return (
            f"{title(working[0].name)} is {working[0].here.words}." if working else "All is done."
        )
    clauses = [clause_of(one) for one in waiting[:2]]
    if len(waiting) > 2:
        more = len(waiting) - 1
        said = SMALL[more] if more < len(SMALL) else str(more)
        clauses[1:] = [f"{said} more {'thing waits' if more == 1 else 'things wait'}"]
    return "; ".join(clauses) + "."


def clause_of(standing: Standing) -> str:
    """What one profile waits for."""
    name, here = title(standing.name), standing.here
    if here.stitch is Stitch.PIN:
        return {
            GateName.PROOF: f"{name} did not pass its proof",
            GateName.REVIEW: f"{name} was rejected",
        }.get(here.name, f"{name} broke off")
    return {
        GateName.PHOTOS: f"{name} waits for its photos",
        GateName.DATASET: f"the photos of {name} wait to be chosen",
        GateName.TRAINING: f"{name} is ready to learn",
        GateName.PROOF: f"{name} waits for its proof",
        GateName.REVIEW: f"{name} waits for your review",
        GateName.RELEASE: f"{name} is ready to be released",
    }[here.name]


def next_step(standing: Standing) -> str:
    """The one thing to do at the gate where a profile stands."""
    here = standing.here
    if here.stitch is Stitch.PIN:
        return {GateName.PROOF: "See what failed", GateName.REVIEW: "See why"}.get(
            here.name, "See what happened"
        )
    if standing.job is not None:
        return "Watch"
    return {
        GateName.PHOTOS: "Look at the photos",
        GateName.DATASET: "Choose the photos",
        GateName.TRAINING: "Start the training",
        GateName.PROOF: "Look at the proof",
        GateName.REVIEW: "Review the pictures",
        GateName.RELEASE: "Make pictures" if here.stitch is Stitch.STITCHED else "Release it",
    }[here.name]
