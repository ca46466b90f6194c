"""Contrast: a collapsed network draws flat grey where there should be light and shadow."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import numpy as np

from muslin.imaging.colour import to_lab
from muslin.imaging.types import Picture
from muslin.validation.criteria import Criterion

NAME = "contrast"
KEPT = 0.5
"""Half the contrast of the flatter of base and brand: far below any look, far above a collapse."""
MIN_SAMPLES = 8


def contrast(picture: Picture) -> float:
    """Standard deviation of L* over the picture, in L* units; 0 = one flat colour, at most 50."""
    return float(np.std(to_lab(picture)[..., 0]))


def criterion(base: Sequence[float], brand: Sequence[float]) -> Criterion:
    """Median over all probes, against the base's and the brand's own medians."""
    if not base or not brand:
        why = "Neither base nor brand was measured, so there is nothing to compare with."
        return Criterion(metric=NAME, unit="L*", min_samples=MIN_SAMPLES, why=why)
    own, theirs = statistics.median(brand), statistics.median(base)
    limit = KEPT * min(own, theirs)
    return Criterion(
        metric=NAME,
        unit="L*",
        at_least=limit,
        min_samples=MIN_SAMPLES,
        why=(
            f"The base's pictures have a median of {theirs:.1f}, the brand's photos {own:.1f}; "
            f"below half of the lower, {limit:.1f}, is a collapse."
        ),
    )
