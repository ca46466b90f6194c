"""Coverage is chosen, not enumerated: every pair of values of two traits in few combinations.

Most faults of a look need one value (silk) or two together (silk before the sea) to show; few need
three (Kuhn, Wallace, Gallo, "Software fault interactions", IEEE Trans. Softw. Eng. 30, 2004). So a
set holds every pair at least once. Rows are chosen greedily, each the one of some candidates that
covers most pairs that are still open (Cohen, Dalal, Fredman, Patton, "The AETG system", IEEE Trans.
Softw. Eng. 23, 1997), here without chance: the same range always gives the same set.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

from muslin.domain.judging import Probe
from muslin.domain.proving.ranges import ProductRange

FIRST_SEED = 60_000
"""Apart from the seeds of datasets' ranges and of carried failures."""
TRAITS = ("categories", "colours", "fabrics", "presentations", "people", "environments")

Pair = tuple[int, str, int, str]


def pairwise(traits: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Rows with one value of each trait, in which every pair of two traits' values occurs.

    With a single trait each value is a row. Never fewer rows than the two longest traits multiply
    to, and seldom a third more.
    """
    if len(traits) == 1:
        return [(value,) for value in traits[0]]
    open_pairs = dict.fromkeys(
        (a, one, b, other)
        for a, b in combinations(range(len(traits)), 2)
        for one, other in product(traits[a], traits[b])
    )
    rows: list[tuple[str, ...]] = []
    while open_pairs:
        row = _row(traits, open_pairs)
        rows.append(row)
        for pair in _pairs(row):
            open_pairs.pop(pair, None)
    return rows


def _row(traits: Sequence[Sequence[str]], open_pairs: dict[Pair, None]) -> tuple[str, ...]:
    """A row that starts from the oldest open pair and takes each other trait's best value."""
    a, one, b, other = next(iter(open_pairs))
    chosen = {a: one, b: other}
    for place in sorted(set(range(len(traits))) - {a, b}, key=lambda k: -len(traits[k])):
        chosen[place] = max(
            traits[place],
            key=lambda value: (
                sum(_pair(place, value, k, v) in open_pairs for k, v in chosen.items()),
                sum(place in (p[0], p[2]) and value in (p[1], p[3]) for p in open_pairs),
            ),
        )
    return tuple(chosen[place] for place in range(len(traits)))


def _pairs(row: Sequence[str]) -> list[Pair]:
    return [(a, row[a], b, row[b]) for a, b in combinations(range(len(row)), 2)]


def _pair(place: int, value: str, other: int, chosen: str) -> Pair:
    return (place, value, other, chosen) if place < other else (other, chosen, place, value)


def range_probes(brand: ProductRange) -> tuple[Probe, ...]:
    """Probes that cover every pair of a brand's range, and its stress prompts after them."""
    named = [(name, getattr(brand, name)) for name in TRAITS if getattr(brand, name)]
    rows = pairwise([values for _, values in named])
    said = [dict(zip((name for name, _ in named), row, strict=True)) for row in rows]
    prompts = [(words_of(row), row["categories"], row["colours"]) for row in said]
    prompts += [(words, "", "") for words in brand.stress]
    seeds = brand.seeds_per_prompt
    return tuple(
        Probe(prompt=words, seed=FIRST_SEED + place * seeds + n, category=category, colour=colour)
        for place, (words, category, colour) in enumerate(prompts)
        for n in range(seeds)
    )


def words_of(row: dict[str, str]) -> str:
    """`a red silk dress, on a hanger, on a beach`: one garment in the words of a prompt."""
    garment = " ".join(row[name] for name in ("colours", "fabrics", "categories") if name in row)
    others = [row[name] for name in ("people", "presentations", "environments") if name in row]
    return ", ".join([f"a {garment}", *others])


def combinations_of(brand: ProductRange) -> tuple[int, int]:
    """How many combinations a range has, and how many pairs of values."""
    counts = [len(getattr(brand, name)) for name in TRAITS if getattr(brand, name)]
    whole = 1
    for count in counts:
        whole *= count
    return whole, sum(one * other for one, other in combinations(counts, 2))
