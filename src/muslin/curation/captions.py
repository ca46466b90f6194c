"""Words for a photo, by rule, from what was measured on it.

One grammar for all: the starter network was taught in it, datasets are captioned in it and
probes ask in it. Whatever a dataset's captions leave unsaid is what training bakes in, so
captions name the garment and leave the backdrop to the brand.
"""

from __future__ import annotations

from muslin.domain.catalog import Photo
from muslin.domain.dataset import Caption
from muslin.domain.findings import Measures

PATTERNED = 8.0
"""ΔE of local contrast above which a garment is patterned; see `Measures.garment_pattern`."""
TEXTURED = 2.6
"""L* of local contrast above which a backdrop counts as textured; carpets lie at 3 to 9."""
SURE = 0.5
"""Least confidence of the garment network for its category to be written down."""

_UNNAMED = {"", "not sure", "other", "unknown", "skip", "none"}
_PLURAL = {"pants", "shorts", "shoes"}


def garment_words(category: str | None, colours: tuple[str, ...] = (), pattern: str = "") -> str:
    """`a navy and white patterned t-shirt`; at most two colours; "garment" for no category."""
    noun = category or "garment"
    words = " and ".join(colours[:2])
    phrase = " ".join(part for part in (words, pattern, noun) if part)
    if noun in _PLURAL:
        return phrase
    return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"


def scene_words(presentation: str, backdrop: str, texture: str = "") -> str:
    """`on a hanger, on a beige textured background`; parts that are empty stay unsaid."""
    ways = {"hanger": "on a hanger", "flat_lay": "flat lay"}
    surface = f"on a {backdrop} {texture + ' ' if texture else ''}background" if backdrop else ""
    return ", ".join(part for part in (ways.get(presentation, ""), surface) if part)


def category_of(photo: Photo, measures: Measures) -> str | None:
    """The shop's category where it gave one, else the network's where it is sure, else None."""
    given = (photo.category or "").strip().lower()
    if given not in _UNNAMED:
        return given
    return measures.category.name if measures.category.confidence >= SURE else None


def caption_of(photo: Photo, measures: Measures, trigger: str = "") -> Caption:
    """The shop's own caption where it gave one, else a caption by rule; `trigger` goes first."""
    if photo.caption and photo.caption.strip():
        words, author = photo.caption.strip(), "sidecar"
    else:
        pattern = "patterned" if measures.garment_pattern > PATTERNED else ""
        words = garment_words(category_of(photo, measures), measures.garment_colours, pattern)
        author = "rule"
    return Caption(text=f"{trigger}, {words}" if trigger else words, author=author)
