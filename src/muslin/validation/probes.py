"""The fixed work that every checkpoint of a run is judged on: the brand's own product range."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from muslin.domain.catalog import KNOWN_CATEGORIES
from muslin.domain.errors import NotEnoughPhotos
from muslin.domain.judging import Probe
from muslin.imaging.colour import COLOUR_NAMES

PROMPTS = 12
"""A dozen prompts hold most shoots' categories and colours at least once."""
SEEDS_PER_PROMPT = 2
"""24 pictures: a share over them is known to ± 20 % (95 % interval), for a minute of drawing."""
FIRST_SEED = 20_000
"""Far from the small seeds that people type, so that nobody tunes to the probes by accident."""

Words = Callable[[str, str], str]
"""(category, colour) to a prompt in the grammar of the dataset's captions, trigger included."""


@dataclass(frozen=True, slots=True)
class Product:
    """One garment of the brand's range, as measured or as the shop named it."""

    category: str
    colour: str


@dataclass(frozen=True, slots=True)
class ProbeSet:
    """Probes in a fixed order; `digest` is the sha256 of all of them and names the set.

    `version` counts the sets of one name from 1; 0 = a set of its own.
    """

    probes: tuple[Probe, ...]
    digest: str
    version: int = 0


def probe_set(
    products: Sequence[Product],
    words: Words,
    *,
    prompts: int = PROMPTS,
    seeds_per_prompt: int = SEEDS_PER_PROMPT,
) -> ProbeSet:
    """Probes over the range: every category and colour at least once if `prompts` allow.

    The same products in any order give the same set. Products whose category or colour nothing
    here could judge are left out; when that leaves none, categories stay and only count as not
    measured.
    Raises NotEnoughPhotos when no product has a colour with a name.
    """
    named = [p for p in products if p.colour in COLOUR_NAMES]
    known = [p for p in named if p.category in KNOWN_CATEGORIES]
    if not named:
        raise NotEnoughPhotos(
            "No garment of this dataset has a colour that could be asked for.",
            hint="Check the shoot: `muslin shoots check NAME` shows what was measured.",
        )
    pairs = choose_pairs(known or named, prompts)
    probes = tuple(
        Probe(
            prompt=words(pair.category, pair.colour),
            seed=FIRST_SEED + place * seeds_per_prompt + n,
            category=pair.category,
            colour=pair.colour,
        )
        for place, pair in enumerate(pairs)
        for n in range(seeds_per_prompt)
    )
    return ProbeSet(probes, digest_of(probes))


def choose_pairs(products: Sequence[Product], count: int) -> list[Product]:
    """Up to `count` different pairs of a category and a colour of the range, best covered first.

    Each choice takes the pair whose category and colour are most in demand: first those not
    asked for yet, then by their share of the range over the times asked, plus one (D'Hondt's
    method of seats). Pairs that the brand never sold are allowed: its look must hold for them.
    """
    categories = Counter(p.category for p in products)
    colours = Counter(p.colour for p in products)
    free = sorted(((c, k) for c in categories for k in colours), key=str)
    chosen: list[Product] = []
    while free and len(chosen) < count:
        asked_c = Counter(p.category for p in chosen)
        asked_k = Counter(p.colour for p in chosen)
        best = max(
            free,
            key=lambda pair: (
                _demand(categories[pair[0]], asked_c[pair[0]], len(products))
                + _demand(colours[pair[1]], asked_k[pair[1]], len(products))
            ),
        )
        free.remove(best)
        chosen.append(Product(*best))
    return chosen


def digest_of(probes: Sequence[Probe]) -> str:
    """sha256 over the probes' canonical JSON, 64 hex digits."""
    body = json.dumps([p.model_dump(mode="json") for p in probes], sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()


def _demand(seen: int, asked: int, total: int) -> float:
    return (1.0 if asked == 0 else 0.0) + seen / total / (asked + 1)
