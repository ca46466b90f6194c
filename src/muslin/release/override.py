"""A named person lets one closed check pass; who, why and when stay on the record for ever."""

from __future__ import annotations

from muslin.domain.errors import GateClosed, InvalidRequest
from muslin.domain.fact import ReportId, now
from muslin.domain.findings import Verdict
from muslin.domain.leaving import GateDecision, Override
from muslin.release.gate import NEVER_OVERRIDDEN


def override(
    decision: GateDecision, report: ReportId, check: str, person: str, reason: str
) -> Override:
    """Write down that a check of a report's gate shall not hold its release back.

    Raises InvalidRequest without a person, a reason, or a check of that name that did not pass,
    and GateClosed for the checks that stand for a person's own yes.
    """
    name, why = person.strip(), reason.strip()
    if not name or not why:
        raise InvalidRequest(
            "An override needs a person's name and a reason.",
            hint="Say who with --as and why with --reason; both are shown with the release.",
        )
    if check in NEVER_OVERRIDDEN:
        raise GateClosed(
            f"The check {check!r} cannot be overridden.",
            hint=f"A person has to look and say yes: muslin reviews approve {report} --as NAME.",
        )
    held = {one.name: one.verdict for one in decision.closed}
    if held.get(check, Verdict.PASSED) is Verdict.PASSED:
        closed = ", ".join(one for one in held if one not in NEVER_OVERRIDDEN) or "none"
        raise InvalidRequest(
            f"No check {check!r} holds report {report} back.",
            hint=f"Checks that can be overridden: {closed}.",
        )
    return Override(
        report=report, check=check, verdict=held[check], person=name, reason=why, at=now()
    )
