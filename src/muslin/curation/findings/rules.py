"""The tests of a shoot: for each kind of finding a value, its limits, and words for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from muslin.curation.backdrop import LEAST_TEXTURE_RATIO, MOST_TEXTURE_RATIO, Scene
from muslin.curation.findings.duplicates import Nearest
from muslin.curation.findings.limits import Limits, usual
from muslin.domain.fact import PhotoId
from muslin.domain.findings import FindingKind, Measures
from muslin.imaging.colour import colour_name
from muslin.imaging.fingerprint import BITS, SAME_PHOTO_BITS

SMALLEST_SIDE_PX = 192
"""The starter network learns at 192 px; what is smaller would be enlarged."""
LEAST_SHARPNESS = 0.45
"""Below it, edges are wider than 5 px at 192 x 256: blurred with σ = 5 px at 400 px width, photos
of garments fall to 0.27 - 0.56; as they come from a phone, 360 of them lie at 0.58 - 0.90."""
LEAST_EXPOSURE = 20.0
"""L*: where nine tenths of a photo are darker than this, the camera saw next to nothing."""
MOST_CLIPPED = 0.1
"""Share of the garment without any detail left; 0.00 in 360 photos from phones."""
LEAST_MARGIN = 0.004
"""Share of the photo's side: under one pixel at 256 px, the garment touches the edge."""
LEAST_GARMENT = 0.04
"""Share of the photo; shoes and hats, the smallest things, fill 0.08 and more."""
SURE = 0.8
"""See `domain.findings.presentation_of`."""

_WIDTHS = {"sharpness": 0.12, "exposure": 20.0, "light": 20.0}
"""Least distance to the median, in each value's unit, before a value can be an outlier."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A value of each photo, in `unit`, its limits, and what to say of a photo that breaks them."""

    kind: FindingKind
    unit: str
    value: Callable[[Measures], float]
    limits: Limits
    fault: Callable[[Measures], str]


def rules_of(
    measures: Sequence[Measures],
    scene: Scene,
    nearest: Mapping[PhotoId, Nearest],
    name_of: Callable[[PhotoId], str],
) -> list[Rule]:
    """All rules, limits set by this shoot; of rules of one kind the first broken one counts."""
    return [
        Rule(
            FindingKind.SIZE,
            "px",
            lambda m: m.short_side_px,
            Limits(SMALLEST_SIDE_PX),
            lambda m: f"too small: its shorter side has {m.short_side_px} px",
        ),
        *_light_and_focus(measures),
        *_backdrop(scene),
        *_framing(),
        Rule(
            FindingKind.DUPLICATE,
            f"of {BITS} bits",
            lambda m: nearest[m.photo].bits,
            Limits(at_least=SAME_PHOTO_BITS + 1),
            lambda m: _twin_words(nearest[m.photo], name_of),
        ),
    ]


def _light_and_focus(measures: Sequence[Measures]) -> Iterable[Rule]:
    sharp = usual([m.sharpness for m in measures], _WIDTHS["sharpness"])
    exposed = usual([m.exposure for m in measures], _WIDTHS["exposure"])
    lit = usual([m.light_slope for m in measures], _WIDTHS["light"])
    yield Rule(
        FindingKind.SHARPNESS,
        "of 1",
        lambda m: m.sharpness,
        sharp.at_least(LEAST_SHARPNESS),
        lambda m: f"blurred: sharpness {m.sharpness:.2f}",
    )
    yield Rule(
        FindingKind.EXPOSURE,
        "L*",
        lambda m: m.exposure,
        exposed.at_least(LEAST_EXPOSURE),
        lambda m: f"darker than the rest: its lightest tenth has L* {m.exposure:.0f}",
    )
    yield Rule(
        FindingKind.CLIPPING,
        "of the garment",
        lambda m: m.clipped_fraction,
        Limits(at_most=MOST_CLIPPED),
        lambda m: f"burnt out or drowned: {m.clipped_fraction:.0%} of the garment lacks detail",
    )
    yield Rule(
        FindingKind.LIGHT,
        "L* across",
        lambda m: m.light_slope,
        lit.at_most(),
        lambda m: f"lit from one side: its backdrop changes by {m.light_slope:.0f} L*",
    )


def _backdrop(scene: Scene) -> Iterable[Rule]:
    name = scene.backdrop.name
    yield Rule(
        FindingKind.BACKDROP,
        "ΔE00",
        scene.distance,
        Limits(at_most=scene.most_distance, source="how much the shoot's own backdrop varies"),
        lambda m: (
            f"backdrop is {_told_apart(colour_name(m.backdrop), name)}, "
            f"ΔE {scene.distance(m):.0f} from the shoot's {name}"
        ),
    )
    yield Rule(
        FindingKind.BACKDROP,
        "times the shoot's texture",
        scene.texture_ratio,
        Limits(LEAST_TEXTURE_RATIO, MOST_TEXTURE_RATIO, "times the shoot's own"),
        lambda m: (
            f"backdrop is another surface: {m.backdrop_texture:.1f} L* of texture "
            f"where the shoot has {scene.texture:.1f}"
        ),
    )
    yield Rule(
        FindingKind.BACKDROP,
        "confidence",
        lambda m: m.presentation.confidence if scene.is_shown_otherwise(m) else 0.0,
        Limits(at_most=SURE),
        lambda m: f"shown another way: {m.presentation.name.replace('_', ' ')}",
    )


def _framing() -> Iterable[Rule]:
    yield Rule(
        FindingKind.FRAMING,
        "of the photo",
        lambda m: m.garment_fraction,
        Limits(at_least=LEAST_GARMENT),
        lambda m: f"no garment found: it fills {m.garment_fraction:.0%} of the photo",
    )
    yield Rule(
        FindingKind.FRAMING,
        "of the side",
        margin,
        Limits(at_least=LEAST_MARGIN),
        lambda m: f"garment is cut off by the photo's edge: {margin(m):.1%} of air around it",
    )


def margin(measures: Measures) -> float:
    """Air between the garment and the nearest edge, as a fraction of the photo's side."""
    box = measures.box
    return min(box.left, box.top, 1 - box.right, 1 - box.bottom)


def _told_apart(colour: str, usual_colour: str) -> str:
    return f"another {colour}" if colour == usual_colour else colour


def _twin_words(nearest: Nearest, name_of: Callable[[PhotoId], str]) -> str:
    twin = name_of(nearest.photo) if nearest.photo else "none"
    return f"the same shot as {twin}: {nearest.bits} of {BITS} bits differ"
