"""Consistency: does a picture fit beside the others of its series?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from muslin.validation.metrics.look.traits import TRAITS, Floats, deviations, look_of

NAME = "consistency"
OUTLYING = 3.5
"""Spreads from the middle beyond which a value is called an outlier: Iglewicz, Hoaglin, "How to
detect and handle outliers" (1993), on modified z-scores."""


def outliers(series: Sequence[Floats]) -> list[tuple[str, ...]]:
    """For every picture of a series the traits in which it falls out, worst first; mostly empty."""
    look = look_of(series)
    found = []
    for traits in series:
        away = deviations(traits, look)
        worst = np.argsort(-away)
        found.append(tuple(TRAITS[k] for k in worst if away[k] > OUTLYING))
    return found
