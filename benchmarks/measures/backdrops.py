"""Which of a brand's photos stand on its main backdrop, found without the product's own curation.

Twice: by a plain rule on the colour of each photo's rim, and by a person who looked at all photos
of four brands and labelled those that are clear (`backdrops.json`).
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from benchmarks.figures import Share
from muslin.domain.fact import Fact
from muslin.imaging.colour import delta_e_2000

SAME = 15.0
"""ΔE00 within which rims count as one backdrop under changing light."""
LABELS = Path(__file__).parents[1] / "backdrops.json"

Labs = NDArray[np.float64]


def commonest(labs: Labs) -> Labs:
    """The commonest backdrop (3,) of rims (N, 3): the middle colour around the densest photo.

    Densest is the photo with most others within SAME; of equal ones the one closest to them.
    """
    distances = delta_e_2000(labs[:, None], labs)
    near = distances <= SAME
    spread = np.where(near, distances, 0).sum(axis=1) / near.sum(axis=1)
    densest = np.lexsort((spread, -near.sum(axis=1)))[0]
    return np.asarray(np.median(labs[near[densest]], axis=0), np.float64)


def on_backdrop(labs: Labs, backdrop: Labs) -> Share:
    """How many of the rims (N, 3) lie within SAME of a backdrop."""
    return Share.among(bool(d <= SAME) for d in delta_e_2000(labs, backdrop))


class Labels(Fact):
    """File names of a brand's photos by what a person saw; unclear photos are in neither."""

    main: frozenset[str] = frozenset()
    other: frozenset[str] = frozenset()


def read_labels(brand: str, path: Path = LABELS) -> Labels:
    """The labels of a brand; empty for one that nobody labelled."""
    every = TypeAdapter(dict[str, Labels]).validate_json(path.read_bytes())
    return every.get(brand, Labels())


def by_hand(kept: Collection[str], labels: Labels) -> Share:
    """Of the kept photos that a person labelled, those on the main backdrop."""
    labelled = [name for name in kept if name in labels.main | labels.other]
    return Share.among(name in labels.main for name in labelled)
