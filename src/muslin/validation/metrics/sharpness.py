"""Sharpness: a network that was tuned too hard loses its edges."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import numpy as np

from muslin.imaging.colour import to_lab
from muslin.imaging.sharpness import sharpness as sharpness_around
from muslin.imaging.types import Picture
from muslin.validation.criteria import Criterion

NAME = "sharpness"
KEPT = 0.7
"""At 192 px, photos of four shoots keep 0.79 of it under a blur of σ 1 px, 0.65 under 1.5."""
MIN_SAMPLES = 8


def sharpness(picture: Picture) -> float:
    """Sharpness in [0, 1] of a whole picture, see `imaging.sharpness`; 0 = nothing varies."""
    lightness = to_lab(picture)[..., 0]
    return sharpness_around(lightness, np.ones(lightness.shape, np.bool_))


def criterion(base: Sequence[float], brand: Sequence[float]) -> Criterion:
    """Median over all probes, against the medians of the base and of the brand's photos."""
    if not base or not brand:
        why = "Base or brand was not measured, so there is nothing to compare with."
        return Criterion(metric=NAME, unit="of 1", min_samples=MIN_SAMPLES, why=why)
    own, theirs = statistics.median(brand), statistics.median(base)
    limit = KEPT * min(own, theirs)
    return Criterion(
        metric=NAME,
        unit="of 1",
        at_least=limit,
        min_samples=MIN_SAMPLES,
        why=(
            f"The base's median is {theirs:.2f}, the brand's {own:.2f}; a blur that an eye sees at "
            f"once takes more than three tenths of that, so {limit:.2f} is the limit."
        ),
    )
