"""What training will take for the look: traits that photos share and captions do not say.

A trait is baked in as far as it is constant and unsaid; the score is the product of both. Whether
that is the brand's look or a trap depends on the declared use: a white studio is welcome in a
shop's pictures and in the way of an outdoor campaign.
"""

from __future__ import annotations

from collections.abc import Sequence

from muslin.curation.sets.predict import predict_backdrop
from muslin.curation.sets.traits import CONSTANT, Trait, TraitName
from muslin.domain.curation.sets import BakedIn, DeclaredUse

BAKED = 0.5
"""Score from which on more photos have a trait unsaid than not."""
FEWEST = 5
"""Among fewer photos, one value is no trait of the set."""


def baked_in(traits: Sequence[Trait], use: DeclaredUse) -> list[BakedIn]:
    """Every trait of a set with its score, highest first; none for sets of fewer than FEWEST."""
    told = [_told(trait, use) for trait in traits if trait.known >= FEWEST]
    return sorted(told, key=lambda one: (-one.score, one.trait))


def score_of(trait: Trait) -> float:
    """Share of the photos with the commonest value, times the share of their silent captions."""
    return trait.share * (1 - trait.said_share)


def conflicts_of(trait: Trait, use: DeclaredUse) -> tuple[str, ...]:
    """What the declared use asks for and the set's commonest value is not."""
    asked: tuple[str, ...] = getattr(use, trait.name.value)
    return tuple(one for one in asked if one.replace("_", " ") != trait.commonest)


def _told(trait: Trait, use: DeclaredUse) -> BakedIn:
    score, conflicts = score_of(trait), conflicts_of(trait, use)
    is_baked_in = trait.share >= CONSTANT and score >= BAKED
    on_backdrop = trait.name is TraitName.BACKDROP
    return BakedIn(
        trait=trait.name.value,
        value=trait.commonest or "",
        share=trait.share,
        said_share=trait.said_share,
        score=score,
        is_baked_in=is_baked_in,
        conflicts=conflicts if is_baked_in else (),
        predicted=predict_backdrop(trait.share, trait.said_share) if on_backdrop else (),
        words=f"{trait.name.value} is “{trait.commonest}” in {trait.share:.0%} of the photos; "
        f"{trait.said_share:.0%} of their captions say so",
        way_out=_way_out(is_baked_in, conflicts),
    )


def _way_out(is_baked_in: bool, conflicts: Sequence[str]) -> str:
    if not is_baked_in:
        return "Nothing to do."
    if not conflicts:
        return "Nothing to do if this is the look; else add photos that differ in it."
    return (
        f"Add photos with {' and '.join(conflicts)}, and say in captions which is which; words "
        "alone hardly kept a constant backdrop out of our trainings' pictures."
    )
