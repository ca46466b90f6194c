"""The gate between a proof and a release: every check must have passed."""

from __future__ import annotations

from collections.abc import Sequence

from muslin.domain.findings import Verdict, all_of
from muslin.domain.judging import Decision, Review, ValidationReport
from muslin.domain.leaving import GateCheck, GateDecision


def gate(report: ValidationReport, reviews: Sequence[Review]) -> GateDecision:
    """Whether a report's picked checkpoint may be released.

    `reviews` may hold those of other reports; only this report's count, and of them the latest.
    """
    latest = latest_review(report, reviews)
    checks = (_proof(report), _approval(latest), _same_checkpoint(report, latest))
    return GateDecision(checks=checks, verdict=all_of(check.verdict for check in checks))


def latest_review(report: ValidationReport, reviews: Sequence[Review]) -> Review | None:
    """The newest decision on a report; of two in one second, the one later in `reviews`."""
    on_it = [r for r in reviews if r.report == report.id]
    return sorted(on_it, key=lambda review: review.at)[-1] if on_it else None


def _proof(report: ValidationReport) -> GateCheck:
    return GateCheck(name="proof", verdict=report.verdict, words=report.reason)


def _approval(latest: Review | None) -> GateCheck:
    name = "approval"
    if latest is None:
        words = "Nobody has decided on this report yet."
        return GateCheck(name=name, verdict=Verdict.UNKNOWN, words=words)
    if not latest.person.strip():
        words = "The latest decision carries no name."
        return GateCheck(name=name, verdict=Verdict.UNKNOWN, words=words)
    said = f"{latest.person} {latest.decision} it on {latest.at:%Y-%m-%d %H:%M} UTC"
    words = f"{said}: {'; '.join(latest.reasons)}" if latest.reasons else f"{said}."
    approved = latest.decision is Decision.APPROVED
    return GateCheck(name=name, verdict=Verdict.PASSED if approved else Verdict.FAILED, words=words)


def _same_checkpoint(report: ValidationReport, latest: Review | None) -> GateCheck:
    name = "same_checkpoint"
    if latest is None or report.picked is None:
        words = "There is no pair of a picked and a reviewed checkpoint to compare."
        return GateCheck(name=name, verdict=Verdict.UNKNOWN, words=words)
    if latest.checkpoint != report.picked:
        words = f"The report picked {report.picked}, the decision is on {latest.checkpoint}."
        return GateCheck(name=name, verdict=Verdict.FAILED, words=words)
    words = f"The decision is on {report.picked}, which the report picked."
    return GateCheck(name=name, verdict=Verdict.PASSED, words=words)
