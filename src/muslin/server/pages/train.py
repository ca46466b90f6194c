"""Train: what it shall learn, what that will take, and then the run as it goes."""

from __future__ import annotations

from typing import Annotated, get_args

from fastapi import APIRouter, Form, Query, Request
from pydantic import BeforeValidator, Field
from starlette.responses import Response

from muslin.domain.errors import InvalidRequest
from muslin.domain.house.people import Right
from muslin.domain.house.standing import GateName
from muslin.domain.profile import Profile
from muslin.runtime.profiles import choose_profile
from muslin.server.access import allow
from muslin.server.pages.progress import Course, course_of
from muslin.server.pages.proof import film_of
from muslin.server.render import fragment, page
from muslin.server.studio import StudioDep
from muslin.training.presets import PRESETS, Preset

router = APIRouter(include_in_schema=False)
PRESET_WORDS: dict[Preset | str, tuple[str, str]] = {
    "balanced": ("Balanced", "Light, colour and garments together. The one to begin with."),
    "look": ("Look", "Light, colour and finish alone; no garment is learnt by heart."),
    "product": ("Product", "Garments as they are: the cloth weighs more than what is around it."),
    "identity": ("Identity", "One house model, the same in every picture. Takes twice as long."),
    "everything": ("Everything", "Every weight of the network. The most that can be learnt."),
}
Steps = Annotated[
    Annotated[int, Field(ge=1, le=100_000)] | None, BeforeValidator(lambda said: said or None)
]
"""An empty field of a form means: as the preset says."""


@router.get("/profiles/{name}/training")
@allow(Right.LOOK)
def training(request: Request, studio: StudioDep, name: str) -> Response:
    """The form, or the run that came of it."""
    standing = studio.standing(name)
    course: Course | None = course_of(studio, standing.run) if standing.run else None
    report = studio.report(standing.report) if standing.report else None
    return page(
        request,
        "train.html.j2",
        standing=standing,
        here=GateName.TRAINING,
        course=course,
        presets=PRESET_WORDS,
        dataset=studio.dataset(standing.dataset) if standing.dataset else None,
        steps=choose_profile(None, None, None).steps,
        report=report,
        films=film_of(report) if report else [],
        profile=studio.run_of(standing.run).profile if standing.run else None,
    )


@router.get("/profiles/{name}/plan")
@allow(Right.WORK)
def plan(
    request: Request,
    studio: StudioDep,
    name: str,
    preset: str = "balanced",
    steps: Annotated[Steps, Query()] = None,
) -> Response:
    """What a training would take on this machine, from a few timed steps."""
    dataset = studio.standing(name).dataset
    if dataset is None:
        raise InvalidRequest("No photos are frozen yet.", hint="Choose them on the light table.")
    planned = studio.plan(dataset, profile_of(preset, steps))
    return fragment(request, "parts/plan.html.j2", plan=planned)


@router.post("/profiles/{name}/training")
@allow(Right.WORK)
def start(
    studio: StudioDep,
    name: str,
    preset: Annotated[str, Form()] = "balanced",
    steps: Annotated[Steps, Form()] = None,
) -> Response:
    """Queue the training; its proof follows by itself."""
    dataset = studio.standing(name).dataset
    if dataset is None:
        raise InvalidRequest("No photos are frozen yet.", hint="Choose them on the light table.")
    studio.start_run(name, dataset, profile_of(preset, steps))
    return Response(status_code=204, headers={"HX-Redirect": f"/profiles/{name}/training"})


def profile_of(preset: str, steps: int | None) -> Profile:
    """The profile that a card stands for."""
    known = None if preset == "balanced" else preset
    if known is not None and known not in get_args(Preset):
        raise InvalidRequest(
            f"There is no preset {preset!r}.", hint=f"Presets are: {', '.join(PRESETS)}."
        )
    return choose_profile(None, steps, None, known)
