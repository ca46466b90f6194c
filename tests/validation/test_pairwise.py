"""Every pair of a range is drawn, in a fraction of all combinations."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from muslin.domain.proving.ranges import ProductRange
from muslin.validation.pairwise import combinations_of, pairwise, range_probes, words_of

SHOP = ProductRange(
    categories=("dress", "shirt", "pants", "skirt"),
    colours=("red", "navy", "white", "black", "green"),
    fabrics=("silk", "lace", "knit"),
    presentations=("flat lay", "on a hanger"),
    people=("worn by a tall woman", "worn by an old man"),
    environments=("in a studio", "on a beach", "in a street"),
    stress=("a sheer sequin dress in a jump",),
)


@pytest.mark.parametrize(
    "sizes", [(3,), (2, 2), (3, 3, 3), (4, 5, 3, 2, 2, 3), (2,) * 8, (6, 5, 4)]
)
def test_every_pair_of_two_traits_occurs(sizes: tuple[int, ...]) -> None:
    traits = [[f"{k}.{n}" for n in range(size)] for k, size in enumerate(sizes)]

    rows = pairwise(traits)

    seen = {(a, row[a], b, row[b]) for row in rows for a, b in combinations(range(len(sizes)), 2)}
    wanted = {
        (a, one, b, other)
        for a, b in combinations(range(len(sizes)), 2)
        for one, other in product(traits[a], traits[b])
    }
    longest = sorted(sizes)[-2:]
    assert seen == wanted
    assert len(rows) <= max(longest) if len(sizes) == 1 else len(rows) >= longest[0] * longest[1]
    assert len(rows) <= 1.6 * longest[0] * longest[-1] + 4
    assert rows == pairwise(traits)


def test_a_range_of_720_combinations_takes_less_than_a_twentieth() -> None:
    whole, pairs = combinations_of(SHOP)
    probes = range_probes(SHOP)

    assert whole == 4 * 5 * 3 * 2 * 2 * 3
    assert pairs == 20 + 12 + 8 + 8 + 12 + 15 + 10 + 10 + 15 + 6 + 6 + 9 + 4 + 6 + 6
    assert 20 <= len(probes) - 1 <= 30
    assert probes[-1].prompt == "a sheer sequin dress in a jump"
    assert len({probe.seed for probe in probes}) == len(probes)


def test_a_prompt_names_the_garment_first() -> None:
    row = {
        "categories": "dress",
        "colours": "red",
        "fabrics": "silk",
        "people": "worn by a tall woman",
        "environments": "on a beach",
    }

    assert words_of(row) == "a red silk dress, worn by a tall woman, on a beach"


def test_a_value_that_is_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="colours names something twice"):
        ProductRange(categories=("dress",), colours=("red", "red"))
