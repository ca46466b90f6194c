"""Noise: a network that fell apart draws grain where there should be cloth."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import cv2
import numpy as np

from muslin.imaging.colour import to_lab
from muslin.imaging.types import Picture
from muslin.validation.criteria import Criterion

NAME = "noise"
TIMES = 4.0
"""Medians of four shoots lie at 0.2 to 0.5 and rise to 1.9 or more under noise of σ 30 of 255."""
MIN_SAMPLES = 8
FLAT = 1e-3
"""Variance of L* below which a picture has neither detail nor noise."""


def noise(picture: Picture) -> float | None:
    """Variance of the Laplacian of L* over the variance of L*; None for a flat picture.

    Unitless: contrast and exposure cancel out. White noise has 20, the sum of the squared weights
    of the 3×3 Laplacian (1 + 1 + 16 + 1 + 1), because they then add up independently.
    """
    light = np.ascontiguousarray(to_lab(picture)[..., 0])
    variance = float(light.var())
    if variance < FLAT:
        return None
    return float(np.asarray(cv2.Laplacian(light, cv2.CV_64F)).var()) / variance


def criterion(base: Sequence[float], brand: Sequence[float]) -> Criterion:
    """Median over all probes, against the medians of the base and of the brand's photos."""
    if not base or not brand:
        why = "Base or brand was not measured, so there is nothing to compare with."
        return Criterion(metric=NAME, unit="ratio", min_samples=MIN_SAMPLES, why=why)
    own, theirs = statistics.median(brand), statistics.median(base)
    limit = TIMES * max(own, theirs)
    return Criterion(
        metric=NAME,
        unit="ratio",
        at_most=limit,
        min_samples=MIN_SAMPLES,
        why=(
            f"The base's median is {theirs:.2f}, the brand's {own:.2f}, pure noise has 20; "
            f"{TIMES:.0f} times the higher, {limit:.2f}, is no cloth any more."
        ),
    )
