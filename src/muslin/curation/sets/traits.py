"""Traits of a photo that training may bake in: what each photo shows, and whether words say so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from muslin.curation.backdrop import Scene, scene_of
from muslin.curation.captions import category_of
from muslin.domain.catalog import Photo
from muslin.domain.curation.vocabulary import Vocabulary
from muslin.domain.findings import GarmentBox, Measures, presentation_of
from muslin.imaging.colour import COLOUR_NAMES, colour_name

CONSTANT = 0.8
"""Share of photos from which on a trait is constant: with 8 of 10 photos alike a caption's words
no longer tell photos apart, the share at which peers flag a fragment as stealing the trigger."""
SIDE_LIGHT = 20.0
"""L* across the backdrop from which on light comes from one side; the same in `findings.rules`."""
SMALL = 0.35
"""Share of the photo's longer side that a garment fills at least, not to be small in it."""
OFF_CENTRE = 0.15
"""Distance of the garment's middle from the photo's, as a share of its side, still centred."""
EDGE = 0.004
"""Share of the side: nearer to the edge than this, the garment is cut off; see `findings.rules`."""

BACKDROP_WORDS = re.compile(
    r"\b(backdrop|background|wall|floor|carpet|studio|outdoors?|street|indoors?"
    r"|on (?:an?|the) (?:[\w-]+ ){0,3}(?:table|sheet|cloth|bed|quilt|paper))\b",
    re.IGNORECASE,
)
LIGHT_WORDS = re.compile(  # "a light blue dress" says nothing of light
    r"\b((?:soft|hard|natural|even|side|studio|window|day|sun|warm|cold)[ -]?light|lighting|lit"
    r"|sunlit|backlit|flash|shadows?)\b",
    re.IGNORECASE,
)
PRESENTATION_WORDS = re.compile(
    r"\b(flat[ -]lay|laid flat|hanger|hanging|mannequin|on (?:a|the) model|worn|wearing)\b",
    re.IGNORECASE,
)
CROP_WORDS = re.compile(
    r"\b(cropped|close[ -]?up|centred|centered|full[ -]length|off[ -]cent(?:re|er)|detail)\b",
    re.IGNORECASE,
)


class TraitName(StrEnum):
    """What training may bake in."""

    BACKDROP = "backdrop"
    LIGHT = "light"
    PRESENTATION = "presentation"
    CROP = "crop"
    CATEGORY = "category"
    COLOUR = "colour"


@dataclass(frozen=True, slots=True)
class Trait:
    """One trait over a set: a value per photo (None = not known), and whether captions say it."""

    name: TraitName
    values: tuple[str | None, ...]
    said: tuple[bool, ...]

    @property
    def known(self) -> int:
        """Photos of which the trait is known."""
        return sum(value is not None for value in self.values)

    @property
    def commonest(self) -> str | None:
        """The value that most photos share; ties by the word."""
        counts = Counter(value for value in self.values if value is not None)
        return min(counts, key=lambda value: (-counts[value], value), default=None)

    @property
    def share(self) -> float:
        """Share of the photos with the commonest value among those of which it is known."""
        held = sum(value == self.commonest for value in self.values if value is not None)
        return held / self.known if self.known else 0.0

    @property
    def said_share(self) -> float:
        """Share of the captions that say the trait, among the photos with the commonest value."""
        those = [
            said
            for value, said in zip(self.values, self.said, strict=True)
            if value is not None and value == self.commonest
        ]
        return sum(those) / len(those) if those else 0.0


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One photo of a set, with all that is known of it."""

    photo: Photo
    measures: Measures
    caption: str


def traits_of(
    exhibits: Sequence[Exhibit], vocabulary: Vocabulary, scene: Scene | None = None
) -> list[Trait]:
    """All traits of a set, in the order of TraitName. Raises NotEnoughPhotos for no photos."""
    taken = [one.measures for one in exhibits]
    stage = scene or scene_of(taken)
    nouns = _words_for(vocabulary.categories, {category_of(e.photo, e.measures) for e in exhibits})
    hues = _words_for(vocabulary.colours, {*COLOUR_NAMES, "gray"})
    values: dict[TraitName, list[str | None]] = {
        TraitName.BACKDROP: [_backdrop(m, stage) for m in taken],
        TraitName.LIGHT: ["side light" if m.light_slope > SIDE_LIGHT else "even" for m in taken],
        TraitName.PRESENTATION: [_shown(m) for m in taken],
        TraitName.CROP: [framing_of(m.box) for m in taken],
        TraitName.CATEGORY: [category_of(e.photo, e.measures) for e in exhibits],
        TraitName.COLOUR: [m.garment_colours[0] for m in taken],
    }
    says = {
        TraitName.BACKDROP: BACKDROP_WORDS,
        TraitName.LIGHT: LIGHT_WORDS,
        TraitName.PRESENTATION: PRESENTATION_WORDS,
        TraitName.CROP: CROP_WORDS,
        TraitName.CATEGORY: nouns,
        TraitName.COLOUR: hues,
    }
    return [
        Trait(
            name, tuple(values[name]), tuple(_says(e.caption, name, says[name]) for e in exhibits)
        )
        for name in TraitName
    ]


def _says(caption: str, name: TraitName, words: re.Pattern[str]) -> bool:
    text = garment_part(caption) if name is TraitName.COLOUR else caption
    return words.search(text) is not None


def garment_part(caption: str) -> str:
    """A caption without its phrases about the backdrop: colours in those are not the garment's."""
    phrases = (phrase.strip() for phrase in caption.split(","))
    return ", ".join(phrase for phrase in phrases if not BACKDROP_WORDS.search(phrase))


def framing_of(box: GarmentBox) -> str:
    """How a garment lies in its photo: whole and centred, or what it is not."""
    if min(box.left, box.top, 1 - box.right, 1 - box.bottom) < EDGE:
        return "cut off by the edge"
    if max(box.right - box.left, box.bottom - box.top) < SMALL:
        return "small in the frame"
    across, down = (box.left + box.right) / 2 - 0.5, (box.top + box.bottom) / 2 - 0.5
    return "off centre" if max(abs(across), abs(down)) > OFF_CENTRE else "whole and centred"


def _backdrop(measures: Measures, scene: Scene) -> str:
    """The scene's backdrop by its name, or what another one looks like."""
    if scene.holds(measures):
        return scene.backdrop.name
    name = colour_name(measures.backdrop)
    return f"another {name}" if name == scene.backdrop.name else name


def _shown(measures: Measures) -> str | None:
    shown = presentation_of(measures)
    return None if shown is None else shown.value.replace("_", " ")


def _words_for(brand: Mapping[str, str], own: set[str | None]) -> re.Pattern[str]:
    """Whatever of the studio's and the brand's words, whole."""
    words = sorted({*(word for word in own if word), *brand.values()}, key=len, reverse=True)
    either = "|".join(re.escape(word) for word in words) or r"(?!)"
    return re.compile(rf"(?<![\w-])({either})(?![\w-])", re.IGNORECASE)
