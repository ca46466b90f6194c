"""Claim: of a messy shoot the photos that are kept are alike, varied, and kept again tomorrow.

`python -m benchmarks.curation.selection BRANDS`: one folder of photos per brand, each with a
`categories.csv`. Everything is chosen again three times with 5 % of the photos taken away.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.curation.faults import Shot, read_shots
from benchmarks.curation.figures import SelectionFigures, SelectionsFigures
from benchmarks.measures.backdrops import by_hand, commonest, on_backdrop, read_labels
from benchmarks.pictures import rim
from benchmarks.results import shown, write_result
from muslin.curation.captions import category_of
from muslin.curation.findings.duplicates import compare
from muslin.curation.select import select
from muslin.curation.sidecars import read_words
from muslin.domain.catalog import Photo
from muslin.domain.dataset import SelectionRecipe
from muslin.domain.fact import ShootId
from muslin.networks.vision.garment import GarmentReader

REPEATS, TAKEN_AWAY = 3, 0.05


def photos_of(folder: Path, shots: Sequence[Shot]) -> list[Photo]:
    """The photos as an import would keep them, with the shop's categories."""
    words = read_words(folder, [p.name for p in folder.iterdir()])
    return [
        Photo(
            id=shot.measures.photo,
            shoot=ShootId("shoot"),
            file_name=shot.name,
            width_px=shot.picture.shape[1],
            height_px=shot.picture.shape[0],
            size_bytes=0,
            format="JPEG",
            category=words.categories.get(shot.name),
        )
        for shot in shots
    ]


def entropy(counts: Sequence[int]) -> float:
    """Of a choice by its numbers per category, in bits."""
    whole = sum(counts)
    return -sum(n / whole * math.log2(n / whole) for n in counts if n)


def best_entropy(available: Counter[str], count: int) -> float:
    """The highest entropy of `count` photos: one of each category in turn while there are any."""
    taken: Counter[str] = Counter()
    for _ in range(min(count, available.total())):
        open_still = [name for name in available if taken[name] < available[name]]
        taken[min(open_still, key=lambda name: (taken[name], name))] += 1
    return entropy(list(taken.values()))


def kept_of(
    photos: Sequence[Photo], shots: Sequence[Shot], recipe: SelectionRecipe
) -> tuple[list[str], list[str]]:
    """File names of the photos that are kept, and of those that could have been.

    A photo could not have been where its garment is cut off, or its crop would need backdrop
    that is not in the photo.
    """
    choices, _ = select(photos, [s.measures for s in shots], recipe)
    kept = [c.file_name for c in choices if c.kept]
    others = [c for c in choices if "usable" in c.reason and not c.kept]
    whole = [c for c in others if "cut off" not in c.reason and "beyond" not in c.reason]
    return kept, kept + [c.file_name for c in whole]


def measure_brand(folder: Path, reader: GarmentReader) -> SelectionFigures:
    """Choose from one brand and judge the choice."""
    shots, recipe = read_shots(folder, reader), SelectionRecipe()
    photos = photos_of(folder, shots)
    kept, usable = kept_of(photos, shots, recipe)
    taken = {s.name: s for s in shots}
    category = {
        p.file_name: category_of(p, s.measures) or "garment"
        for p, s in zip(photos, shots, strict=True)
    }
    rims = {s.name: rim(s.picture) for s in shots}
    backdrop = commonest(np.stack(list(rims.values())))
    available = Counter(category[name] for name in usable)
    return SelectionFigures(
        kept=len(kept),
        on_backdrop=on_backdrop(np.stack([rims[name] for name in kept]), backdrop),
        by_hand=by_hand(kept, read_labels(folder.name)),
        twins=len(compare([taken[name].measures for name in kept]).links),
        entropy=entropy(list(Counter(category[name] for name in kept).values())),
        best_entropy=best_entropy(available, len(kept)),
        shared=[again(photos, shots, kept, seed) for seed in range(REPEATS)],
    )


def again(photos: Sequence[Photo], shots: Sequence[Shot], kept: Sequence[str], seed: int) -> float:
    """Share of a choice that is made again when some of all photos are gone."""
    chance = random.Random(seed)
    left = sorted(chance.sample(range(len(photos)), round((1 - TAKEN_AWAY) * len(photos))))
    now, _ = kept_of([photos[i] for i in left], [shots[i] for i in left], SelectionRecipe())
    return len(set(now) & set(kept)) / len(kept)


def told(found: SelectionFigures) -> str:
    """A brand's figures in one line."""
    repeats = ", ".join(f"{100 * share:.0f} %" for share in found.shared)
    return (
        f"kept {found.kept}; backdrop {found.on_backdrop.hits} of {found.on_backdrop.of}, by hand "
        f"{found.by_hand.hits} of {found.by_hand.of}; twins {found.twins}; entropy "
        f"{found.entropy:.2f} of {found.best_entropy:.2f} bits; again {repeats}"
    )


def main() -> None:
    """Measure all brands and keep the figures."""
    name = "python -m benchmarks.curation.selection"
    parser = argparse.ArgumentParser(prog=name, description=__doc__)
    parser.add_argument("brands", type=Path)
    given = parser.parse_args()
    reader = GarmentReader()
    folders = sorted(p for p in given.brands.iterdir() if p.is_dir())
    found = {folder.name: measure_brand(folder, reader) for folder in folders}
    write_result("curation_selection", SelectionsFigures(brands=found))
    print(shown({brand: told(figures) for brand, figures in found.items()}))


if __name__ == "__main__":
    main()
