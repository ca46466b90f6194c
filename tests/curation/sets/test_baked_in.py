"""Planted sets: what is constant and unsaid stands out from what varies or is said."""

from __future__ import annotations

import numpy as np
import pytest

from muslin.curation.sets.baked_in import baked_in, conflicts_of, score_of
from muslin.curation.sets.traits import (
    Exhibit,
    Trait,
    TraitName,
    framing_of,
    garment_part,
    traits_of,
)
from muslin.domain.curation.sets import DeclaredUse
from muslin.domain.curation.vocabulary import Vocabulary
from muslin.domain.findings import GarmentBox, Guess
from tests.curation.shop import BEIGE, CATEGORIES, COLOURS, a_measure, a_photo

CENTRED = GarmentBox(left=0.1, top=0.1, right=0.9, bottom=0.9)
BOXES = (
    CENTRED,
    GarmentBox(left=0.0, top=0.1, right=0.8, bottom=0.9),
    GarmentBox(left=0.4, top=0.4, right=0.6, bottom=0.6),
    GarmentBox(left=0.5, top=0.1, right=0.95, bottom=0.7),
)
BACKDROPS = (BEIGE, (95.0, 0.0, 0.0), (30.0, 5.0, -30.0), (50.0, -30.0, 25.0))
WAYS = ("flat_lay", "hanger", "on_model", "ghost_mannequin")
WORDS = {
    TraitName.BACKDROP: "on a {} background",
    TraitName.LIGHT: "in side light",
    TraitName.PRESENTATION: "on a hanger",
    TraitName.CROP: "close-up",
    TraitName.CATEGORY: "dress",
    TraitName.COLOUR: "red",
}


def a_planted_set(planted: TraitName, *, constant: bool, said: bool, seed: int) -> list[Exhibit]:
    """20 photos that vary in all traits but perhaps the planted one, with a tenth of noise."""
    rng = np.random.default_rng([seed, constant, said, list(TraitName).index(planted)])
    return [_exhibit(n, planted, constant, said, rng) for n in range(20)]


def _exhibit(
    n: int, planted: TraitName, constant: bool, said: bool, rng: np.random.Generator
) -> Exhibit:
    def kind(trait: TraitName) -> int:
        fixed = trait is planted and constant and rng.random() > 0.1
        return 0 if fixed else int(rng.integers(4))

    lab = np.asarray(BACKDROPS[kind(TraitName.BACKDROP)]) + rng.normal(0, 1.0, 3)
    confidence = float(rng.choice([0.95, 0.6], p=[0.9, 0.1]))
    measures = a_measure(
        n,
        backdrop=tuple(float(v) for v in lab),
        light_slope=(8.0, 40.0, 30.0, 10.0)[kind(TraitName.LIGHT)] + float(rng.normal(0, 1)),
        presentation=Guess(name=WAYS[kind(TraitName.PRESENTATION)], confidence=confidence),
        box=BOXES[kind(TraitName.CROP)],
        garment_colours=(COLOURS[kind(TraitName.COLOUR)],),
    )
    photo = a_photo(n, category=CATEGORIES[kind(TraitName.CATEGORY)])
    # everything else is said, so that only the planted trait could be silent
    told = [words for trait, words in WORDS.items() if trait is not planted or said]
    kept = [words for words in told if rng.random() > 0.1]
    return Exhibit(photo, measures, ", ".join(kept).format("plain"))


def auc(positive: list[float], negative: list[float]) -> float:
    """Share of pairs in which the positive one has the higher score, ties half (Mann-Whitney)."""
    higher = [(p > n) + 0.5 * (p == n) for p in positive for n in negative]
    return sum(higher) / len(higher)


def planted_score(planted: TraitName, *, constant: bool, said: bool, seed: int) -> float:
    exhibits = a_planted_set(planted, constant=constant, said=said, seed=seed)
    traits = {trait.name: trait for trait in traits_of(exhibits, Vocabulary())}
    return score_of(traits[planted])


@pytest.mark.parametrize("planted", TraitName)
def test_planted_sets_are_told_from_sets_that_vary_or_say_so(planted: TraitName) -> None:
    baked = [planted_score(planted, constant=True, said=False, seed=n) for n in range(12)]
    fine = [
        planted_score(planted, constant=constant, said=said, seed=n)
        for n in range(6)
        for constant, said in ((False, False), (True, True), (False, True))
    ]

    assert auc(baked, fine) >= 0.95


