"""How a photo was taken and kept: size, focus, noise, file, exposure, white balance, light.

Limits that are the same for every shoot stand at the ends of what garment photos from home studios
show, and before what planted faults read; `benchmarks/results/curation_measures.json` holds the
distributions, `curation_faults.json` what the limits find.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from muslin.curation.backdrop import WIDEST, Scene
from muslin.curation.findings.limits import Limits, usual
from muslin.curation.findings.rule import Rule
from muslin.domain.findings import FindingKind, Measures

SMALLEST_SIDE_PX = 192
"""The starter network learns at 192 px; what is smaller would be enlarged."""
LEAST_SHARPNESS = 0.45
"""Below it, edges are wider than 5 px at 192 x 256: blurred with σ = 5 px at 400 px width, photos
of garments fall to 0.27 - 0.56; as they come from a phone, 360 of them lie at 0.58 - 0.90."""
LEAST_STEEPNESS = 0.19
"""Share of a step within one px of 400 x 533: 199 sharp photos lie at 0.22 - 0.44, the same out of
focus by σ = 4 px at 0.09 - 0.17; 1 / (σ √(2π)) puts the limit at σ = 2.1 px."""
MOST_NOISE = 2.0
"""Levels of 255; 97 % of photos from phones stay under it, and 360 of four shoots under 0.5."""
LEAST_JPEG_QUALITY = 50
"""Below it, tables step by more than 16 levels of 255 in the middle frequencies (T.81, K.1)."""
MOST_BLOCKING = 2.5
"""Whatever it was saved as afterwards: at quality 69 photos reach 2.3, at 20 half exceed 3."""
LEAST_EXPOSURE = 20.0
"""L*: where nine tenths of a photo are darker than this, the camera saw next to nothing."""
LEAST_BRIGHTEST = 165.0
"""Of 255; one stop and a half under, the brightest spot of any photo is at 160 or less."""
MOST_HIGHLIGHTS = 0.18
"""Share of the photo above the shoot's median; a stop and a half over, half of a photo is there."""
MOST_CLIPPED = 0.1
"""Share of the garment without any detail left; 0.00 in 360 photos from phones."""
NEUTRAL_CHROMA = 10.0
"""A backdrop below it is meant to be white or grey; so `imaging.colour` names them."""
MOST_CAST_OF_NEUTRAL = 8.0
"""Δa*b* to the shoot's own white or grey: a white wall in one studio's changing light keeps
within 7.0 in 97 % of its photos; lamplight instead of daylight moves it by 10 to 26."""

_WIDTHS = {"sharpness": 0.12, "exposure": 20.0, "light": 20.0, "cast": 6.0, "hardness": 0.35}
"""Least distance to the median, in each value's unit, before a value can be an outlier."""
_SIDES = ("above", "the upper right", "the right", "the lower right",
          "below", "the lower left", "the left", "the upper left")  # fmt: skip


def file_rules(measures: Sequence[Measures]) -> Iterable[Rule]:
    """Size, sharpness, noise and compression."""
    sharp = usual([m.sharpness for m in measures], _WIDTHS["sharpness"])
    yield Rule(
        FindingKind.SIZE,
        "px",
        lambda m: m.short_side_px,
        Limits(SMALLEST_SIDE_PX),
        lambda m: f"too small: its shorter side has {m.short_side_px} px",
    )
    yield Rule(
        FindingKind.SHARPNESS,
        "of 1",
        lambda m: m.sharpness,
        sharp.at_least(LEAST_SHARPNESS),
        lambda m: f"blurred: sharpness {m.sharpness:.2f}",
    )
    yield Rule(
        FindingKind.SHARPNESS,
        "of 1",
        lambda m: m.steepness,
        Limits(LEAST_STEEPNESS),
        lambda m: f"out of focus: {m.steepness:.0%} of a step falls within a pixel",
        "not measured: nothing stands out",
    )
    yield Rule(
        FindingKind.NOISE,
        "levels of 255",
        lambda m: m.noise,
        Limits(at_most=MOST_NOISE),
        lambda m: f"noisy: grain of {m.noise:.1f} levels of 255",
    )
    yield Rule(
        FindingKind.COMPRESSION,
        "times the steps inside blocks",
        lambda m: m.blocking,
        Limits(at_most=MOST_BLOCKING),
        lambda m: f"compressed too much: blocks of 8 px stand out {m.blocking:.1f} times",
    )
    yield Rule(
        FindingKind.COMPRESSION,
        "JPEG quality",
        lambda m: m.jpeg_quality,
        Limits(LEAST_JPEG_QUALITY),
        lambda m: f"compressed too much: saved at JPEG quality {m.jpeg_quality}",
    )


