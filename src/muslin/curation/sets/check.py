"""All that is known of a set before it is trained on, in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from muslin.curation.backdrop import scene_of
from muslin.curation.captions.length import TokenCount
from muslin.curation.captions.lint import lint
from muslin.curation.rights.standing import WARN_WITHIN, expiring, lacking
from muslin.curation.sets.baked_in import baked_in
from muslin.curation.sets.coverage import coverage_of, in_own_words
from muslin.curation.sets.members import members_of
from muslin.curation.sets.oddities import odd_ones
from muslin.curation.sets.score import score_of
from muslin.curation.sets.traits import Exhibit, traits_of
from muslin.domain.curation.captions import CaptionLint
from muslin.domain.curation.rights import PhotoRights
from muslin.domain.curation.sets import BrandRange, DatasetCheck, EndingRights
from muslin.domain.curation.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Brand:
    """What a set is held against: the brand's words, its range, its trigger, its base's limits."""

    vocabulary: Vocabulary
    range: BrandRange
    trigger: str
    tokens: TokenCount


def check_set(
    name: str,
    exhibits: Sequence[Exhibit],
    brand: Brand,
    rights: Sequence[PhotoRights],
    today: date,
) -> DatasetCheck:
    """Score, coverage, what is baked in, who is odd, captions and rights of a set.

    Raises NotEnoughPhotos for no photos.
    """
    scene = scene_of([one.measures for one in exhibits])
    traits = traits_of(exhibits, brand.vocabulary, scene)
    odd = odd_ones(exhibits, scene)
    faults = lint(exhibits, traits, brand.vocabulary, brand.trigger, brand.tokens)
    members = members_of(exhibits, scene, odd, faults)
    return DatasetCheck(
        name=name,
        photos=len(exhibits),
        score=score_of(members, in_own_words(brand.range, brand.vocabulary)),
        coverage=coverage_of(members, brand.range, brand.vocabulary, scene.backdrop.name),
        baked_in=tuple(baked_in(traits, brand.range.use)),
        odd=tuple(odd),
        captions=CaptionLint(
            captions=len(exhibits), faults=tuple(faults), length_by=brand.tokens.source
        ),
        rights=_rights(exhibits, rights, today),
    )


def _rights(
    exhibits: Sequence[Exhibit], rights: Sequence[PhotoRights], today: date
) -> tuple[EndingRights, ...]:
    """Of the set's photos those whose rights are not all there, then those that end soon."""
    inside = {one.photo.id for one in exhibits}
    those = [one for one in rights if one.photo in inside]
    return tuple(
        EndingRights(
            file_name=one.file_name,
            standing=one.standing.value,
            words=one.words,
            until=one.until,
        )
        for one in (*lacking(those), *expiring(those, WARN_WITHIN, today))
    )
