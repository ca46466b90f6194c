from __future__ import annotations

import math

import pytest

from muslin.domain.findings import Verdict, all_of
from muslin.validation.criteria import Criterion

BETWEEN = Criterion(metric="m", unit="u", at_least=1, at_most=2, min_samples=3, why="because")


@pytest.mark.parametrize(
    ("value", "samples", "verdict"),
    [
        (1.0, 3, Verdict.PASSED),
        (2.0, 3, Verdict.PASSED),
        (0.99, 3, Verdict.FAILED),
        (2.01, 3, Verdict.FAILED),
        (1.5, 2, Verdict.UNKNOWN),
        (None, 9, Verdict.UNKNOWN),
        (math.nan, 9, Verdict.UNKNOWN),
    ],
)
def test_a_value_passes_within_its_bounds_and_is_unknown_without_enough_samples(
    value: float | None, samples: int, verdict: Verdict
) -> None:
    assert BETWEEN.judge(value, samples) is verdict


def test_a_limit_that_could_not_be_drawn_judges_nothing() -> None:
    boundless = Criterion(metric="m", unit="u", min_samples=1, why="nothing to compare with")

    assert boundless.judge(1.0, 100) is Verdict.UNKNOWN


def test_a_judged_value_keeps_the_distribution_behind_it() -> None:
    judged = BETWEEN.applied(1.5, [1.0, 1.5, 2.0])

    assert (judged.samples, judged.values) == (3, (1.0, 1.5, 2.0))
    assert (judged.at_least, judged.at_most, judged.why) == (1, 2, "because")
    assert judged.verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("verdicts", "together"),
    [
        ([Verdict.PASSED, Verdict.PASSED], Verdict.PASSED),
        ([Verdict.PASSED, Verdict.UNKNOWN], Verdict.UNKNOWN),
        ([Verdict.UNKNOWN, Verdict.FAILED], Verdict.FAILED),
        ([], Verdict.UNKNOWN),
    ],
)
def test_one_unknown_keeps_the_whole_from_passing(
    verdicts: list[Verdict], together: Verdict
) -> None:
    assert all_of(verdicts) is together


def test_exactly_on_the_limit_passes_whatever_the_rounding() -> None:
    criterion = Criterion(metric="m", unit="share", at_least=0.8 * (20 / 24), min_samples=1, why="")

    assert criterion.judge(16 / 24, 24) is Verdict.PASSED
    assert criterion.judge(15 / 24, 24) is Verdict.FAILED