def exposure_rules(measures: Sequence[Measures]) -> Iterable[Rule]:
    """Too dark, too light, and garments without detail."""
    exposed = usual([m.exposure for m in measures], _WIDTHS["exposure"])
    yield Rule(
        FindingKind.EXPOSURE,
        "L*",
        lambda m: m.exposure,
        exposed.at_least(LEAST_EXPOSURE),
        lambda m: f"darker than the rest: its lightest tenth has L* {m.exposure:.0f}",
    )
    yield Rule(
        FindingKind.EXPOSURE,
        "of 255",
        lambda m: m.brightest,
        Limits(LEAST_BRIGHTEST),
        lambda m: f"underexposed: its brightest spot is at {m.brightest:.0f} of 255",
    )
    yield Rule(
        FindingKind.EXPOSURE,
        "of the photo",
        lambda m: m.highlights,
        usual([m.highlights for m in measures], MOST_HIGHLIGHTS).at_most(),
        lambda m: f"overexposed: {m.highlights:.0%} of it has reached the upper end",
    )
    yield Rule(
        FindingKind.CLIPPING,
        "of the garment",
        lambda m: m.clipped_fraction,
        Limits(at_most=MOST_CLIPPED),
        lambda m: f"burnt out or drowned: {m.clipped_fraction:.0%} of the garment lacks detail",
    )


def light_rules(measures: Sequence[Measures], scene: Scene) -> Iterable[Rule]:
    """White balance against the shoot's own backdrop; where the light comes from and how hard."""
    lit = usual([m.light_slope for m in measures], _WIDTHS["light"])
    hard = [m.shadow_hardness for m in measures if m.shadow_hardness is not None]
    yield Rule(
        FindingKind.CAST,
        "Δa*b*",
        lambda m: cast_of(m, scene),
        _cast_limits(measures, scene),
        lambda m: f"{_cast_words(m, scene)} cast: its backdrop is off by {cast_of(m, scene):.0f}",
        "not measured: another backdrop than the shoot's",
    )
    yield Rule(
        FindingKind.LIGHT,
        "L* across",
        lambda m: m.light_slope,
        lit.at_most(),
        lambda m: (
            f"lit {light_from(m) or 'from one side'}: "
            f"its backdrop changes by {m.light_slope:.0f} L*"
        ),
    )
    yield Rule(
        FindingKind.LIGHT,
        "of 1",
        lambda m: m.shadow_hardness,
        usual(hard or [0.0], _WIDTHS["hardness"]).at_most(),
        lambda m: f"harder light than the rest: its shadow's edge has {m.shadow_hardness:.2f} of 1",
        "not measured: no shadow to judge by",
    )


def cast_of(measures: Measures, scene: Scene) -> float | None:
    """Distance in a*b* of a photo's backdrop to the shoot's; None on another backdrop.

    A cast moves the hue and leaves the surface as it is; beyond twice WIDEST it is another one.
    """
    if scene.distance(measures) > 2 * WIDEST:
        return None
    return math.dist(measures.backdrop[1:], scene.backdrop.lab[1:])


def light_from(measures: Measures) -> str:
    """`from the upper left`, where a shadow says so, else nothing."""
    if measures.light_degrees is None:
        return ""
    return f"from {_SIDES[round(measures.light_degrees / 45) % len(_SIDES)]}"


def _cast_limits(measures: Sequence[Measures], scene: Scene) -> Limits:
    known = [cast for m in measures if (cast := cast_of(m, scene)) is not None]
    limits = usual(known or [0.0], _WIDTHS["cast"]).at_most()
    if math.hypot(*scene.backdrop.lab[1:]) > NEUTRAL_CHROMA:
        return limits
    return Limits(at_most=MOST_CAST_OF_NEUTRAL, source="the shoot's backdrop is white or grey")


def _cast_words(measures: Measures, scene: Scene) -> str:
    """The colour that was added: the larger of the two differences."""
    red = measures.backdrop[1] - scene.backdrop.lab[1]
    yellow = measures.backdrop[2] - scene.backdrop.lab[2]
    if abs(red) > abs(yellow):
        return "a magenta" if red > 0 else "a green"
    return "a yellow" if yellow > 0 else "a blue"
