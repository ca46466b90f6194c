"""The same photo twice, and the same garment twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from muslin.domain.fact import PhotoId
from muslin.domain.findings import Measures
from muslin.imaging.colour import delta_e_2000
from muslin.imaging.fingerprint import BITS, MIRRORED, SAME_PHOTO_BITS
from muslin.imaging.traits.keypoints import SAME_PLACES, Corners, corners, same_places

ALIKE_BITS = 90
"""Layouts of two photos of one garment, taken one after the other, differ by 76 to 88 bits;
of different garments in one studio 1 % differ by less than 88 to 102 bits, half by 122."""
ALIKE_COLOUR = 4.0
"""ΔE00 between the garments' median colours; one jacket photographed twice differed by 3.4."""
ALIKE_PATTERN_RATIO = 1.25
"""Between the garments' patterns; the jacket's differed by 2 %."""
CROP_COLOUR = np.array([5.0, 12.0])
"""ΔE00 between medians of one garment, and of one backdrop, before and after a crop: 97 % of crops
to 80 % of the sides stay within both. Only pairs within are compared corner by corner."""
_MOST_CANDIDATES = 40
"""Of each photo's nearest in colour; keeps ten thousand photos from being fifty million pairs."""

Bits = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The photo of the shoot that lies nearest to another; None in a shoot of one."""

    photo: PhotoId | None
    bits: int


@dataclass(frozen=True, slots=True)
class Link:
    """Two photos that show one shot (`bits` of the layout or `places` of corners agree), or, with
    `same_shot` False, one garment."""

    one: PhotoId
    other: PhotoId
    same_shot: bool
    bits: int
    places: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every photo of a shoot held against every other."""

    nearest: Mapping[PhotoId, Nearest]
    links: tuple[Link, ...]

    def twins(self) -> dict[PhotoId, Link]:
        """For every photo that is there twice, its closest link."""
        closest: dict[PhotoId, Link] = {}
        for link in sorted(self.links, key=lambda k: (k.bits, -k.places)):
            if link.same_shot:
                closest.setdefault(link.one, link)
                closest.setdefault(link.other, link)
        return closest


def compare(measures: Sequence[Measures]) -> Comparison:
    """Hold every photo against every other; the order of the photos does not matter.

    One row of the triangle at a time, so that memory grows with the photos and not with the pairs.
    """
    ordered = sorted(measures, key=lambda m: m.photo)
    prints = np.array([_words(m.phash) for m in ordered], np.uint64).reshape(-1, BITS // 64)
    labs = np.array([(m.garment, m.backdrop) for m in ordered]).reshape(-1, 2, 3)
    patterns = np.array([m.garment_pattern for m in ordered])
    nearest: dict[PhotoId, Nearest] = {}
    links: list[Link] = []
    for place, one in enumerate(ordered):
        bits = _bits_apart(prints[place], prints)
        nearest[one.photo] = _nearest(ordered, place, bits)
        after = slice(place + 1, None)
        apart = delta_e_2000(labs[place], labs[after])
        busy = np.maximum(patterns[place], patterns[after])
        even = busy <= ALIKE_PATTERN_RATIO * np.minimum(patterns[place], patterns[after])
        alike = (bits[after] <= ALIKE_BITS) & even & (apart[:, 0] <= ALIKE_COLOUR)
        close = _closest(apart) | alike | (bits[after] <= SAME_PHOTO_BITS)
        for offset in np.flatnonzero(close):
            other = ordered[place + 1 + offset]
            link = _link(one, other, int(bits[place + 1 + offset]), garment=bool(alike[offset]))
            if link is not None:
                links.append(link)
    return Comparison(nearest, tuple(links))


def is_same_photo(one: Measures, other: Measures) -> bool:
    """Whether two files show one shot: resized, recompressed, brightened, mirrored or cropped."""
    return any(link.same_shot for link in compare((one, other)).links)


def is_same_garment(one: Measures, other: Measures) -> bool:
    """Whether two photos show one garment, or two so alike that teaching both adds nothing.

    Same shot, or alike in layout, garment colour and pattern at once. Another shot that differs
    much (front and back, a detail) is not found; that takes the shop's own article numbers.
    """
    return bool(compare((one, other)).links)


def same_garments(measures: Sequence[Measures]) -> list[frozenset[PhotoId]]:
    """The photos grouped by garment: whoever is linked to a member belongs to the group.

    Every photo is in exactly one group; groups are ordered by their smallest photo id.
    """
    return linked((m.photo for m in measures), compare(measures).links)


def linked(photos: Iterable[PhotoId], links: Iterable[Link]) -> list[frozenset[PhotoId]]:
    """Photos that hang together by links; see `same_garments`."""
    group = {photo: {photo} for photo in photos}
    for link in links:
        joined = group[link.one] | group[link.other]
        group |= dict.fromkeys(joined, joined)
    return sorted({frozenset(members) for members in group.values()}, key=min)


def _nearest(ordered: Sequence[Measures], place: int, bits: Bits) -> Nearest:
    """The photo with the fewest differing bits, the first of several; not the photo itself."""
    others = bits.copy()
    others[place] = BITS + 1
    best = int(np.argmin(others))
    return Nearest(None, BITS) if best == place else Nearest(ordered[best].photo, int(bits[best]))


def _link(one: Measures, other: Measures, bits: int, *, garment: bool) -> Link | None:
    if bits <= SAME_PHOTO_BITS:
        return Link(one.photo, other.photo, same_shot=True, bits=bits, places=0)
    places = same_places(_corners(one.keypoints), _corners(other.keypoints))
    if places >= SAME_PLACES:
        return Link(one.photo, other.photo, same_shot=True, bits=bits, places=places)
    if garment:
        return Link(one.photo, other.photo, same_shot=False, bits=bits, places=places)
    return None


def _closest(apart: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which photos may be crops, by ΔE00 (N, 2) of their garments and backdrops."""
    near = np.asarray((apart <= CROP_COLOUR).all(axis=1), np.bool_)
    if near.sum() > _MOST_CANDIDATES:
        total = np.where(near, apart.sum(axis=1), np.inf)
        near &= total <= np.partition(total, _MOST_CANDIDATES)[_MOST_CANDIDATES]
    return near


def _bits_apart(one: NDArray[np.uint64], others: NDArray[np.uint64]) -> Bits:
    """Differing bits of one fingerprint and many (N, 4), mirrored or not, whichever is less."""
    straight = one ^ others
    mirrored = straight ^ np.array(_words(MIRRORED), np.uint64)
    counts = [np.bitwise_count(way).sum(axis=1, dtype=np.intp) for way in (straight, mirrored)]
    return np.asarray(np.minimum(*counts), np.intp)


def _words(phash: str) -> tuple[int, ...]:
    return tuple(int(phash[start : start + 16], 16) for start in range(0, BITS // 4, 16))


@lru_cache(maxsize=4096)
def _corners(text: str) -> Corners:
    return corners(text)


def pairs_of(links: Iterable[Link]) -> Iterator[tuple[PhotoId, PhotoId]]:
    """Both photos of every link, each way round."""
    for link in links:
        yield link.one, link.other
        yield link.other, link.one
