"""What each photo is worth by itself, and why some cannot be kept at all."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from muslin.curation.backdrop import Scene
from muslin.curation.captions import category_of
from muslin.curation.crop import crop_of, overhang
from muslin.curation.findings import findings_of
from muslin.curation.findings.duplicates import Comparison, pairs_of
from muslin.domain.catalog import Photo
from muslin.domain.dataset import SelectionRecipe
from muslin.domain.errors import InvalidRequest
from muslin.domain.fact import PhotoId
from muslin.domain.findings import Finding, FindingKind, Measures, Verdict

RULED_OUT_BY = (
    FindingKind.SIZE,
    FindingKind.BACKDROP,
    FindingKind.SHARPNESS,
    FindingKind.EXPOSURE,
    FindingKind.CLIPPING,
    FindingKind.NOISE,
    FindingKind.COMPRESSION,
    FindingKind.LETTERING,
)
"""Faults that a network would learn, gravest first."""
BLEMISH_COST = {
    FindingKind.FRAMING: 2.0,
    FindingKind.GARMENTS: 2.0,
    FindingKind.LIGHT: 1.0,
    FindingKind.CAST: 1.0,
    FindingKind.TILT: 0.5,
    FindingKind.CLUTTER: 0.5,
}
"""Faults that are borne where too few photos are without, by what they cost. A photo is worth at
most 1 by itself, 1.6 as the first of its category, 0.4 as the first in its colour (see `best_set`):
one that is cut off goes after every whole one of its kind, one that lies askew after its likes."""
MOST_OVERHANG = 0.02
"""Share of a crop that may lie beyond the photo: more teaches invented backdrop as the brand's."""
_BEYOND_COST, OVERHANG_COST = 2.0, 3.0
"""At all, and per share of the crop beyond: of two crops that must leave it, the one that stays."""
LIKENESS_WEIGHT, SHARPNESS_WEIGHT = 0.7, 0.3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A photo that may be kept, and what it is worth by itself."""

    photo: Photo
    measures: Measures
    category: str
    colour: str
    quality: float
    blemishes: str
    pinned: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a photo cannot be kept: in a word, to be counted, and in full."""

    cause: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates, pinned ones first, then by quality; and why the other photos are none."""

    candidates: list[Candidate]
    left_out: dict[PhotoId, LeftOut]


def pool_of(
    photos: Sequence[Photo],
    measures: Mapping[PhotoId, Measures],
    scene: Scene,
    comparison: Comparison,
    recipe: SelectionRecipe,
) -> Pool:
    """Everything that may be kept: no grave fault, no ban, and one photo of each garment.

    A pinned photo is a candidate whatever its faults, and goes before its twins.
    Raises InvalidRequest for pins and bans that name no photo or contradict each other.
    """
    _check_wishes(photos, recipe)
    ordered = [measures[p.id] for p in photos]
    faults = _faults(photos, ordered, comparison)
    sharpest = sorted(m.sharpness for m in ordered)
    pool = Pool([], {})
    for photo in photos:
        left = _left_out(photo, faults[photo.id], recipe)
        if left is not None:
            pool.left_out[photo.id] = left
            continue
        one = measures[photo.id]
        rank = bisect_left(sharpest, one.sharpness) / len(sharpest)
        own = LIKENESS_WEIGHT * scene.likeness(one) + SHARPNESS_WEIGHT * rank
        pool.candidates.append(_candidate(photo, one, own, faults[photo.id], recipe))
    pool.candidates.sort(key=lambda c: (not c.pinned, -c.quality, c.photo.id))
    return _one_of_each_garment(pool, comparison)


def _check_wishes(photos: Sequence[Photo], recipe: SelectionRecipe) -> None:
    names = {p.file_name for p in photos}
    unknown = sorted({*recipe.pinned, *recipe.banned} - names)
    both = sorted({*recipe.pinned} & {*recipe.banned})
    if unknown:
        raise InvalidRequest(
            f"The shoot has no photo {unknown[0]!r} to pin or ban.",
            hint="Name them as `muslin datasets show` does: by their path in the shoot's folder.",
        )
    if both:
        raise InvalidRequest(
            f"{both[0]!r} is both pinned and banned.", hint="Take it out of one of the two."
        )
    if len(set(recipe.pinned)) > recipe.photos:
        raise InvalidRequest(
            f"{len(set(recipe.pinned))} photos are pinned, {recipe.photos} are to be kept.",
            hint="Keep more photos, or pin fewer.",
        )


def _faults(
    photos: Sequence[Photo], measures: Sequence[Measures], comparison: Comparison
) -> dict[PhotoId, dict[FindingKind, Finding]]:
    """The failed findings of every photo."""
    names = {p.id: p.file_name for p in photos}
    faults: dict[PhotoId, dict[FindingKind, Finding]] = {p.id: {} for p in photos}
    for finding in findings_of(measures, names, comparison):
        if finding.verdict is Verdict.FAILED:
            faults[finding.photo][finding.kind] = finding
    return faults


def _left_out(
    photo: Photo, faults: Mapping[FindingKind, Finding], recipe: SelectionRecipe
) -> LeftOut | None:
    if photo.file_name in recipe.banned:
        return LeftOut("banned", "left out: you banned it")
    grave = next((faults[kind] for kind in RULED_OUT_BY if kind in faults), None)
    if grave is None or photo.file_name in recipe.pinned:
        return None
    return LeftOut(grave.kind.value, f"left out: {grave.words}")


def _candidate(
    photo: Photo,
    one: Measures,
    own: float,
    faults: Mapping[FindingKind, Finding],
    recipe: SelectionRecipe,
) -> Candidate:
    pinned = photo.file_name in recipe.pinned
    borne: Iterable[FindingKind] = (*RULED_OUT_BY, *BLEMISH_COST) if pinned else BLEMISH_COST
    blemishes = [faults[kind].words for kind in borne if kind in faults]
    cost = sum(price for kind, price in BLEMISH_COST.items() if kind in faults)
    beyond = overhang(photo, crop_of(photo, one.box, recipe))
    if beyond > MOST_OVERHANG:
        blemishes.append(f"{beyond:.0%} of its crop lies beyond the photo")
        cost += _BEYOND_COST
    return Candidate(
        photo=photo,
        measures=one,
        category=category_of(photo, one) or "garment",
        colour=(one.garment_colours or ("",))[0],
        quality=own - cost - OVERHANG_COST * beyond,
        blemishes="; ".join(blemishes),
        pinned=pinned,
    )


def _one_of_each_garment(pool: Pool, comparison: Comparison) -> Pool:
    """Of photos that show one garment the first alone, and every pinned one."""
    alike: dict[PhotoId, set[PhotoId]] = {}
    for photo, other in pairs_of(comparison.links):
        alike.setdefault(photo, set()).add(other)
    best: dict[PhotoId, Candidate] = {}
    for one in pool.candidates:
        twin = next((best[t] for t in sorted(alike.get(one.photo.id, ())) if t in best), None)
        if twin is None or one.pinned:
            best[one.photo.id] = one
        else:
            reason = f"left out: shows the same garment as {twin.photo.file_name}, less well"
            pool.left_out[one.photo.id] = LeftOut("same garment", reason)
    return Pool(list(best.values()), pool.left_out)
