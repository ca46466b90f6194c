"""Review: one picture large, a yes or a no, and the reasons in words."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from muslin.domain.errors import NotFound
from muslin.domain.fact import ReportId
from muslin.domain.house.people import Right, Role
from muslin.domain.house.standing import GateName
from muslin.domain.judging import Decision
from muslin.server.access import allow
from muslin.server.pages.proof import cases_of
from muslin.server.render import page
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(include_in_schema=False)
REASONS = (
    "Wrong colour",
    "Wrong garment",
    "Shape or fit is off",
    "Cloth looks wrong",
    "Logo or print is off",
    "Backdrop is not ours",
    "Light is not ours",
    "Blurred or noisy",
    "Too much like a photo",
)
"""What a person says most often; on the keys 1 to 9."""


@router.get("/profiles/{name}/review")
@allow(Right.LOOK)
def of_profile(request: Request, studio: StudioDep, name: str) -> Response:
    """The review of a profile's newest proof."""
    standing = studio.standing(name)
    if standing.report is not None:
        return RedirectResponse(f"/reviews/{standing.report}", 303)
    return page(request, "review-none.html.j2", standing=standing, here=GateName.REVIEW)


@router.get("/reviews/{report}")
@allow(Right.JUDGE, queue="report")
def review(request: Request, studio: StudioDep, caller: CallerDep, report: str) -> Response:
    """All tuned pictures of a proof, one by one."""
    found = studio.report(report)
    if found.id != report:
        raise NotFound(f"There is no report {report!r}.", hint="Open the review from its profile.")
    guest = caller.role is Role.GUEST
    return page(
        request,
        "review.html.j2",
        report=found,
        cases=cases_of(found),
        reasons=REASONS,
        decisions=studio.reviews(ReportId(report)),
        standing=None if guest else studio.standing(found.name),
        here=GateName.REVIEW,
    )


@router.post("/reviews/{report}")
@allow(Right.JUDGE, queue="report")
def decide(
    studio: StudioDep,
    caller: CallerDep,
    report: str,
    decision: Annotated[Decision, Form()],
    reason: Annotated[tuple[str, ...], Form()] = (),
) -> Response:
    """Write down what was decided, in the name of whoever is signed in."""
    found = studio.report(report)
    studio.review(found.id, caller.name, decision, reason)
    to = f"/reviews/{report}"
    if caller.role is not Role.GUEST and decision is Decision.APPROVED:
        to = f"/profiles/{found.name}/release"
    return Response(status_code=204, headers={"HX-Redirect": to})
