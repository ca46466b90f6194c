"""The same photo twice, and the same garment twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from muslin.domain.fact import PhotoId
from muslin.domain.findings import Measures
from muslin.imaging.colour import delta_e_2000
from muslin.imaging.fingerprint import (
    BITS,
    SAME_PHOTO_BITS,
    bits_apart,
    bits_apart_mirrored,
)

ALIKE_BITS = 90
"""Layouts of two photos of one garment, taken one after the other, differ by 76 to 88 bits;
of different garments in one studio 1 % differ by less than 88 to 102 bits, half by 122."""
ALIKE_COLOUR = 4.0
"""ΔE00 between the garments' median colours; one jacket photographed twice differed by 3.4."""
ALIKE_PATTERN_RATIO = 1.25
"""Between the garments' patterns; the jacket's differed by 2 %."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The photo of the shoot that lies nearest to another; None in a shoot of one."""

    photo: PhotoId | None
    bits: int


def nearest_photos(measures: Sequence[Measures]) -> dict[PhotoId, Nearest]:
    """For every photo the one whose layout differs least, mirrored or not; ties by photo id."""
    ordered = sorted(measures, key=lambda m: m.photo)
    found: dict[PhotoId, Nearest] = {}
    for one in ordered:
        apart = [(_bits(one, other), other.photo) for other in ordered if other is not one]
        bits, photo = min(apart, default=(BITS, None))
        found[one.photo] = Nearest(photo, bits)
    return found


def is_same_photo(one: Measures, other: Measures) -> bool:
    """Whether two files show the same shot: resized, recompressed, brightened or mirrored."""
    return _bits(one, other) <= SAME_PHOTO_BITS


def is_same_garment(one: Measures, other: Measures) -> bool:
    """Whether two photos show one garment, or two so alike that teaching both adds nothing.

    Same shot, or alike in layout, garment colour and pattern at once. Another shot that differs
    much (front and back, a detail) is not found; that takes the shop's own article numbers.
    """
    bits = _bits(one, other)
    if bits <= SAME_PHOTO_BITS:
        return True
    busier = max(one.garment_pattern, other.garment_pattern)
    calmer = min(one.garment_pattern, other.garment_pattern)
    return (
        bits <= ALIKE_BITS
        and busier <= ALIKE_PATTERN_RATIO * calmer
        and float(delta_e_2000(one.garment, other.garment)) <= ALIKE_COLOUR
    )


def same_garments(measures: Sequence[Measures]) -> list[frozenset[PhotoId]]:
    """The photos grouped by garment: whoever is linked to a member belongs to the group.

    Every photo is in exactly one group; groups are ordered by their smallest photo id.
    """
    groups: list[list[Measures]] = []
    for one in sorted(measures, key=lambda m: m.photo):
        linked = [g for g in groups if any(is_same_garment(one, other) for other in g)]
        groups = [g for g in groups if g not in linked]
        groups.append([one, *(member for g in linked for member in g)])
    return sorted((frozenset(m.photo for m in g) for g in groups), key=min)


def _bits(one: Measures, other: Measures) -> int:
    straight = bits_apart(one.phash, other.phash)
    return min(straight, bits_apart_mirrored(one.phash, other.phash))
