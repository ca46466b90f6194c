from __future__ import annotations

import pytest

from muslin.domain.findings import Verdict
from muslin.domain.judging import Decision, Review
from muslin.release.gate import gate
from tests.release.reports import a_report, a_review


def verdicts(*reviews: Review, report: Verdict = Verdict.PASSED) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in gate(a_report(report), reviews).checks}


def test_a_passed_proof_that_a_person_approved_opens_the_gate() -> None:
    decision = gate(a_report(), [a_review()])

    assert decision.verdict is Verdict.PASSED
    assert "Ada approved it on 2026-11-23 12:00 UTC." in [c.words for c in decision.checks]


def test_without_a_decision_the_gate_is_unknown_and_so_closed() -> None:
    assert gate(a_report(), []).verdict is Verdict.UNKNOWN
    assert verdicts()["approval"] is Verdict.UNKNOWN


@pytest.mark.parametrize("proof", [Verdict.FAILED, Verdict.UNKNOWN])
def test_no_approval_opens_the_gate_for_what_was_not_proved(proof: Verdict) -> None:
    assert gate(a_report(proof), [a_review()]).verdict is proof


def test_the_latest_decision_counts_in_whatever_order_they_come() -> None:
    approved = a_review(minutes=0)
    rejected = a_review(Decision.REJECTED, minutes=5, person="Bo")

    assert verdicts(rejected, approved)["approval"] is Verdict.FAILED
    assert verdicts(rejected, a_review(minutes=9))["approval"] is Verdict.PASSED


def test_of_two_decisions_in_one_second_the_later_written_counts() -> None:
    assert verdicts(a_review(), a_review(Decision.REJECTED))["approval"] is Verdict.FAILED


def test_the_approval_of_another_report_counts_for_nothing() -> None:
    assert verdicts(a_review(report="report-2"))["approval"] is Verdict.UNKNOWN


def test_an_approval_without_a_name_is_none() -> None:
    assert verdicts(a_review(person=" "))["approval"] is Verdict.UNKNOWN


def test_approving_another_checkpoint_than_the_picked_one_closes_the_gate() -> None:
    assert verdicts(a_review(checkpoint="checkpoint-9"))["same_checkpoint"] is Verdict.FAILED
