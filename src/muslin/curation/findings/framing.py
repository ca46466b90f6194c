"""What is in the frame: one garment, whole and upright, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from muslin.curation.findings.limits import Limits, usual
from muslin.curation.findings.rule import Rule
from muslin.domain.findings import FindingKind, Measures

MOST_TOUCHING = 0.1
"""Share of one side of the frame: a sleeve's width; what only grazes the edge stays under it."""
LEAST_GARMENT = 0.04
"""Share of the photo; shoes and hats, the smallest things, fill 0.08 and more."""
MOST_TILT = 6.0
"""Degrees: of 192 photos that look straight to a person 97 % stay within it; garments are laid, and
hang, that much askew by themselves, so a camera held 4 degrees askew is not told from that."""
MOST_LETTERS = 3
"""Of 199 photos without writing 3 show a longer row of strokes, all three on a crumpled sheet."""

_CLUTTER_WIDTH = 0.03
"""Least distance to the shoot's median: a hand's or a shoe's share of a photo."""


def framing_rules(measures: Sequence[Measures]) -> Iterable[Rule]:
    """Crop, tilt, further garments, clutter, writing, place and faces."""
    yield from _crop()
    yield Rule(
        FindingKind.TILT,
        "degrees",
        lambda m: None if m.tilt is None else abs(m.tilt),
        Limits(at_most=MOST_TILT),
        lambda m: f"stands {abs(m.tilt or 0):.1f} degrees askew, {_way(m.tilt or 0)}",
        "not measured: the garment has no axis",
    )
    yield Rule(
        FindingKind.GARMENTS,
        "garments",
        lambda m: m.garments,
        Limits(at_most=1),
        lambda m: f"shows {m.garments} things that lie apart",
    )
    yield Rule(
        FindingKind.CLUTTER,
        "of the photo",
        lambda m: m.clutter,
        usual([m.clutter for m in measures], _CLUTTER_WIDTH).at_most(),
        lambda m: f"something else is in the frame: it takes {m.clutter:.0%} of the photo",
    )
    yield from _of_the_file()


def _crop() -> Iterable[Rule]:
    yield Rule(
        FindingKind.FRAMING,
        "of the photo",
        lambda m: m.garment_fraction,
        Limits(at_least=LEAST_GARMENT),
        lambda m: f"no garment found: it fills {m.garment_fraction:.0%} of the photo",
    )
    yield Rule(
        FindingKind.FRAMING,
        "of one side",
        lambda m: m.touching,
        Limits(at_most=MOST_TOUCHING),
        lambda m: f"garment is cut off: it runs into {m.touching:.0%} of one side of the frame",
    )


def _of_the_file() -> Iterable[Rule]:
    yield Rule(
        FindingKind.LETTERING,
        "letters",
        lambda m: m.letters,
        Limits(at_most=MOST_LETTERS),
        lambda m: f"writing beside the garment: a line of about {m.letters} letters",
    )
    yield Rule(
        FindingKind.LOCATION,
        "places told",
        lambda m: None if m.location is None else float(m.location),
        Limits(at_most=0),
        lambda _: "its file says where it was taken; the studio passes that on to nobody",
        "not measured: the file was not looked at",
    )
    yield Rule(
        FindingKind.FACES,
        "faces",
        lambda _: None,
        Limits(at_most=0),
        lambda _: "",
        "not measured: no face detector is installed; look yourself whose consent is needed",
    )


def _way(degrees: float) -> str:
    return "clockwise" if degrees > 0 else "counter-clockwise"