def a_trait(values: str, said: str, name: TraitName = TraitName.BACKDROP) -> Trait:
    known = tuple(None if value == "?" else value for value in values)
    return Trait(name, known, tuple(word == "y" for word in said))


@pytest.mark.parametrize(
    ("values", "said", "share", "said_share", "score"),
    [
        ("aaaaaaaaaa", "nnnnnnnnnn", 1.0, 0.0, 1.0),
        ("aaaaaaaabb", "nnnnyyyyyy", 0.8, 0.5, 0.4),
        ("aaaabbbb??", "nnnnyyyyyy", 0.5, 0.0, 0.5),
        ("aaaaaaaaaa", "yyyyyyyyyy", 1.0, 1.0, 0.0),
        ("??????????", "nnnnnnnnnn", 0.0, 0.0, 0.0),
    ],
)
def test_the_score_is_what_is_shared_times_what_is_unsaid(
    values: str, said: str, share: float, said_share: float, score: float
) -> None:
    trait = a_trait(values, said)

    assert (trait.share, trait.said_share) == (share, said_share)
    assert score_of(trait) == pytest.approx(score)


def test_a_declared_use_elsewhere_is_a_conflict_and_the_look_itself_is_none() -> None:
    trait = a_trait("aaaaaaaaaa", "nnnnnnnnnn")

    assert conflicts_of(trait, DeclaredUse(backdrop=("a", "outdoors"))) == ("outdoors",)
    (told,) = baked_in([trait], DeclaredUse(backdrop=("outdoors",)))
    assert told.is_baked_in
    assert told.conflicts == ("outdoors",)
    assert "Add photos with outdoors" in told.way_out
    (look,) = baked_in([trait], DeclaredUse(backdrop=("a",)))
    assert look.is_baked_in
    assert look.conflicts == ()


def test_what_varies_conflicts_with_no_use() -> None:
    (told,) = baked_in([a_trait("aaaabbbbcc", "nnnnnnnnnn")], DeclaredUse(backdrop=("outdoors",)))

    assert not told.is_baked_in
    assert told.conflicts == ()


def test_a_trait_that_is_hardly_known_is_not_judged() -> None:
    assert baked_in([a_trait("aaaa??????", "nnnnnnnnnn")], DeclaredUse()) == []


@pytest.mark.parametrize(
    ("caption", "said"),
    [
        ("a light blue dress", set()),
        ("a red dress in soft light", {TraitName.LIGHT, TraitName.CATEGORY, TraitName.COLOUR}),
        ("a hat, on a white background", {TraitName.BACKDROP}),
        ("a hat on a wooden kitchen table", {TraitName.BACKDROP}),
        ("a table-cloth skirt, flat lay", {TraitName.PRESENTATION, TraitName.CATEGORY}),
    ],
)
def test_a_caption_says_what_it_says_and_no_more(caption: str, said: set[TraitName]) -> None:
    exhibits = [Exhibit(a_photo(n), a_measure(n), caption) for n in range(5)]

    found = {trait.name for trait in traits_of(exhibits, Vocabulary()) if any(trait.said)}

    expected = said or {TraitName.CATEGORY, TraitName.COLOUR}
    assert found == expected


def test_a_brands_word_says_the_category() -> None:
    house = Vocabulary(categories={"dress": "robe"})
    exhibits = [Exhibit(a_photo(n, category="dress"), a_measure(n), "a robe") for n in range(5)]

    traits = {trait.name: trait for trait in traits_of(exhibits, house)}

    assert traits[TraitName.CATEGORY].said_share == 1.0


def test_a_backdrops_colour_is_no_garments_colour() -> None:
    assert garment_part("a hat, on a red background, wool") == "a hat, wool"


@pytest.mark.parametrize(
    ("box", "framing"),
    list(
        zip(
            BOXES,
            ("whole and centred", "cut off by the edge", "small in the frame", "off centre"),
            strict=True,
        )
    ),
)
def test_a_garment_lies_in_its_photo_in_one_of_four_ways(box: GarmentBox, framing: str) -> None:
    assert framing_of(box) == framing
