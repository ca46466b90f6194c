"""Limits that a measured value must keep; unknown is an answer, and it blocks."""

from __future__ import annotations

from collections.abc import Iterable

from muslin.domain.judging import MetricValue
from muslin.domain.proving.rules import Limit


class Criterion(Limit):
    """A limit with the unit of its metric; without a bound it judges UNKNOWN."""

    unit: str

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
