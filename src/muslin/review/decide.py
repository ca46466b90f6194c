"""A named person decides on the photos that a validation report proposes."""

from __future__ import annotations

from collections.abc import Sequence

from muslin.domain.errors import GateClosed, InvalidRequest
from muslin.domain.fact import CheckpointId, ReviewId, fresh, now
from muslin.domain.findings import Verdict
from muslin.domain.judging import Decision, Review, ValidationReport
from muslin.domain.leaving import Override


def decide(
    report: ValidationReport,
    person: str,
    decision: Decision,
    reasons: Sequence[str] = (),
    overrides: Sequence[Override] = (),
) -> Review:
    """Write down what a person said about a report's picked checkpoint.

    Raises InvalidRequest for a nameless person or a rejection without a reason, and GateClosed
    for the approval of a report that did not pass: what was not proved cannot be signed off,
    unless somebody overrode the proof by name.
    """
    name, said = person.strip(), tuple(r.strip() for r in reasons if r.strip())
    if not name:
        raise InvalidRequest(
            "A decision needs a person's name.", hint="Say who decides, for example --as 'Ada'."
        )
    if decision is Decision.REJECTED and not said:
        raise InvalidRequest(
            "A rejection needs at least one reason.",
            hint="Say what is wrong with --reason; the next training can only learn from that.",
        )
    proved = report.verdict is Verdict.PASSED or _overridden(report, overrides)
    if decision is Decision.APPROVED and not proved:
        raise GateClosed(
            f"Report {report.id} is {report.verdict}, so nobody can approve it.",
            hint=f"{report.reason} Look at the report, mend the photos or the profile, run again.",
        )
    return Review(
        id=ReviewId(fresh("review")),
        report=report.id,
        checkpoint=_picked(report),
        person=name,
        decision=decision,
        reasons=said,
        at=now(),
    )


def _overridden(report: ValidationReport, overrides: Sequence[Override]) -> bool:
    return any(one.report == report.id and one.check == "proof" for one in overrides)


def _picked(report: ValidationReport) -> CheckpointId:
    if report.picked is None:
        raise InvalidRequest(
            f"Report {report.id} picked no checkpoint, so there is nothing to decide on.",
            hint="Train again with save_every not above steps, so that there is a checkpoint.",
        )
    return report.picked
