"""Serving must draw what was proved, to the rounding."""

from __future__ import annotations

import numpy as np
import pytest

from muslin.domain.fact import CheckpointId, ReportId
from muslin.domain.findings import Verdict
from muslin.validation.parity import AT_MOST, difference, parity_of
from tests.release.reports import NOON

FLAT = np.full((40, 50, 3), 100, np.uint8)


def test_the_difference_is_what_99_of_100_values_stay_within() -> None:
    one_level, edges = FLAT + np.uint8(1), FLAT.copy()
    edges[0, :5] = 255  # 5 of 2,000 pixels

    assert difference(FLAT, FLAT) == 0
    assert difference(FLAT, one_level) == 1
    assert difference(FLAT, edges) == 0
    assert difference(FLAT, FLAT[:, :-1]) == float("inf")


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        ((0.0, AT_MOST), Verdict.PASSED),
        ((0.0, AT_MOST + 0.1), Verdict.FAILED),
        ((), Verdict.UNKNOWN),
    ],
)
def test_one_picture_beyond_the_limit_blocks(
    differences: tuple[float, ...], verdict: Verdict
) -> None:
    found = parity_of(ReportId("report-1"), CheckpointId("c"), (), differences, NOON)

    assert found.verdict is verdict
