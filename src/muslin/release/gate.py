"""The gate between a proof and a release: every check must have passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from muslin.domain.findings import Verdict, all_of
from muslin.domain.judging import Decision, QuestionTally, Review, ValidationReport
from muslin.domain.leaving import GateCheck, GateDecision, Override
from muslin.domain.proving.rules import NO_RULES, Rules
from muslin.release.rules import human_checks, machine_checks

NEVER_OVERRIDDEN = ("approval", "same_checkpoint")
"""A release without a named person's yes to that very checkpoint is none."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the brand asks beyond the proof, what people answered, and what was excused by name."""

    rules: Rules = NO_RULES
    tallies: tuple[QuestionTally, ...] = ()
    overrides: tuple[Override, ...] = ()
    earlier: tuple[GateCheck, ...] = ()  # of the gates before the proof


NOTHING_MORE = Standing()


def gate(
    report: ValidationReport, reviews: Sequence[Review], standing: Standing = NOTHING_MORE
) -> GateDecision:
    """Whether a report's picked checkpoint may be released.

    `reviews` and overrides may hold those of other reports; only this report's count, and of the
    reviews the latest. An override leaves the verdict as it is and opens the way all the same.
    """
    latest = latest_review(report, reviews)
    checks = (
        *standing.earlier,
        _proof(report),
        *machine_checks(standing.rules, report),
        *human_checks(standing.rules, standing.tallies),
        _approval(latest),
        _same_checkpoint(report, latest),
    )
    return GateDecision(
        checks=checks,
        verdict=all_of(check.verdict for check in checks),
        overrides=tuple(
            one
            for one in standing.overrides
            if one.report == report.id and one.check not in NEVER_OVERRIDDEN
        ),
    )


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
