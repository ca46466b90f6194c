"""Limits that a measured value must keep; unknown is an answer, and it blocks."""

from __future__ import annotations

import math
from collections.abc import Iterable

from muslin.domain.fact import Fact
from muslin.domain.findings import Verdict
from muslin.domain.judging import MetricValue

ROUNDING = 1e-9
"""16 of 24 is exactly four fifths of 20 of 24, yet as floats it is the smaller of the two."""


class Criterion(Fact):
    """Bounds on one metric, and the fewest samples that make its value count.

    A criterion without any bound has nothing to judge by: a limit that is relative to something
    that was itself not measured is such a one.
    """

    metric: str
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    min_samples: int
    why: str

    def judge(self, value: float | None, samples: int) -> Verdict:
        """No bound, no value, NaN or too few samples is UNKNOWN, never a silent pass."""
        if self.at_least is None and self.at_most is None:
            return Verdict.UNKNOWN
        if value is None or math.isnan(value) or samples < self.min_samples:
            return Verdict.UNKNOWN
        low = self.at_least is not None and value < self.at_least - ROUNDING
        high = self.at_most is not None and value > self.at_most + ROUNDING
        return Verdict.FAILED if low or high else Verdict.PASSED

    def applied(self, value: float | None, values: Iterable[float]) -> MetricValue:
        """The metric's value beside its limits; `values` is the distribution it came from."""
        distribution = tuple(values)
        return MetricValue(
            name=self.metric,
            value=value,
            unit=self.unit,
            samples=len(distribution),
            at_most=self.at_most,
            at_least=self.at_least,
            verdict=self.judge(value, len(distribution)),
            why=self.why,
            values=distribution,
        )
