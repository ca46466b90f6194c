"""Brand recognition: among decoys, is a picture nearest to the brand that it was made for?

Looks are compared by their measured traits, each in the spread that it has within a look on
average, and a picture belongs to the look whose middle is nearest: a linear discriminant with
diagonal covariance (Dudoit, Fridlyand, Speed, J. Am. Stat. Assoc. 97, 2002). A person sees more;
what this recognises, a customer does too.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from muslin.validation.metrics.look.traits import Floats, Look

NAME = "brand_recognition"


def nearest_look(traits: Floats, looks: Mapping[str, Look]) -> str:
    """The name of the look whose middle is nearest to a picture's traits."""
    within = np.sqrt(np.mean([np.square(look.spread) for look in looks.values()], axis=0))

    def distance(name: str) -> float:
        return float(np.square((traits - looks[name].middle) / within).sum())

    return min(looks, key=distance)
