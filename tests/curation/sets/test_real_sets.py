"""Sets of real photos: one brand's own backdrop, against mixtures of brands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from muslin.curation.backdrop import scene_of
from muslin.curation.measure import measure, working_copy
from muslin.curation.sets.baked_in import score_of
from muslin.curation.sets.traits import Exhibit, TraitName, traits_of
from muslin.domain.curation.vocabulary import Vocabulary
from muslin.domain.findings import Measures
from muslin.imaging.open import open_photo
from muslin.networks.vision.garment import GarmentReader
from tests.curation.sets.test_baked_in import auc
from tests.curation.shop import a_photo, photo_id

PHOTOS = 10


@pytest.fixture(scope="module")
def brands(shared_brands: Path) -> list[list[Measures]]:
    """Some photos of each brand, measured."""
    reader = GarmentReader()
    found = []
    for folder in sorted(path for path in shared_brands.iterdir() if path.is_dir()):
        measures: list[Measures] = []
        for path in sorted(folder.glob("*.jpg"))[: 2 * PHOTOS]:
            opened = open_photo(path.read_bytes())
            reading = reader.read(working_copy(opened.picture))
            measures.append(measure(photo_id(len(measures)), opened, reading))
        found.append(measures)
    return found


def backdrop_score(measures: list[Measures]) -> float:
    exhibits = [Exhibit(a_photo(n), one, "a red dress") for n, one in enumerate(measures)]
    traits = {trait.name: trait for trait in traits_of(exhibits, Vocabulary())}
    return score_of(traits[TraitName.BACKDROP])


def test_a_brands_backdrop_is_told_from_a_mixture_of_backdrops(
    brands: list[list[Measures]],
) -> None:
    rng = np.random.default_rng(0)
    own = []
    for measures in brands:
        holding = [one for one in measures if scene_of(measures).holds(one)]
        own += [[holding[k] for k in rng.permutation(len(holding))[:PHOTOS]] for _ in range(3)]
    mixed = []
    for _ in range(12):
        places = rng.permutation(np.arange(PHOTOS) % len(brands))
        mixed.append([brands[b][int(rng.integers(len(brands[b])))] for b in places])

    assert auc([*map(backdrop_score, own)], [*map(backdrop_score, mixed)]) >= 0.95
