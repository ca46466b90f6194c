from __future__ import annotations

import pytest

from muslin.curation.splits import split_by_garment
from muslin.domain.dataset import Split
from muslin.domain.errors import NotEnoughPhotos
from muslin.domain.fact import PhotoId
from tests.curation.shop import a_measure, photo_id

SHOOT = [a_measure(n) for n in range(20)]


def held(splits: dict[PhotoId, Split]) -> set[PhotoId]:
    return {photo for photo, split in splits.items() if split is Split.HOLD_OUT}


def test_a_garment_is_never_both_taught_and_tested() -> None:
    twins = [m.model_copy(update={"photo": photo_id(100 + n)}) for n, m in enumerate(SHOOT)]

    for seed in range(20):
        splits = split_by_garment([*SHOOT, *twins], 6, seed)
        assert all(splits[a.photo] is splits[b.photo] for a, b in zip(SHOOT, twins, strict=True))
        assert len(held(splits)) == 6


def test_as_many_are_held_out_as_the_recipe_says() -> None:
    for count in (0, 3, 10):
        splits = split_by_garment(SHOOT, count, seed=1)
        assert len(held(splits)) == count
        assert set(splits) == {m.photo for m in SHOOT}


def test_a_garment_with_more_photos_than_may_be_held_out_is_taught() -> None:
    many = [SHOOT[0].model_copy(update={"photo": photo_id(100 + n)}) for n in range(5)]

    for seed in range(20):
        splits = split_by_garment([*many, *SHOOT[1:]], 4, seed)
        assert all(splits[m.photo] is Split.TEACH for m in many)
        assert len(held(splits)) == 4


def test_the_split_follows_from_seed_and_photos_alone() -> None:
    one = split_by_garment(SHOOT, 3, seed=4)

    assert one == split_by_garment(SHOOT[::-1], 3, seed=4)
    assert any(one != split_by_garment(SHOOT, 3, seed) for seed in range(5, 10))


def test_more_must_be_taught_than_held_out() -> None:
    with pytest.raises(NotEnoughPhotos) as refused:
        split_by_garment(SHOOT[:10], 6, seed=0)

    assert "5" in refused.value.hint
