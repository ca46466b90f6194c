"""Values as a person reads them: with a unit, and "not measured" where nothing was."""

from __future__ import annotations

from dataclasses import dataclass

from muslin.domain.findings import Verdict
from muslin.domain.judging import FailureKind, MetricValue, ProbePicture
from muslin.validation.metrics import (
    backdrop,
    category,
    colour,
    contrast,
    copies,
    diversity,
    noise,
    sharpness,
)
from muslin.validation.metrics.garment import fabric, outline, tint
from muslin.validation.metrics.look import consistency, light, recognition
from muslin.validation.metrics.obedience import written

NOT_MEASURED = "not measured"
NO_BREAK = "\u00a0"
"""Between a number and its unit, so that no line ends there."""


@dataclass(frozen=True, slots=True)
class MetricWords:
    """A metric in the trade's language: its title, and the question it answers."""

    title: str
    question: str


METRICS = {
    backdrop.NAME: MetricWords("Backdrop", "How far from the brand's backdrop?"),
    colour.NAME: MetricWords("Colour", "Is the garment in the colour that was asked for?"),
    category.NAME: MetricWords("Garment", "Is it the garment that was asked for?"),
    copies.NAME: MetricWords("Copies", "How much like the most alike training photo?"),
    contrast.NAME: MetricWords("Contrast", "Is there light and shadow?"),
    diversity.NAME: MetricWords("Variety", "How far from the most alike other picture?"),
    sharpness.NAME: MetricWords("Sharpness", "Are edges still edges?"),
    noise.NAME: MetricWords("Noise", "Is there cloth instead of grain?"),
    tint.NAME: MetricWords("Garment colour", "How far from the brand's own garments of it?"),
    fabric.NAME: MetricWords("Fabric", "How far from the cloth of the brand's garments?"),
    outline.NAME: MetricWords("Outline", "How far from the brand's most alike garment?"),
    light.NAME: MetricWords("Light", "How far from the brand's light?"),
    recognition.NAME: MetricWords("Recognition", "Is it nearer to the brand than to the base?"),
    consistency.NAME: MetricWords("Consistency", "Does it fit beside the others?"),
    "skin_tone": MetricWords("Skin tone", "Is it the tone that was asked for?"),
    "body": MetricWords("Body", "Are proportions those of a person?"),
    "hands": MetricWords("Hands", "Are hands whole and natural?"),
    "print": MetricWords("Print", "Is the print whole and the right way round?"),
}


def amount(value: float | None, unit: str) -> str:
    """`7.9 ΔE00`, `88 %`, `0.62`, or `not measured`."""
    if value is None:
        return NOT_MEASURED
    if unit == "share":
        return percent(value)
    bare = unit in ("", "correlation", "ratio", "of 1", "own", "spreads")
    return f"{value:.2f}" if bare else f"{value:.1f}{NO_BREAK}{unit}"


def percent(value: float | None) -> str:
    """`88 %`, or `not measured`."""
    return NOT_MEASURED if value is None else written(value)


def signed_percent(change: float) -> str:
    """`−3.1 %` or `+0.4 %`, with a true minus sign."""
    return f"{100 * change:+.1f}{NO_BREAK}%".replace("-", "\u2212")


def complaint(metric: MetricValue) -> str:
    """What is wrong with a metric that did not pass: `backdrop is 14.2 ΔE00, limit 9.4 ΔE00`."""
    title = METRICS[metric.name].title.lower()
    if metric.verdict is Verdict.UNKNOWN:
        return f"{title} could not be judged ({metric.samples} pictures measured)"
    return f"{title} is {amount(metric.value, metric.unit)}, limit {limit(metric)}"


def limit(metric: MetricValue) -> str:
    """The bound that a value broke, or the one that it keeps; `not measured` without any."""
    low, high = metric.at_least, metric.at_most
    if low is not None and (high is None or (metric.value is not None and metric.value < low)):
        return amount(low, metric.unit)
    return amount(high, metric.unit)


def faults(
    picture: ProbePicture, distance_limit: float | None, copy_limit: float | None
) -> list[tuple[FailureKind, str]]:
    """What is wrong with one probe's picture, worst first, and in words; empty when nothing is."""
    near, alike, probe = picture.backdrop_distance, picture.nearest_similarity, picture.probe
    found = [
        (_above(alike, copy_limit), FailureKind.COPY, "copies a photo"),
        (picture.category_obeyed is False, FailureKind.GARMENT, f"not seen as {probe.category}"),
        (picture.colour_obeyed is False, FailureKind.COLOUR, f"not {probe.colour}"),
        (_above(near, distance_limit), FailureKind.BACKDROP, "off backdrop"),
        (picture.colour_obeyed is None, FailureKind.OTHER, "no garment found"),
    ]
    return [(kind, words) for wrong, kind, words in found if wrong]


def _above(value: float | None, limit: float | None) -> bool:
    return value is not None and limit is not None and value > limit
