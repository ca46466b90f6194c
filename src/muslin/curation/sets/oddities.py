"""The odd ones out: photos that differ from the rest in light, backdrop, composition or colour."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from muslin.curation.backdrop import Scene
from muslin.curation.findings.limits import usual
from muslin.curation.sets.traits import Exhibit
from muslin.domain.curation.sets import Odd
from muslin.domain.findings import Measures

FEWEST = 5
"""Among fewer photos nothing is usual yet."""
WIDTHS = {"light": 10.0, "slope": 20.0, "size": 0.3, "place": 0.15, "cast": 5.0}
"""Least distance to the median that can be odd: 10 L* of the same backdrop, twice what light does
to a home studio's cloth (`COLOUR_WIDTH` of `curation.backdrop`); 20 L* across it, as in
`findings.rules`; shorts fill 0.25 less of a photo's side than coats, so 0.3 of it; a seventh of the
side, which an eye sees side by side; 5 ΔE*ab of tint, twice the 2.3 that an eye just notices
(Mahy et al., Color Res. Appl. 19 (1994))."""
MOST_DIMMED = 20.0
"""L* by which dimmer light darkens a backdrop; beyond it, grey paper is as likely as white paper
in the shade. Half the light darkens a backdrop of L* 52 to 82 by 14 to 20 L*, by its formula."""

Value = Callable[[Measures], float]


def odd_ones(exhibits: Sequence[Exhibit], scene: Scene) -> list[Odd]:
    """Photos beyond median ± 3.5 robust standard deviations, and those off the shoot's backdrop.

    In the order of the photos; a photo may be odd in several respects.
    """
    if len(exhibits) < FEWEST:
        return []
    found = [*_off_backdrop(exhibits, scene)]
    found += _beyond(exhibits, "light", "L* across", lambda m: m.light_slope, WIDTHS["slope"])
    found += _beyond(exhibits, "composition", "of the longer side", _length, WIDTHS["size"])
    found += _beyond(exhibits, "composition", "of the side, across", _across, WIDTHS["place"])
    found += _beyond(exhibits, "composition", "of the side, down", _down, WIDTHS["place"])
    on_scene = [one for one in exhibits if scene.holds(one.measures)]
    if len(on_scene) >= FEWEST:
        found += _beyond(on_scene, "light", "L*", lambda m: m.backdrop[0], WIDTHS["light"])
        found += _beyond(on_scene, "colour", "ΔE*ab of tint", _tint_from(scene), WIDTHS["cast"])
    order = {one.photo.file_name: n for n, one in enumerate(exhibits)}
    return sorted(found, key=lambda odd: order[odd.file_name])


def _beyond(
    exhibits: Sequence[Exhibit], respect: str, unit: str, value: Value, width: float
) -> Iterable[Odd]:
    values = [value(one.measures) for one in exhibits]
    among = usual(values, width)
    for one, measured in zip(exhibits, values, strict=True):
        far = measured - among.median
        if abs(far) > among.width:
            way = "above" if far > 0 else "below"
            yield Odd(
                file_name=one.photo.file_name,
                respect=respect,
                value=measured,
                unit=unit,
                limit=among.median + math.copysign(among.width, far),
                words=f"{respect}: {measured:.3g} {unit}, {way} {among.source}",
            )


def _off_backdrop(exhibits: Sequence[Exhibit], scene: Scene) -> Iterable[Odd]:
    name, share = scene.backdrop.name, scene.backdrop.share
    for one in exhibits:
        if scene.holds(one.measures):
            continue
        distance, darker = scene.distance(one.measures), _darker(one.measures, scene)
        dimmed = f"the backdrop is {abs(darker):.0f} L* {'darker' if darker > 0 else 'lighter'}"
        other = f"not the {name} one of {share:.0%} of the photos, or shown another way"
        yield Odd(
            file_name=one.photo.file_name,
            respect="light" if _is_light(one.measures, scene) else "backdrop",
            value=distance,
            unit="ΔE00",
            limit=scene.most_distance,
            words=f"light: {dimmed} than in the rest, in the same tint"
            if _is_light(one.measures, scene)
            else f"backdrop: {other}; ΔE {distance:.0f} from it",
        )


def _is_light(measures: Measures, scene: Scene) -> bool:
    """Whether a photo off the backdrop has its tint and surface and differs in lightness alone."""
    alike = measures.model_copy(update={"backdrop": scene.backdrop.lab})
    same_tint = _tint_from(scene)(measures) < WIDTHS["cast"]
    return same_tint and abs(_darker(measures, scene)) <= MOST_DIMMED and scene.holds(alike)


def _darker(measures: Measures, scene: Scene) -> float:
    return scene.backdrop.lab[0] - measures.backdrop[0]


def _length(measures: Measures) -> float:
    box = measures.box
    return max(box.right - box.left, box.bottom - box.top)


def _across(measures: Measures) -> float:
    return (measures.box.left + measures.box.right) / 2


def _down(measures: Measures) -> float:
    return (measures.box.top + measures.box.bottom) / 2


def _tint_from(scene: Scene) -> Value:
    _, a, b = scene.backdrop.lab
    return lambda m: math.hypot(m.backdrop[1] - a, m.backdrop[2] - b)
