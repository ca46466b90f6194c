from __future__ import annotations

import pytest

from muslin.domain.errors import GateClosed, InvalidRequest, NotFound
from muslin.domain.fact import ReleaseId
from muslin.domain.findings import Verdict
from muslin.domain.judging import Decision
from muslin.domain.leaving import Alias
from muslin.release.registry import make_release, promote, roll_back
from tests.release.reports import a_report, a_review

SPRING, SUMMER, AUTUMN = (ReleaseId(f"release-{n}") for n in ("spring", "summer", "autumn"))


def test_a_release_keeps_what_it_stands_on() -> None:
    review = a_review()

    release = make_release(a_report(), [review], base="starter")

    assert (release.name, release.checkpoint, release.base) == (
        "knitwear",
        "checkpoint-1",
        "starter",
    )
    assert (release.report, release.review) == ("report-1", review.id)
    assert release.gate.verdict is Verdict.PASSED


def test_nothing_is_released_without_a_decision_and_the_hint_says_how_to_decide() -> None:
    with pytest.raises(GateClosed, match="Nobody has decided") as refusal:
        make_release(a_report(), [], base="starter")

    assert "muslin reviews approve report-1" in refusal.value.hint


def test_a_rejection_closes_the_gate_with_its_reasons() -> None:
    with pytest.raises(GateClosed, match="sleeves are too long"):
        make_release(a_report(), [a_review(Decision.REJECTED)], base="starter")


def test_the_way_out_of_a_failed_proof_is_not_another_approval() -> None:
    with pytest.raises(GateClosed) as refusal:
        make_release(a_report(Verdict.FAILED), [a_review()], base="starter")

    assert "approve" not in refusal.value.hint


def test_what_was_live_becomes_previous() -> None:
    assert promote({}, SPRING, Alias.LIVE) == {Alias.LIVE: SPRING}
    after = promote({Alias.LIVE: SPRING, Alias.CANDIDATE: SUMMER}, SUMMER, Alias.LIVE)
    assert after == {Alias.LIVE: SUMMER, Alias.PREVIOUS: SPRING, Alias.CANDIDATE: SUMMER}


def test_promoting_what_is_live_already_keeps_what_was_before() -> None:
    aliases = {Alias.LIVE: SUMMER, Alias.PREVIOUS: SPRING}

    assert promote(aliases, SUMMER, Alias.LIVE) == aliases


def test_a_candidate_does_not_touch_what_is_live() -> None:
    after = promote({Alias.LIVE: SPRING}, AUTUMN, Alias.CANDIDATE)

    assert after == {Alias.LIVE: SPRING, Alias.CANDIDATE: AUTUMN}


def test_previous_follows_from_what_was_live_and_cannot_be_set() -> None:
    with pytest.raises(InvalidRequest, match="previous"):
        promote({}, SPRING, Alias.PREVIOUS)


def test_rolling_back_brings_the_previous_release_and_twice_undoes_it() -> None:
    aliases = {Alias.LIVE: SUMMER, Alias.PREVIOUS: SPRING}

    after = roll_back(aliases)

    assert after == {Alias.LIVE: SPRING, Alias.PREVIOUS: SUMMER}
    assert roll_back(after) == aliases


def test_without_a_previous_release_there_is_no_way_back() -> None:
    with pytest.raises(NotFound, match="no previous release"):
        roll_back({Alias.LIVE: SPRING})


def test_when_nothing_is_live_rolling_back_leaves_nothing_to_go_back_to() -> None:
    assert roll_back({Alias.PREVIOUS: SPRING}) == {Alias.LIVE: SPRING}
