"""Why a photo was kept or left out, in words and figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from muslin.curation.backdrop import Scene
from muslin.curation.choosing.candidates import Candidate
from muslin.domain.fact import PhotoId


def kept_reasons(kept: Sequence[Candidate], scene: Scene) -> dict[PhotoId, str]:
    """What each kept photo adds to those before it."""
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
        pinned = "you pinned it; " if one.pinned else ""
        reasons[one.photo.id] = f"kept: {pinned}{_figures(one, scene)}, {adds}{borne}"
    return reasons


def too_many(one: Candidate, kept: Sequence[Candidate], scene: Scene) -> str:
    """Why a photo that could have been kept was not."""
    alike = sum(k.category == one.category for k in kept)
    same_colour = sum(k.colour == one.colour for k in kept)
    flaw = f", and {one.blemishes}" if one.blemishes else ""
    return (
        f"left out: usable, but {len(kept)} others add more: {_figures(one, scene)}; kept are "
        f"{alike} of {one.category} and {same_colour} in {one.colour}{flaw}"
    )


def _figures(one: Candidate, scene: Scene) -> str:
    distance = scene.distance(one.measures)
    return (
        f"backdrop ΔE {distance:.1f} from the shoot's {scene.backdrop.name}, "
        f"sharpness {one.measures.sharpness:.2f}"
    )


def _nth(number: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else endings.get(number % 10, 'th')}"
