"""Every fault is planted and found; captions by rule of a fine shoot have none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from muslin.curation.captions import caption_of
from muslin.curation.captions.colours import contradicts, distance, named_colours
from muslin.curation.captions.length import WordBound
from muslin.curation.captions.lint import lint, shared_fragments
from muslin.curation.sets.traits import Exhibit, traits_of
from muslin.domain.curation.captions import CaptionFault, CaptionFaultKind
from muslin.domain.curation.vocabulary import Vocabulary
from muslin.domain.findings import Guess
from muslin.imaging.colour import COLOUR_NAMES, name_colours, to_lab
from tests.curation.shop import COLOURS, a_measure, a_photo

LABS = {
    "black": (12.0, 0.0, 0.0),
    "blue": (40.0, 10.0, -45.0),
    "green": (45.0, -35.0, 25.0),
    "red": (42.0, 60.0, 40.0),
    "white": (92.0, 0.0, 0.0),
}
KINDS = ("dress", "shirt", "skirt", "t-shirt", "pants", "hat", "shorts", "hoodie")


def a_set(count: int = 16) -> list[Exhibit]:
    """Different garments by rule on one backdrop, colours as measured."""
    exhibits = []
    for n in range(count):
        colour = COLOURS[n % len(COLOURS)]
        photo = a_photo(n, category=KINDS[n // 2 % len(KINDS)])
        measures = a_measure(
            n, garment=LABS[colour], garment_colours=(colour,), garment_pattern=1.0
        )
        exhibits.append(Exhibit(photo, measures, caption_of(photo, measures).text))
    return exhibits


def faults_of(
    exhibits: list[Exhibit], trigger: str = "", vocabulary: Vocabulary | None = None
) -> dict[CaptionFaultKind, list[CaptionFault]]:
    house = vocabulary or Vocabulary()
    found: dict[CaptionFaultKind, list[CaptionFault]] = {}
    for fault in lint(exhibits, traits_of(exhibits, house), house, trigger, WordBound()):
        found.setdefault(fault.kind, []).append(fault)
    return found


def saying(exhibits: list[Exhibit], words: str, *places: int) -> list[Exhibit]:
    """The set with words put behind the captions at some places, or all."""
    return [
        replace(one, caption=f"{one.caption}, {words}") if not places or n in places else one
        for n, one in enumerate(exhibits)
    ]


def test_captions_by_rule_of_different_garments_have_no_fault() -> None:
    assert faults_of(a_set()) == {}


def test_a_phrase_in_four_fifths_of_the_captions_steals_the_trigger() -> None:
    captions = [f"{word}, pure linen look, {word}" for word in "abcdefgh"] + ["x", "y"]

    assert shared_fragments(captions) == {"pure linen look": 0.8}
    assert shared_fragments([*captions, "z"]) == {}
    assert shared_fragments(["a hat on a bed", "a cap on a box", "a bag on a chair"]) == {}


def test_a_longer_shared_phrase_speaks_for_the_shorter_ones_in_it() -> None:
    captions = [f"linen and silk, {n}" for n in range(9)] + ["silk"]

    assert shared_fragments(captions) == {"linen and silk": 0.9}


def test_the_trigger_itself_may_be_shared() -> None:
    led = [replace(one, caption=f"Sage Linen, {one.caption}") for one in a_set()]

    assert CaptionFaultKind.SHARED not in faults_of(led, "sage linen")
    (fault,) = faults_of(led, "other")[CaptionFaultKind.SHARED]
    assert "sage linen" in fault.words
    assert len(fault.files) == len(led)


def test_a_constant_backdrop_that_captions_name_leaks_out_of_the_look() -> None:
    found = faults_of(saying(a_set(), "on a beige background", 1, 2, 3))

    (fault,) = found[CaptionFaultKind.LEAKED]
    assert fault.files == ("001.jpg", "002.jpg", "003.jpg")
    assert "backdrop" in fault.words


def test_what_varies_may_be_named() -> None:
    exhibits = [
        replace(
            one,
            measures=one.measures.model_copy(
                update={"presentation": Guess(name=("hanger", "flat_lay")[n % 2], confidence=0.99)}
            ),
        )
        for n, one in enumerate(a_set())
    ]

    found = faults_of(saying(exhibits, "on a hanger", 0, 2, 4))

    assert CaptionFaultKind.LEAKED not in found


def test_a_caption_that_names_another_colour_contradicts_its_photo() -> None:
    exhibits = a_set()
    exhibits[3] = replace(exhibits[3], caption="a green shirt")  # measured red

    (fault,) = faults_of(exhibits)[CaptionFaultKind.COLOUR]

    assert fault.files == ("003.jpg",)
    assert "green" in fault.words
    assert "red" in fault.words


def test_the_backdrops_colour_is_not_the_garments() -> None:
    found = faults_of(saying(a_set(), "on a green background", 3))

    assert CaptionFaultKind.COLOUR not in found


def test_no_colour_is_far_from_its_own_name() -> None:
    lab = to_lab(np.random.default_rng(0).integers(0, 256, (300, 3), np.uint8))

    for one, name in zip(lab, name_colours(lab), strict=True):
        garment = (float(one[0]), float(one[1]), float(one[2]))
        assert distance(COLOUR_NAMES[name], a_measure(1, garment=garment)) <= 5


def test_a_neighbouring_shade_is_the_eyes_matter_and_an_opposite_is_not() -> None:
    navy = a_measure(1, garment=(24.0, 4.0, -20.0), garment_colours=("navy",))

    assert not contradicts(("black",), navy)
    assert not contradicts(("blue",), navy)
    assert contradicts(("yellow",), navy)
    assert contradicts(("red", "orange"), navy)
    assert not contradicts(("yellow", "navy"), navy)
    assert not contradicts((), navy)


def test_a_brands_colour_is_read_as_the_studios() -> None:
    house = {"navy": "midnight blue", "red": "rosso"}

    assert named_colours("a Midnight Blue and gray tee", house) == ("navy", "grey")
    assert named_colours("a rosso dress", house) == ("red",)


def test_a_caption_that_names_another_garment_contradicts_the_shop() -> None:
    exhibits = a_set()
    exhibits[0] = replace(exhibits[0], caption="a black hat")  # the shop says dress

    (fault,) = faults_of(exhibits)[CaptionFaultKind.CATEGORY]

    assert fault.files == ("000.jpg",)
    assert "the shop says dress" in fault.words


def test_a_near_synonym_and_a_brands_word_are_no_contradiction() -> None:
    exhibits = a_set()
    exhibits[6] = replace(exhibits[6], caption="a blue top")  # a t-shirt
    exhibits[0] = replace(exhibits[0], caption="a black robe")
    house = Vocabulary(categories={"dress": "robe"})

    assert CaptionFaultKind.CATEGORY not in faults_of(exhibits, vocabulary=house)


def test_an_unsure_network_contradicts_nobody() -> None:
    exhibits = a_set()
    photo = exhibits[0].photo.model_copy(update={"category": None})
    for confidence, kinds in ((0.8, 0), (0.97, 1)):
        guess = Guess(name="dress", confidence=confidence)
        measures = exhibits[0].measures.model_copy(update={"category": guess})
        told = [Exhibit(photo, measures, "a black hat"), *exhibits[1:]]
        assert len(faults_of(told).get(CaptionFaultKind.CATEGORY, [])) == kinds


def test_empty_doubled_and_endless_captions_are_found() -> None:
    exhibits = a_set()
    exhibits[1] = replace(exhibits[1], caption=" ")
    exhibits[2] = replace(exhibits[2], caption=exhibits[3].caption.upper())
    exhibits[4] = replace(exhibits[4], caption="a black skirt, " + "very " * 60 + "long")

    found = faults_of(exhibits)

    assert found[CaptionFaultKind.EMPTY][0].files == ("001.jpg",)
    assert found[CaptionFaultKind.DUPLICATE][0].files == ("002.jpg", "003.jpg")
    assert found[CaptionFaultKind.TOO_LONG][0].files == ("004.jpg",)
    assert "not here" in found[CaptionFaultKind.TOO_LONG][0].words


def test_words_are_counted_as_tokens_by_the_rule_of_thumb() -> None:
    count = WordBound().count

    assert count("") == 2
    assert count("one two three") == 4 + 2
    assert count("a t-shirt, red") == 6 + 2  # three words and a comma: 4 / 0.75, rounded up
