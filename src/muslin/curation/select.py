"""Choose the photos to learn from, and say of every photo why it was kept or left out."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from muslin.curation.backdrop import Scene, scene_of
from muslin.curation.captions import category_of
from muslin.curation.crop import crop_of, overhang
from muslin.curation.findings import findings_of
from muslin.curation.findings.duplicates import is_same_garment
from muslin.domain.catalog import Photo
from muslin.domain.dataset import Backdrop, Choice, SelectionRecipe
from muslin.domain.errors import NotEnoughPhotos
from muslin.domain.fact import PhotoId
from muslin.domain.findings import Finding, FindingKind, Measures, Verdict

FEWEST_PHOTOS = 10
"""Fewer do not carry a look; see SelectionRecipe.photos."""

_RULED_OUT_BY = (
    FindingKind.SIZE,
    FindingKind.BACKDROP,
    FindingKind.SHARPNESS,
    FindingKind.EXPOSURE,
    FindingKind.CLIPPING,
)
"""Faults that a network would learn, gravest first."""
_BLEMISHES = (FindingKind.FRAMING, FindingKind.LIGHT)
"""Faults that are borne where too few photos are without."""

_BLEMISH_COST = 2.0
"""More than all else can be worth (1.8), so that a flawless photo always goes first."""
_MOST_OVERHANG = 0.02
"""Share of a crop that may lie beyond the photo: more teaches invented backdrop as the brand's."""
_OVERHANG_COST = 3.0
"""Per share of the crop beyond the photo: of two crops that must leave it, the one that stays."""
_LIKENESS_WEIGHT, _SHARPNESS_WEIGHT = 0.7, 0.3
_CATEGORY_WEIGHT, _COLOUR_WEIGHT = 0.4, 0.4


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A photo that may be kept, and what it is worth by itself."""

    photo: Photo
    measures: Measures
    category: str
    colour: str
    quality: float
    blemishes: str


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """Why a photo cannot be kept: in a word, to be counted, and in full."""

    cause: str
    reason: str


def select(
    photos: Sequence[Photo], measures: Sequence[Measures], recipe: SelectionRecipe
) -> tuple[list[Choice], Backdrop]:
    """Choose up to `recipe.photos` of a shoot; one choice for every photo, by file name.

    Ruled out are photos outside of the shoot's scene, too small, blurred, badly exposed, and
    all but the best of photos that show one garment. The rest is taken one by one: each time
    the one that is worth most, by likeness to the backdrop, sharpness, and how much its category
    and colour add to those taken before (the k-th of a kind adds 1/k). The order of the photos
    does not matter.
    Raises NotEnoughPhotos when fewer than FEWEST_PHOTOS are usable.
    """
    scene = scene_of(measures)
    pool, left_out = _candidates(photos, measures, recipe, scene)
    pool = _best_of_each_garment(pool, left_out)
    if len(pool) < FEWEST_PHOTOS:
        _refuse(len(photos), len(pool), left_out, scene.backdrop)
    kept = _most_worth(pool, recipe.photos)
    reasons = {photo: left.reason for photo, left in left_out.items()}
    reasons |= {c.photo.id: _too_many(c, kept, scene) for c in pool}
    reasons |= _kept_reasons(kept, scene)
    kept_ids = {c.photo.id for c in kept}
    choices = [
        Choice(photo=p.id, file_name=p.file_name, kept=p.id in kept_ids, reason=reasons[p.id])
        for p in sorted(photos, key=lambda p: p.file_name)
    ]
    return choices, scene.backdrop


def _candidates(
    photos: Sequence[Photo],
    measures: Sequence[Measures],
    recipe: SelectionRecipe,
    scene: Scene,
) -> tuple[list[_Candidate], dict[PhotoId, _LeftOut]]:
    """Photos without a fault that rules out, best first; and why the others are not among them."""
    taken = {m.photo: m for m in measures}
    faults = _faults(photos, measures)
    sharpest = sorted(m.sharpness for m in measures)
    pool: list[_Candidate] = []
    left_out: dict[PhotoId, _LeftOut] = {}
    for photo in photos:
        found = faults[photo.id]
        grave = [found[kind] for kind in _RULED_OUT_BY if kind in found]
        if grave:
            left_out[photo.id] = _LeftOut(grave[0].kind.value, f"left out: {grave[0].words}")
            continue
        one = taken[photo.id]
        rank = bisect_left(sharpest, one.sharpness) / len(sharpest)
        blemishes = [found[kind].words for kind in _BLEMISHES if kind in found]
        beyond = overhang(photo, crop_of(photo, one.box, recipe))
        if beyond > _MOST_OVERHANG:
            blemishes.append(f"{beyond:.0%} of its crop lies beyond the photo")
        pool.append(
            _Candidate(
                photo=photo,
                measures=one,
                category=category_of(photo, one) or "garment",
                colour=(one.garment_colours or ("",))[0],
                quality=_LIKENESS_WEIGHT * scene.likeness(one)
                + _SHARPNESS_WEIGHT * rank
                - _BLEMISH_COST * len(blemishes)
                - _OVERHANG_COST * beyond,
                blemishes="; ".join(blemishes),
            )
        )
    return sorted(pool, key=lambda c: (-c.quality, c.photo.id)), left_out


def _faults(
    photos: Sequence[Photo], measures: Sequence[Measures]
) -> dict[PhotoId, dict[FindingKind, Finding]]:
    """The failed findings of every photo."""
    names = {p.id: p.file_name for p in photos}
    faults: dict[PhotoId, dict[FindingKind, Finding]] = {p.id: {} for p in photos}
    for finding in findings_of(measures, names):
        if finding.verdict is Verdict.FAILED:
            faults[finding.photo][finding.kind] = finding
    return faults


def _best_of_each_garment(
    pool: Sequence[_Candidate], left_out: dict[PhotoId, _LeftOut]
) -> list[_Candidate]:
    """Of photos that show one garment the best alone; `pool` best first. Adds to `left_out`."""
    best: list[_Candidate] = []
    for one in pool:
        twin = next((b for b in best if is_same_garment(one.measures, b.measures)), None)
        if twin is None:
            best.append(one)
        else:
            reason = f"left out: shows the same garment as {twin.photo.file_name}, less well"
            left_out[one.photo.id] = _LeftOut("same garment", reason)
    return best


def _most_worth(pool: Sequence[_Candidate], count: int) -> list[_Candidate]:
    """Greedy choice by quality and what is added; ties by photo id."""
    kept: list[_Candidate] = []
    left = list(pool)
    categories: Counter[str] = Counter()
    colours: Counter[str] = Counter()
    while left and len(kept) < count:
        best = max(
            left,
            key=lambda c: (
                c.quality
                + _CATEGORY_WEIGHT / (1 + categories[c.category])
                + _COLOUR_WEIGHT / (1 + colours[c.colour]),
                c.photo.id,
            ),
        )
        left.remove(best)
        kept.append(best)
        categories[best.category] += 1
        colours[best.colour] += 1
    return kept


def _kept_reasons(kept: Sequence[_Candidate], scene: Scene) -> dict[PhotoId, str]:
    categories: Counter[str] = Counter()
    colours: Counter[str] = Counter()
    reasons = {}
    for one in kept:
        categories[one.category] += 1
        colours[one.colour] += 1
        adds = (
            f"{_nth(categories[one.category])} {one.category}, "
            f"{_nth(colours[one.colour])} in {one.colour}"
        )
        borne = f", although {one.blemishes}" if one.blemishes else ""
        reasons[one.photo.id] = f"kept: {_figures(one, scene)}, {adds}{borne}"
    return reasons


def _too_many(one: _Candidate, kept: Sequence[_Candidate], scene: Scene) -> str:
    alike = sum(k.category == one.category for k in kept)
    same_colour = sum(k.colour == one.colour for k in kept)
    flaw = f", and {one.blemishes}" if one.blemishes else ""
    return (
        f"left out: usable, but {len(kept)} others add more: {_figures(one, scene)}; kept are "
        f"{alike} of {one.category} and {same_colour} in {one.colour}{flaw}"
    )


def _figures(one: _Candidate, scene: Scene) -> str:
    distance = scene.distance(one.measures)
    return (
        f"backdrop ΔE {distance:.1f} from the shoot's {scene.backdrop.name}, "
        f"sharpness {one.measures.sharpness:.2f}"
    )


def _nth(number: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else endings.get(number % 10, 'th')}"


def _refuse(
    photos: int, usable: int, left_out: Mapping[PhotoId, _LeftOut], backdrop: Backdrop
) -> NoReturn:
    causes = Counter(left.cause for left in left_out.values())
    told = ", ".join(f"{cause} {count}" for cause, count in causes.most_common())
    because = f" Left out for: {told}." if told else ""
    raise NotEnoughPhotos(
        f"Only {usable} of {photos} photos are usable; {FEWEST_PHOTOS} are needed.{because}",
        hint=f"Add sharp photos of different garments on the {backdrop.name} backdrop.",
    )
