"""The brand's own rules, held against what was measured and what people answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from muslin.domain.judging import MetricValue, QuestionTally, ValidationReport
from muslin.domain.leaving import GateCheck
from muslin.domain.proving.rules import HumanRule, Limit, MachineRule, Rules


def machine_checks(rules: Rules, report: ValidationReport) -> Iterator[GateCheck]:
    """One check for every machine rule, on the checkpoint that the report picked.

    A metric that the report does not hold is unknown, and so blocks.
    """
    picked = report.tuned
    known = {m.name: m for m in (*picked.measured, *picked.metrics)} if picked else {}
    for rule in rules.machine:
        yield _machine_check(rule, known.get(rule.metric))


def human_checks(rules: Rules, tallies: Sequence[QuestionTally]) -> Iterator[GateCheck]:
    """One check for every question; unanswered, or answered too seldom, is unknown."""
    answers = {tally.question: tally for tally in tallies}
    for rule in rules.human:
        nothing = QuestionTally(question=rule.name, yes=0, answered=0)
        yield _human_check(rule, answers.get(rule.name, nothing))


def _machine_check(rule: MachineRule, found: MetricValue | None) -> GateCheck:
    value, samples = (found.value, found.samples) if found else (None, 0)
    if value is None:
        measured = f"was not measured: {found.why}" if found else "is not in this report"
    else:
        measured = f"is {value:.3g} {found.unit if found else ''}".rstrip()
        measured += f" over {samples} pictures"
    words = f"{rule.metric} {measured}; it must be {bounds_of(rule)}. {rule.why}"
    return GateCheck(name=rule.metric, verdict=rule.judge(value, samples), words=words)


def _human_check(rule: HumanRule, found: QuestionTally) -> GateCheck:
    share = found.yes / found.answered if found.answered else None
    limit = Limit(
        metric=rule.name, at_least=rule.at_least, min_samples=rule.min_samples, why=rule.question
    )
    words = (
        f"{rule.question} Yes for {found.yes} of {found.answered} pictures; at least "
        f"{100 * rule.at_least:.0f} % of at least {rule.min_samples} must have a yes."
    )
    return GateCheck(name=rule.name, verdict=limit.judge(share, found.answered), words=words)


def bounds_of(limit: Limit) -> str:
    """`at least 0.8 and at most 1`, over how many pictures."""
    said = [
        f"{word} {bound:g}"
        for word, bound in (("at least", limit.at_least), ("at most", limit.at_most))
        if bound is not None
    ]
    return f"{' and '.join(said)} over {limit.min_samples} pictures or more"
