from __future__ import annotations

import pytest

from muslin.domain.errors import GateClosed, InvalidRequest
from muslin.domain.findings import Verdict
from muslin.domain.judging import Decision
from muslin.review.decide import decide
from tests.release.reports import a_report


def test_a_named_person_approves_the_picked_checkpoint() -> None:
    review = decide(a_report(), " Ada ", Decision.APPROVED)

    assert (review.person, review.checkpoint, review.report) == ("Ada", "checkpoint-1", "report-1")


@pytest.mark.parametrize("person", ["", "   "])
def test_nobody_cannot_decide(person: str) -> None:
    with pytest.raises(InvalidRequest, match="name"):
        decide(a_report(), person, Decision.APPROVED)


@pytest.mark.parametrize("reasons", [[], ["  "]])
def test_a_rejection_says_why(reasons: list[str]) -> None:
    with pytest.raises(InvalidRequest, match="reason"):
        decide(a_report(), "Ada", Decision.REJECTED, reasons)

    assert decide(a_report(), "Ada", Decision.REJECTED, [" too dark "]).reasons == ("too dark",)


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.UNKNOWN])
def test_what_was_not_proved_cannot_be_signed_off_but_can_be_rejected(verdict: Verdict) -> None:
    with pytest.raises(GateClosed, match=f"is {verdict}"):
        decide(a_report(verdict), "Ada", Decision.APPROVED)

    assert decide(a_report(verdict), "Ada", Decision.REJECTED, ["no"]).checkpoint == "checkpoint-1"


def test_a_report_that_picked_nothing_has_nothing_to_decide_on() -> None:
    with pytest.raises(InvalidRequest, match="no checkpoint"):
        decide(a_report(Verdict.UNKNOWN, picked=None), "Ada", Decision.REJECTED, ["no"])
