"""What a look is made of, as far as it can be measured: backdrop, light, framing, finish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muslin.imaging.backdrop import border_backdrop
from muslin.imaging.colour import to_lab
from muslin.imaging.types import Alpha, Picture

TRAITS = (
    "backdrop L*", "backdrop a*", "backdrop b*", "backdrop spread", "backdrop texture",
    "light across", "light down", "highlights", "contrast",
    "garment share", "garment left", "garment top",
)  # fmt: skip
LIGHT = slice(5, 9)
"""The traits that light makes: its direction, its highlights, its contrast."""
LEAST_SPREAD = np.array([1, 1, 1, 0.5, 0.3, 1.5, 1.5, 1.5, 1.5, 0.02, 0.02, 0.02])
"""What no eye tells apart, in each trait's unit: about 1 ΔE of a surface, 1.5 L* of light, 2 % of
the frame. A shoot that is steadier than that is not held to its own steadiness."""
TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation of a normal distribution."""

Floats = NDArray[np.float64]


def traits_of(picture: Picture, mask: Alpha) -> Floats:
    """The values of TRAITS (12,) of one picture; L*, ΔE00 and fractions of the frame."""
    backdrop, light = border_backdrop(picture, mask), to_lab(picture)[..., 0]
    inside = np.argwhere(mask > 0.5)
    place = inside.mean(axis=0) / mask.shape if len(inside) else np.array([0.5, 0.5])
    return np.array(
        [
            *backdrop.lab,
            backdrop.spread,
            backdrop.texture,
            backdrop.across,
            backdrop.down,
            np.quantile(light, 0.95),
            light.std(),
            (mask > 0.5).mean(),
            place[1],
            place[0],
        ]
    )


@dataclass(frozen=True, slots=True)
class Look:
    """A series' median traits and their robust spread (12,), never below what an eye tells."""

    middle: Floats
    spread: Floats


def look_of(series: Sequence[Floats]) -> Look:
    """The look of a series of at least one picture's traits."""
    values = np.stack(series)
    middle = np.median(values, axis=0)
    spread = TO_SIGMA * np.median(np.abs(values - middle), axis=0)
    return Look(middle, np.maximum(spread, LEAST_SPREAD))


def deviations(traits: Floats, look: Look) -> Floats:
    """How far each trait lies from the look's middle, in its own spreads."""
    return np.asarray(np.abs(traits - look.middle) / look.spread)
