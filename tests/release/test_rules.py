"""A brand's non-negotiables in the gate: unknown blocks, and only a name lets it pass."""

from __future__ import annotations

import pytest

from muslin.domain.errors import GateClosed, InvalidRequest
from muslin.domain.findings import Verdict
from muslin.domain.judging import QuestionTally
from muslin.domain.leaving import GateDecision
from muslin.domain.proving.rules import Rules
from muslin.release.gate import Standing, gate
from muslin.release.override import override
from muslin.release.registry import make_release
from tests.release.files import BOTH, COLOUR, HANDS, a_measured_report, a_metric
from tests.release.reports import a_review

GOOD = a_measured_report(a_metric(0.95))


def a_tally(yes: int, answered: int) -> QuestionTally:
    return QuestionTally(question="hands", yes=yes, answered=answered)


@pytest.mark.parametrize(
    ("value", "samples", "verdict"),
    [
        (0.9, 12, Verdict.PASSED),
        (0.89, 24, Verdict.FAILED),
        (0.95, 11, Verdict.UNKNOWN),
        (None, 0, Verdict.UNKNOWN),
    ],
)
def test_a_machine_rule_needs_its_limit_and_enough_pictures(
    value: float | None, samples: int, verdict: Verdict
) -> None:
    report = a_measured_report(a_metric(value, samples))

    decision = gate(report, [a_review()], Standing(Rules(machine=(COLOUR,))))

    found = {check.name: check.verdict for check in decision.checks}
    assert found["colour_obedience"] is decision.verdict is verdict


def test_a_rule_on_what_nobody_measured_blocks_and_says_its_reason() -> None:
    decision = gate(a_measured_report(), [a_review()], Standing(Rules(machine=(COLOUR,))))

    (held,) = decision.closed
    assert held.verdict is Verdict.UNKNOWN
    assert "is not in this report" in held.words
    assert COLOUR.why in held.words


@pytest.mark.parametrize(
    ("tallies", "verdict"),
    [
        ((), Verdict.UNKNOWN),
        ((a_tally(9, 9),), Verdict.UNKNOWN),
        ((a_tally(9, 10),), Verdict.PASSED),
        ((a_tally(8, 10),), Verdict.FAILED),
    ],
)
def test_a_question_for_people_needs_enough_answers_and_enough_yeses(
    tallies: tuple[QuestionTally, ...], verdict: Verdict
) -> None:
    standing = Standing(Rules(human=(HANDS,)), tallies)

    decision = gate(GOOD, [a_review()], standing)

    assert {c.name: c.verdict for c in decision.checks}["hands"] is verdict


def refused() -> GateDecision:
    return gate(GOOD, [a_review()], Standing(BOTH))


def test_an_override_opens_the_way_and_the_release_shows_it_for_ever() -> None:
    said = override(refused(), GOOD.id, "hands", " Ada ", " No hands in flat lays. ")

    release = make_release(GOOD, [a_review()], "starter", Standing(BOTH, overrides=(said,)))

    assert release.gate.overrides == (said,)
    assert (said.person, said.reason, said.verdict) == (
        "Ada",
        "No hands in flat lays.",
        Verdict.UNKNOWN,
    )
    assert release.gate.verdict is Verdict.UNKNOWN  # it does not turn into a pass


def test_without_the_override_the_release_is_refused_naming_the_rule() -> None:
    with pytest.raises(GateClosed, match=r"\[hands\] Hands touch the product naturally"):
        make_release(GOOD, [a_review()], "starter", Standing(BOTH))


def test_an_override_of_another_report_counts_for_nothing() -> None:
    said = override(refused(), GOOD.id, "hands", "Ada", "flat lays")
    other = GOOD.model_copy(update={"id": "report-2"})

    decision = gate(other, [a_review(report="report-2")], Standing(BOTH, overrides=(said,)))

    assert [check.name for check in decision.closed] == ["hands"]


@pytest.mark.parametrize(("person", "reason"), [("", "because"), ("Ada", "  ")])
def test_nobody_overrides_without_a_name_and_a_reason(person: str, reason: str) -> None:
    with pytest.raises(InvalidRequest, match="name and a reason"):
        override(refused(), GOOD.id, "hands", person, reason)


def test_only_a_check_that_holds_something_back_can_be_overridden() -> None:
    with pytest.raises(InvalidRequest, match="holds report") as refusal:
        override(refused(), GOOD.id, "colour_obedience", "Ada", "because")

    assert "hands" in refusal.value.hint


@pytest.mark.parametrize("check", ["approval", "same_checkpoint"])
def test_a_persons_own_yes_can_never_be_overridden(check: str) -> None:
    with pytest.raises(GateClosed, match="cannot be overridden"):
        override(gate(GOOD, []), GOOD.id, check, "Ada", "in a hurry")


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="more than one rule is called hands"):
        Rules(human=(HANDS, HANDS))


def test_a_machine_rule_without_a_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="at_least, at_most or both"):
        type(COLOUR)(metric="copies", min_samples=1, why="because")
