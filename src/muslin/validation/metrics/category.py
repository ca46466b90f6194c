"""Category obedience: is the garment what was asked for, in a garment network's eyes?"""

from __future__ import annotations

from muslin.domain.catalog import KNOWN_CATEGORIES, same_kind
from muslin.domain.findings import Guess
from muslin.imaging.types import Alpha
from muslin.validation.criteria import Criterion
from muslin.validation.metrics.colour import garment_found
from muslin.validation.metrics.obedience import against_base

NAME = "category_obedience"


def category_obeyed(guess: Guess, mask: Alpha, asked: str) -> bool | None:
    """Whether the network's answer is the asked category or a near synonym.

    A picture without a garment did not obey. None = nobody here knows the asked category.
    """
    if asked not in KNOWN_CATEGORIES:
        return None
    return garment_found(mask) and same_kind(guess.name, asked)


def criterion(base_share: float | None) -> Criterion:
    """The share of probes of the asked category, against the base's share on the same probes."""
    return against_base(NAME, "as the garment that was asked for", base_share)
