"""The tests of a shoot: for each kind of finding a value, its limits, and words for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from muslin.curation.backdrop import LEAST_TEXTURE_RATIO, MOST_TEXTURE_RATIO, Scene
from muslin.curation.findings.duplicates import Comparison, Link
from muslin.curation.findings.framing import framing_rules
from muslin.curation.findings.limits import Limits
from muslin.curation.findings.rule import Rule
from muslin.curation.findings.technique import exposure_rules, file_rules, light_rules
from muslin.domain.fact import PhotoId
from muslin.domain.findings import FindingKind, Measures
from muslin.imaging.colour import colour_name
from muslin.imaging.fingerprint import BITS, SAME_PHOTO_BITS
from muslin.imaging.traits.keypoints import SAME_PLACES

SURE = 0.8
"""See `domain.findings.presentation_of`."""

NameOf = Callable[[PhotoId], str]


def rules_of(
    measures: Sequence[Measures], scene: Scene, comparison: Comparison, name_of: NameOf
) -> list[Rule]:
    """All rules, limits set by this shoot; of rules of one kind the first broken one counts."""
    return [
        *file_rules(measures),
        *exposure_rules(measures),
        *light_rules(measures, scene),
        *_backdrop(scene),
        *framing_rules(measures),
        *_duplicates(comparison, name_of),
    ]


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


def _duplicates(comparison: Comparison, name_of: NameOf) -> Iterable[Rule]:
    twins, nearest = comparison.twins(), comparison.nearest

    def place(one: Measures) -> float:
        return twins[one.photo].places if one.photo in twins else 0

    yield Rule(
        FindingKind.DUPLICATE,
        f"of {BITS} bits",
        lambda m: nearest[m.photo].bits,
        Limits(at_least=SAME_PHOTO_BITS + 1),
        lambda m: _twin_words(m.photo, twins[m.photo], name_of),
    )
    yield Rule(
        FindingKind.DUPLICATE,
        "corners in the same places",
        place,
        Limits(at_most=SAME_PLACES - 1),
        lambda m: _twin_words(m.photo, twins[m.photo], name_of),
    )


def _told_apart(colour: str, usual_colour: str) -> str:
    return f"another {colour}" if colour == usual_colour else colour


def _twin_words(photo: PhotoId, link: Link, name_of: NameOf) -> str:
    twin = name_of(link.other if link.one == photo else link.one)
    if link.bits <= SAME_PHOTO_BITS:
        return f"the same shot as {twin}: {link.bits} of {BITS} bits differ"
    return f"the same shot as {twin}, cropped: {link.places} corners lie in the same places"
