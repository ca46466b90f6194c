"""The geometry of the report's strip plots; the template draws them.

Positions are percent of a plot's width, so that one plot fits every screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from muslin.domain.judging import MetricValue
from muslin.validation.words import amount

BINS = 40
"""Dots in one bin of the width are stacked, so that none hides another."""
ROOM = 1.06
"""The axis ends this much beyond the largest value or limit."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One picture: `x` in percent from the left, `level` upwards from 0."""

    x: float
    level: int


@dataclass(frozen=True, slots=True)
class StripRow:
    """Whose values, where they lie, and the one value that is judged."""

    label: str
    dots: tuple[Dot, ...]
    value: str
    value_x: float | None
    stitches: tuple[bool, ...] = ()

    @property
    def levels(self) -> int:
        """Dots in the highest stack, at least one."""
        return 1 + max((dot.level for dot in self.dots), default=0)


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit line: where, what it says, and from where to where values are allowed."""

    x: float
    words: str


@dataclass(frozen=True, slots=True)
class Strip:
    """All rows of one metric on one axis from 0 to `end`."""

    rows: tuple[StripRow, ...]
    bounds: tuple[Bound, ...]
    allowed_from: float
    allowed_to: float
    end: str


def strip_of(sides: Sequence[tuple[str, MetricValue]]) -> Strip:
    """Place labelled distributions of one metric on one axis, with the limits of the last.

    A share becomes stitches, one per picture, the obeyed ones first, so that the seam is as long
    as the share. Negative values (a correlation can be) are drawn at 0.
    """
    judged = sides[-1][1]
    end = _axis_end([metric for _, metric in sides])
    bounds = tuple(
        Bound(_percent(bound, end), amount(bound, judged.unit))
        for bound in (judged.at_least, judged.at_most)
        if bound is not None
    )
    return Strip(
        rows=tuple(_row(label, metric, end) for label, metric in sides),
        bounds=bounds,
        allowed_from=0.0 if judged.at_least is None else _percent(judged.at_least, end),
        allowed_to=100.0 if judged.at_most is None else _percent(judged.at_most, end),
        end=amount(end, judged.unit),
    )


def _axis_end(metrics: Sequence[MetricValue]) -> float:
    if metrics[-1].unit in ("share", "correlation", "of 1"):
        return 1.0
    values = [v for m in metrics for v in m.values]
    bounds = [b for b in (metrics[-1].at_least, metrics[-1].at_most) if b is not None]
    shown = [b for b in bounds if not values or b <= 3 * max(values)]
    return max([*values, *shown], default=0.0) * ROOM or 1.0


def _row(label: str, metric: MetricValue, end: float) -> StripRow:
    share = metric.unit == "share"
    return StripRow(
        label=label,
        dots=() if share else _stacked([_percent(v, end) for v in metric.values]),
        value=amount(metric.value, metric.unit),
        value_x=None if metric.value is None else _percent(metric.value, end),
        stitches=tuple(sorted((v > 0 for v in metric.values), reverse=True)) if share else (),
    )


def _stacked(positions: Sequence[float]) -> tuple[Dot, ...]:
    heights: dict[int, int] = {}
    dots = []
    for x in sorted(positions):
        place = round(x * BINS / 100)
        dots.append(Dot(round(x, 2), heights.get(place, 0)))
        heights[place] = heights.get(place, 0) + 1
    return tuple(dots)


def _percent(value: float, end: float) -> float:
    return round(100 * min(max(value / end, 0.0), 1.0), 2)
