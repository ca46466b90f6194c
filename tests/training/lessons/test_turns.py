from __future__ import annotations

from collections import Counter

import pytest

from muslin.training.lessons.turns import photos_of_step, round_of_turns, turn_of_step

PHOTOS = 7


@pytest.mark.parametrize("batch_size", [1, 3, 7, 8, 20])
def test_every_photo_is_seen_equally_often_whatever_the_batch(batch_size: int) -> None:
    steps = 30

    seen: Counter[int] = Counter()
    for step in range(1, steps + 1):
        seen.update(photos_of_step(0, step, batch_size, PHOTOS).tolist())

    assert seen.total() == steps * batch_size
    assert set(seen) == set(range(PHOTOS))
    assert max(seen.values()) - min(seen.values()) <= 1


def test_each_epoch_has_an_order_of_its_own() -> None:
    orders = {tuple(photos_of_step(0, step, PHOTOS, PHOTOS).tolist()) for step in range(1, 11)}

    assert len(orders) > 8


@pytest.mark.parametrize("counts", [(20,), (12, 5, 3), (1, 1), (17, 1), (4, 4, 4, 4)])
@pytest.mark.parametrize("batch_size", [1, 4, 8])
def test_after_as_many_steps_as_photos_each_of_every_size_was_seen_batch_size_times(
    counts: tuple[int, ...], batch_size: int
) -> None:
    seen: Counter[tuple[int, int]] = Counter()

    for epoch in range(1, 4):
        first = (epoch - 1) * sum(counts)
        for step in range(first + 1, first + sum(counts) + 1):
            bucket, turn = turn_of_step(counts, step)
            photos = photos_of_step(0, turn, batch_size, counts[bucket]).tolist()
            seen.update((bucket, photo) for photo in photos)

        assert set(seen.values()) == {epoch * batch_size}
        assert len(seen) == sum(counts)


@pytest.mark.parametrize("counts", [(12, 5, 3), (17, 1), (9, 9, 2)])
def test_no_size_ever_waits_longer_than_its_share_allows(counts: tuple[int, ...]) -> None:
    """At any moment a bucket has had its share of the steps, give or take one."""
    had: Counter[int] = Counter()

    for step, bucket in enumerate(round_of_turns(counts), start=1):
        had[bucket] += 1
        for place, count in enumerate(counts):
            assert abs(had[place] - step * count / sum(counts)) < 1


def test_photos_of_one_size_take_every_step() -> None:
    assert [turn_of_step((5,), step) for step in range(1, 13)] == [(0, n) for n in range(1, 13)]


def test_a_buckets_turns_are_counted_without_a_gap() -> None:
    counts = (12, 5, 3)
    turns: dict[int, list[int]] = {0: [], 1: [], 2: []}

    for step in range(1, 101):
        bucket, turn = turn_of_step(counts, step)
        turns[bucket].append(turn)

    assert all(had == list(range(1, len(had) + 1)) for had in turns.values())
