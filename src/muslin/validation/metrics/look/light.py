"""Light distance: does the light come from where the brand's light comes from, as hard and as
high?"""

from __future__ import annotations

import numpy as np

from muslin.validation.metrics.look.traits import LIGHT, Floats, Look, deviations

NAME = "light"


def light_distance(traits: Floats, brand: Look) -> float:
    """Root mean square of the light traits' deviations, in the brand's own spreads.

    Of the brand's own photos about 1, if they are normal about their middle.
    """
    return float(np.sqrt(np.mean(np.square(deviations(traits, brand)[LIGHT]))))
