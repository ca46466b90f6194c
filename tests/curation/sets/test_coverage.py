from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from muslin.curation.sets.coverage import (
    balance_of,
    coverage_of,
    in_own_words,
    met_share,
    missing_shots,
    shot_words,
)
from muslin.domain.curation.sets import BrandRange, Shot
from muslin.domain.curation.vocabulary import Vocabulary
from tests.curation.sets.members import a_member

PLAIN = Vocabulary()
HOUSE = Vocabulary(categories={"t-shirt": "tee"}, colours={"navy": "midnight"})


@pytest.mark.parametrize(
    ("kinds", "evenness"),
    [
        (["a"] * 5 + ["b"] * 5, 1.0),
        (["a", "b", "c", "d"], 1.0),
        (["a"] * 3 + ["b"], (math.log(4) - 0.75 * math.log(3)) / math.log(2)),
        (["a"] * 9, None),
        ([], None),
        (["a", "a", "b", "b", "not known", "not known"], 1.0),
    ],
)
def test_evenness_is_the_entropy_over_that_of_equal_shares(
    kinds: list[str], evenness: float | None
) -> None:
    found = balance_of("category", kinds).evenness

    assert found == (None if evenness is None else pytest.approx(evenness))


def test_the_largest_kind_is_named_with_its_share() -> None:
    balance = balance_of("category", ["dress"] * 7 + ["shirt"] * 3)

    assert (balance.largest, balance.largest_share, balance.kinds) == ("dress", 0.7, 2)


def test_the_matrix_counts_every_photo_once() -> None:
    members = [a_member(n, colour=("red", "navy")[n % 3 == 0]) for n in range(12)]

    coverage = coverage_of(members, BrandRange(), PLAIN, "beige")

    assert sum(cell.photos for cell in coverage.cells) == 12
    assert {(c.category, c.colour): c.photos for c in coverage.cells} == {
        ("dress", "navy"): 2,
        ("dress", "red"): 4,
        ("shirt", "navy"): 2,
        ("shirt", "red"): 4,
    }
    assert coverage.met is None
    assert coverage.missing == ()


def test_what_is_there_beyond_what_is_wanted_makes_up_for_nothing() -> None:
    members = [a_member(n, category="dress") for n in range(10)]

    assert met_share(members, BrandRange(categories={"dress": 4, "shirt": 4})) == 0.5
    assert met_share(members, BrandRange(categories={"dress": 4}, colours={"red": 4})) == 1.0
    assert met_share(members, BrandRange(categories={"dress": 0})) is None


def test_the_shot_list_is_as_short_as_the_respect_that_lacks_most() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        wanted = BrandRange(
            categories={kind: int(rng.integers(0, 6)) for kind in ("dress", "shirt", "hat")},
            colours={colour: int(rng.integers(0, 6)) for colour in ("red", "navy", "white")},
            presentations={"hanger": int(rng.integers(0, 9))},
        )
        members = [a_member(n) for n in range(int(rng.integers(0, 8)))]
        have = Counter(kind for m in members for kind in (m.category, m.colour, m.presentation))
        lacking = [
            sum(max(0, want - have[kind]) for kind, want in wishes.items())
            for wishes in (wanted.categories, wanted.colours, wanted.presentations)
        ]

        shots = missing_shots(members, wanted)

        assert sum(shot.count for shot in shots) == max(lacking)
        filled = [*members]
        for shot in shots:
            filled += [
                a_member(
                    100,
                    category=shot.category or "?",
                    colour=shot.colour or "?",
                    presentation=shot.presentation or "?",
                )
            ] * shot.count
        assert met_share(filled, wanted) in (1.0, None)
        assert missing_shots(filled, wanted) == []


def test_a_wanted_kind_of_shot_counts_for_its_colour_and_category_too() -> None:
    wanted = BrandRange(
        categories={"dress": 2},
        colours={"navy": 2},
        shots=(Shot(category="dress", colour="navy", presentation="hanger", count=2),),
    )

    assert missing_shots([], wanted) == [
        Shot(category="dress", colour="navy", presentation="hanger", count=2)
    ]


def test_a_range_may_be_written_in_the_brands_words() -> None:
    wanted = BrandRange(
        categories={"tee": 2, "t-shirt": 1},
        colours={"midnight": 1},
        presentations={"flat_lay": 2},
        shots=(Shot(category="tee", presentation="flat_lay"),),
    )

    own = in_own_words(wanted, HOUSE)

    assert own.categories == {"t-shirt": 3}
    assert own.colours == {"navy": 1}
    assert own.presentations == {"flat lay": 2}
    assert own.shots == (Shot(category="t-shirt", presentation="flat lay"),)


@pytest.mark.parametrize(
    ("shot", "words"),
    [
        (
            Shot(category="t-shirt", colour="navy", presentation="flat lay", count=3),
            "3 × a midnight tee, flat lay, on a beige background",
        ),
        (
            Shot(category="dress", presentation="on model"),
            "1 × a dress, on model, on a beige background, in a colour that the set lacks",
        ),
    ],
)
def test_a_photographer_reads_what_to_take(shot: Shot, words: str) -> None:
    assert shot_words(shot, HOUSE, "beige") == words
