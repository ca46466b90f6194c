"""Choose the photos to learn from, and say of every photo why it was kept or left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NoReturn

from muslin.curation.backdrop import scene_of
from muslin.curation.choosing.candidates import LeftOut, pool_of
from muslin.curation.choosing.optimise import best_set
from muslin.curation.choosing.reasons import kept_reasons, too_many
from muslin.curation.findings.duplicates import compare
from muslin.domain.catalog import Photo
from muslin.domain.dataset import Backdrop, Choice, SelectionRecipe
from muslin.domain.errors import NotEnoughPhotos
from muslin.domain.fact import PhotoId
from muslin.domain.findings import Measures

FEWEST_PHOTOS = 10
"""Fewer do not carry a look; see SelectionRecipe.photos."""


def select(
    photos: Sequence[Photo], measures: Sequence[Measures], recipe: SelectionRecipe
) -> tuple[list[Choice], Backdrop]:
    """Choose up to `recipe.photos` of a shoot; one choice for every photo, by file name.

    Ruled out are photos outside of the shoot's scene, with a fault that a network would learn, and
    all but the best of photos that show one garment; of the rest the set that is worth most is
    kept: by likeness to the backdrop, sharpness, and the range of its categories and colours. What
    the recipe pins is kept and what it bans is not. The order of the photos does not matter.
    Raises NotEnoughPhotos when fewer than FEWEST_PHOTOS are usable, InvalidRequest for pins and
    bans that cannot be followed.
    """
    scene = scene_of(measures)
    pool = pool_of(photos, {m.photo: m for m in measures}, scene, compare(measures), recipe)
    if len(pool.candidates) < FEWEST_PHOTOS:
        _refuse(len(photos), len(pool.candidates), pool.left_out, scene.backdrop)
    kept = best_set(pool.candidates, recipe.photos)
    reasons = {photo: left.reason for photo, left in pool.left_out.items()}
    reasons |= {c.photo.id: too_many(c, kept, scene) for c in pool.candidates}
    reasons |= kept_reasons(kept, scene)
    kept_ids = {c.photo.id for c in kept}
    choices = [
        Choice(photo=p.id, file_name=p.file_name, kept=p.id in kept_ids, reason=reasons[p.id])
        for p in sorted(photos, key=lambda p: p.file_name)
    ]
    return choices, scene.backdrop


def _refuse(
    photos: int, usable: int, left_out: Mapping[PhotoId, LeftOut], backdrop: Backdrop
) -> NoReturn:
    causes = Counter(left.cause for left in left_out.values())
    told = ", ".join(f"{cause} {count}" for cause, count in causes.most_common())
    because = f" Left out for: {told}." if told else ""
    raise NotEnoughPhotos(
        f"Only {usable} of {photos} photos are usable; {FEWEST_PHOTOS} are needed.{because}",
        hint=f"Add sharp photos of different garments on the {backdrop.name} backdrop.",
    )
