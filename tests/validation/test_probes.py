from __future__ import annotations

import random

import pytest

from muslin.domain.errors import NotEnoughPhotos
from muslin.validation.probes import FIRST_SEED, Product, choose_pairs, probe_set


def words(category: str, colour: str) -> str:
    return f"a {colour} {category}"


def a_range(**sold: str) -> list[Product]:
    """`t_shirt="red red blue"`: one product per colour that is listed."""
    return [Product(c.replace("_", "-"), k) for c, colours in sold.items() for k in colours.split()]


def test_every_category_and_every_colour_is_asked_for_at_least_once() -> None:
    products = a_range(t_shirt="red red red blue", dress="black", pants="navy", skirt="white pink")

    pairs = choose_pairs(products, 12)

    assert {p.category for p in pairs} == {p.category for p in products}
    assert {p.colour for p in pairs} == {p.colour for p in products}
    assert len(set(pairs)) == 12


def test_what_the_brand_sells_most_is_asked_for_most() -> None:
    products = a_range(dress="red blue green black white pink", skirt="red") + a_range(
        dress="red blue green black white pink"
    )

    pairs = choose_pairs(products, 8)

    dresses = sum(p.category == "dress" for p in pairs)
    assert dresses > len(pairs) / 2


def test_the_same_range_in_any_order_gives_the_same_probes() -> None:
    products = a_range(t_shirt="red blue", dress="black red", pants="navy grey")
    shuffled = random.Random(1).sample(products, len(products))

    one, other = probe_set(products, words), probe_set(shuffled, words)

    assert one == other
    assert len(one.digest) == 64


def test_another_range_has_another_digest() -> None:
    assert (
        probe_set(a_range(dress="red"), words).digest
        != probe_set(a_range(dress="blue"), words).digest
    )


def test_each_probe_has_a_seed_of_its_own_and_speaks_the_captions_grammar() -> None:
    probes = probe_set(a_range(dress="red blue"), words, prompts=2, seeds_per_prompt=3).probes

    assert [p.seed for p in probes] == list(range(FIRST_SEED, FIRST_SEED + 6))
    assert {p.prompt for p in probes} == {"a red dress", "a blue dress"}


def test_what_nobody_can_judge_is_not_asked_for() -> None:
    products = a_range(dress="red", parachute="red", skirt="plaid")

    probes = probe_set(products, words, prompts=4).probes

    assert {(p.category, p.colour) for p in probes} == {("dress", "red")}


def test_a_range_of_unknown_garments_is_asked_for_and_stays_unjudged() -> None:
    probes = probe_set(a_range(parachute="red"), words, seeds_per_prompt=1).probes

    assert [p.category for p in probes] == ["parachute"]


def test_a_range_without_any_named_colour_is_refused() -> None:
    with pytest.raises(NotEnoughPhotos, match="colour") as refusal:
        probe_set(a_range(dress="plaid"), words)

    assert "muslin shoots check" in refusal.value.hint
