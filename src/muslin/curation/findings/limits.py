"""Where a limit comes from: fixed by what is usable at all, or by the shoot's own photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

OUTLIER = 3.5
"""Robust standard deviations from the median beyond which a value is an outlier.
Source: Iglewicz and Hoaglin, "How to Detect and Handle Outliers" (ASQC, 1993)."""
MAD_TO_SIGMA = 1.4826
"""Of a normal distribution, the standard deviation per median absolute deviation."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a value, either may be missing, and where they come from."""

    at_least: float | None = None
    at_most: float | None = None
    source: str = "the same for every shoot"

    def allow(self, value: float) -> bool:
        """Whether a value lies within the bounds."""
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    def in_words(self) -> str:
        """Such as `at least 0.5: the shoot's median 0.7 ± 0.2`."""
        bounds = [
            f"{words} {bound:.3g}"
            for words, bound in (("at least", self.at_least), ("at most", self.at_most))
            if bound is not None
        ]
        return f"{' and '.join(bounds)}: {self.source}"


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in a shoot: the median, and the distance to it that is still no outlier."""

    median: float
    width: float

    @property
    def source(self) -> str:
        """Words for where a limit comes from."""
        return f"the shoot's median {self.median:.3g} ± {self.width:.3g}"

    def at_least(self, floor: float) -> Limits:
        """A lower limit, never under what is usable at all."""
        usual = self.median - self.width
        return Limits(at_least=usual, source=self.source) if usual > floor else Limits(floor)

    def at_most(self) -> Limits:
        """An upper limit."""
        return Limits(at_most=self.median + self.width, source=self.source)


def usual(values: Sequence[float], least_width: float) -> Usual:
    """The median and OUTLIER robust standard deviations, at least `least_width`.

    In a shoot as even as one from a studio, `least_width` keeps trifles from being outliers.
    """
    median = float(np.median(values))
    spread = float(np.median(np.abs(np.asarray(values, np.float64) - median)))
    return Usual(median, max(least_width, OUTLIER * MAD_TO_SIGMA * spread))
