"""What is measured beside the brand's own photos, and judged only where the brand made a rule of
it.

These metrics have no limit of their own: how near a garment's colour or cloth must come depends on
the shop. Their values stand in the report with the brand's own and the base's, so that a limit can
be chosen from a distribution; `muslin rules set` makes it count.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from muslin.domain.catalog import same_kind
from muslin.domain.fact import Lab
from muslin.domain.findings import Verdict
from muslin.domain.judging import MetricValue
from muslin.imaging.colour import colour_name
from muslin.imaging.types import Picture
from muslin.validation.metrics.garment import fabric, outline, tint
from muslin.validation.metrics.look import consistency, light, recognition
from muslin.validation.metrics.look.traits import Floats, Look, look_of, traits_of
from muslin.validation.ports import Reading

T = TypeVar("T")
BRAND, BASE = "brand", "base"


@dataclass(frozen=True, slots=True)
class Measure:
    """One of these metrics: its unit, how pictures become a value, and what it is measured by."""

    unit: str
    value: Callable[[Sequence[float]], float]
    why: str


MEASURES: Mapping[str, Measure] = {
    tint.NAME: Measure(
        "ΔE00",
        statistics.median,
        "Chroma and hue of the garment beside the brand's nearest garment of the asked colour; "
        "real photos under other light, shading and JPEG stray 0.3, 98 % below 1.4.",
    ),
    fabric.NAME: Measure(
        "own",
        statistics.median,
        "Patterns and spectrum of the cloth beside the brand's most alike garment of that "
        "category; 1 is what two places on one garment differ by.",
    ),
    outline.NAME: Measure(
        "share",
        statistics.median,
        "Spans of the garment at every height beside the brand's most alike one of that category; "
        "read anew from real photos they differ by 0.4 %, 98 % below 2.7 %.",
    ),
    light.NAME: Measure(
        "spreads",
        statistics.median,
        "Direction, highlights and contrast of the light, in the spread of the brand's own photos; "
        "of four real shoots the median photo has 0.8 to 1.2.",
    ),
    recognition.NAME: Measure(
        "share",
        statistics.fmean,
        "Pictures whose backdrop, light and framing are nearer to the brand's photos than to "
        "the base's pictures; among four real shoots 83 % of photos find their own.",
    ),
    consistency.NAME: Measure(
        "share",
        statistics.fmean,
        "Pictures that fall out of their series in no trait, by more than 3.5 robust spreads.",
    ),
}
NO_WEIGHTS = {
    "skin_tone": "no network that finds skin is installed, so no tone can be compared",
    "body": "no network that finds a body's joints is installed, so proportions are not known",
    "hands": "no network that finds hands is installed; ask people with a question in the rules",
    "print": "no picture of the print is on file to look for; ask people with a question",
}
"""What nothing here can measure, and why: unknown, and so closed where the brand made a rule of
it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is read of one picture; None where there is too little of a garment."""

    category: str
    lab: Lab | None
    cloth: fabric.Fabric | None
    envelope: outline.Envelope | None
    traits: Floats


def seen_of(picture: Picture, reading: Reading) -> Seen:
    """Read one picture once for all of these metrics."""
    return Seen(
        category=reading.category.name,
        lab=tint.garment_lab(picture, reading.mask),
        cloth=fabric.fabric_of(picture, reading.mask),
        envelope=outline.envelope_of(reading.mask),
        traits=traits_of(picture, reading.mask),
    )


def beside(
    series: Sequence[Seen],
    asked: Sequence[tuple[str, str]],
    brand: Sequence[Seen],
    decoys: Sequence[Floats],
) -> dict[str, tuple[float, ...]]:
    """The values of MEASURES over one series; pictures that could not be measured are left out.

    `asked` holds each picture's category and colour, `decoys` the traits of the base's pictures.
    A picture of the brand itself is compared with the others, not with itself.
    """
    look = look_of([one.traits for one in brand])
    own = [one.traits for one in brand]
    nearest = list(_nearest(series, asked, brand))
    return {
        tint.NAME: _known(near.colour for near in nearest),
        fabric.NAME: _known(near.cloth for near in nearest),
        outline.NAME: _known(near.outline for near in nearest),
        light.NAME: tuple(light.light_distance(one.traits, look) for one in series),
        recognition.NAME: _recognised(series, own, decoys),
        consistency.NAME: tuple(
            float(not out) for out in consistency.outliers([one.traits for one in series])
        ),
    }


def _recognised(
    series: Sequence[Seen], own: Sequence[Floats], decoys: Sequence[Floats]
) -> tuple[float, ...]:
    if not decoys:
        return ()
    looks: dict[str, Look] = {BRAND: look_of(own), BASE: look_of(decoys)}
    return tuple(float(recognition.nearest_look(s.traits, looks) == BRAND) for s in series)


@dataclass(frozen=True, slots=True)
class _Near:
    colour: float | None
    cloth: float | None
    outline: float | None


def _nearest(
    series: Sequence[Seen], asked: Sequence[tuple[str, str]], brand: Sequence[Seen]
) -> Iterator[_Near]:
    for one, (category, colour) in zip(series, asked, strict=True):
        others = [other for other in brand if other is not one]
        alike = [other for other in others if same_kind(other.category, category)]
        labs = [o.lab for o in others if o.lab is not None and colour_name(o.lab) == colour]
        clothes = [o.cloth for o in alike if o.cloth is not None]
        shapes = [o.envelope for o in alike if o.envelope is not None]
        yield _Near(
            _least(tint.chroma_error, one.lab, labs),
            _least(fabric.fabric_distance, one.cloth, clothes),
            _least(outline.outline_distance, one.envelope, shapes),
        )


def _least(distance: Callable[[T, T], float], one: T | None, others: Sequence[T]) -> float | None:
    return None if one is None or not others else min(distance(one, other) for other in others)


def _known(values: Iterable[float | None]) -> tuple[float, ...]:
    return tuple(value for value in values if value is not None and np.isfinite(value))


def measured(distributions: Mapping[str, Sequence[float]]) -> tuple[MetricValue, ...]:
    """Every one of these metrics with its distribution, and what cannot be measured with why."""
    found = [
        _value(name, one, tuple(distributions.get(name, ()))) for name, one in MEASURES.items()
    ]
    missing = [_value(name, Measure("", max, why), ()) for name, why in NO_WEIGHTS.items()]
    return (*found, *missing)


def _value(name: str, one: Measure, values: tuple[float, ...]) -> MetricValue:
    return MetricValue(
        name=name,
        value=one.value(values) if values else None,
        unit=one.unit,
        samples=len(values),
        verdict=Verdict.UNKNOWN,
        why=one.why,
        values=values,
    )
