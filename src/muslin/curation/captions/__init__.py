"""Words for a photo, by rule, from what was measured on it.

One grammar for all: the starter network was taught in it, datasets are captioned in it and
probes ask in it. Whatever a dataset's captions leave unsaid is what training bakes in, so
captions name the garment and leave the backdrop to the brand.
"""

from __future__ import annotations

from collections.abc import Mapping

from muslin.domain.catalog import Photo
from muslin.domain.curation.vocabulary import Vocabulary
from muslin.domain.dataset import Caption, DatasetVersion
from muslin.domain.findings import Measures

PATTERNED = 8.0
"""ΔE of local contrast above which a garment is patterned; see `Measures.garment_pattern`."""
TEXTURED = 2.6
"""L* of local contrast above which a backdrop counts as textured; carpets lie at 3 to 9."""
SURE = 0.5
"""Least confidence of the garment network for its category to be written down."""

PLAIN_WORDS = Vocabulary()
"""No words of a brand's own."""

_UNNAMED = {"", "not sure", "other", "unknown", "skip", "none"}


def garment_words(category: str | None, colours: tuple[str, ...] = (), pattern: str = "") -> str:
    """`a navy and white patterned t-shirt`; at most two colours; "garment" for no category."""
    noun = category or "garment"
    words = " and ".join(colours[:2])
    phrase = " ".join(part for part in (words, pattern, noun) if part)
    if _is_plural(noun):
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


def product_words(
    category: str | None, colours: tuple[str, ...], pattern: str, vocabulary: Vocabulary
) -> str:
    """`garment_words` in the brand's own vocabulary: `a midnight tee` for a navy t-shirt."""
    said = tuple(vocabulary.colours.get(colour, colour) for colour in colours)
    noun = category or "garment"
    return garment_words(vocabulary.categories.get(noun, noun), said, pattern)


def caption_of(photo: Photo, measures: Measures, vocabulary: Vocabulary = PLAIN_WORDS) -> Caption:
    """The shop's own caption where it gave one, else a caption by rule in the brand's words."""
    if photo.caption and photo.caption.strip():
        return Caption(text=photo.caption.strip(), author="sidecar")
    pattern = "patterned" if measures.garment_pattern > PATTERNED else ""
    colours = measures.garment_colours
    words = product_words(category_of(photo, measures), colours, pattern, vocabulary)
    collection = collection_of(photo.file_name, vocabulary.collections)
    return Caption(text=", ".join(part for part in (words, collection) if part), author="rule")


def collection_of(file_name: str, collections: Mapping[str, str]) -> str:
    """The words of the longest path that a photo's file name begins with; empty for none."""
    starts = [start for start in collections if file_name.startswith(start)]
    return collections[max(starts, key=len)] if starts else ""


def with_trigger(dataset: DatasetVersion, trigger: str) -> DatasetVersion:
    """The dataset as a profile's trigger teaches it: the phrase in front of every caption.

    A caption that begins with it already stays as it is, and so does the digest, which names what
    was frozen; the run's profile says the rest.
    """
    if not trigger:
        return dataset
    photos = tuple(
        photo.model_copy(update={"caption": _led(photo.caption, trigger)})
        for photo in dataset.photos
    )
    return dataset.model_copy(update={"photos": photos})


def _led(caption: Caption, trigger: str) -> Caption:
    if caption.text.casefold().startswith(trigger.casefold()):
        return caption
    text = f"{trigger}, {caption.text}" if caption.text else trigger
    return caption.model_copy(update={"text": text})


def _is_plural(noun: str) -> bool:
    """Whether a noun such as `wide-leg trousers` goes without an article; a dress does not."""
    return noun.endswith("s") and not noun.endswith("ss")
