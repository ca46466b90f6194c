"""Proof: the verdict in one line, the worst pictures first, every value beside its limit."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from muslin.domain.house.people import Right
from muslin.domain.house.standing import GateName
from muslin.domain.judging import CheckpointProof, MetricValue, ProbePicture, ValidationReport
from muslin.domain.work import JobKind
from muslin.server.access import allow
from muslin.server.pages.progress import Course, course_of
from muslin.server.render import page
from muslin.server.studio import StudioDep
from muslin.validation.metrics import backdrop, copies
from muslin.validation.page import worst
from muslin.validation.page_parts.strips import Strip, strip_of
from muslin.validation.pick import metric
from muslin.validation.words import METRICS, MetricWords, amount, faults

router = APIRouter(include_in_schema=False)
WORST = 6
FILMS = 2


@dataclass(frozen=True, slots=True)
class Case:
    """One probe as the base and the tuned network drew it, and what is wrong with the second."""

    prompt: str
    base: ProbePicture
    tuned: ProbePicture
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric with its words and its plot."""

    words: MetricWords
    metric: MetricValue
    value: str
    strip: Strip


@router.get("/profiles/{name}/proof")
@allow(Right.LOOK)
def proof(request: Request, studio: StudioDep, name: str) -> Response:
    """What was measured on the newest training."""
    standing = studio.standing(name)
    report = studio.report(standing.report) if standing.report else None
    course: Course | None = course_of(studio, standing.run) if standing.run else None
    proving = course is not None and course.job is not None and course.job.kind is JobKind.VALIDATE
    return page(
        request,
        "proof.html.j2",
        standing=standing,
        here=GateName.PROOF,
        report=report,
        course=course if proving else None,
        cases=cases_of(report, WORST) if report else [],
        measured=measured_of(report) if report else [],
        tuned=tuned_of(report) if report else None,
        amount=amount,
    )


def tuned_of(report: ValidationReport) -> CheckpointProof:
    """The picked checkpoint's proof; where none was picked, the last one's."""
    picked = [c for c in report.checkpoints if c.checkpoint == report.picked]
    return picked[0] if picked else report.checkpoints[-1]


def cases_of(report: ValidationReport, count: int | None = None) -> list[Case]:
    """The tuned pictures, worst first, each beside the base's."""
    tuned = tuned_of(report)
    limits = metric(tuned, backdrop.NAME).at_most, metric(tuned, copies.NAME).at_most
    places = worst(tuned, len(tuned.pictures) if count is None else count)
    return [
        Case(
            prompt=tuned.pictures[place].probe.prompt,
            base=report.base.pictures[place],
            tuned=tuned.pictures[place],
            faults=tuple(words for _, words in faults(tuned.pictures[place], *limits)),
        )
        for place in places
    ]


def measured_of(report: ValidationReport) -> list[Measured]:
    """Every metric of the tuned network beside the base's and the brand's own."""
    own = {m.name: m for m in report.brand}
    found = []
    for one in tuned_of(report).metrics:
        sides = [("Base", metric(report.base, one.name)), ("Tuned", one)]
        if one.name in own:
            sides.insert(0, ("Brand", own[one.name]))
        words = METRICS.get(one.name, MetricWords(one.name.capitalize(), ""))
        found.append(Measured(words, one, amount(one.value, one.unit), strip_of(sides)))
    return found


def film_of(report: ValidationReport) -> list[list[tuple[str, bool, ProbePicture]]]:
    """A few probes as the base and every checkpoint drew them: how the look came about."""
    columns = [("Untuned", False, report.base)]
    columns += [(f"{c.step} steps", c.checkpoint == report.picked, c) for c in report.checkpoints]
    count = len(report.base.pictures)
    places = range(0, count, max(1, count // FILMS))
    return [[(words, picked, c.pictures[p]) for words, picked, c in columns] for p in places][
        :FILMS
    ]
