"""Whose turn it is: the bucket and the photos of each step, from the seed and the step alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from muslin.networks.diffusion.chance import chance


def photos_of_step(seed: int, step: int, batch_size: int, count: int) -> Tensor:
    """Rows of the photos of a step, (batch_size,) int64; `step` counts from 1.

    The photos are shuffled anew for each epoch and dealt out without gaps: after n steps every
    photo was seen equally often, give or take one, however batch size and count divide.
    """
    first = (step - 1) * batch_size
    places = range(first, first + batch_size)
    epochs = range(places[0] // count, places[-1] // count + 1)
    dealt = torch.cat(
        [torch.randperm(count, generator=chance(seed, "order", epoch)) for epoch in epochs]
    )
    start = first - epochs[0] * count
    return dealt[start : start + batch_size]


def turn_of_step(counts: Sequence[int], step: int) -> tuple[int, int]:
    """The bucket of a step and how many steps it has had then, this one included; all from 1 on.

    A bucket gets turns in proportion to its photos, so that after every N = sum(counts) steps
    each photo of every bucket was seen equally often.
    """
    order = round_of_turns(tuple(counts))
    rounds, place = divmod(step - 1, len(order))
    bucket = order[place]
    return bucket, rounds * counts[bucket] + order[: place + 1].count(bucket)


@lru_cache(maxsize=8)
def round_of_turns(counts: tuple[int, ...]) -> tuple[int, ...]:
    """Which bucket each of sum(counts) steps takes; bucket b counts[b] times, evenly spread.

    Each turn goes to the bucket that is owed most: `counts` are paid in to all, and a turn costs
    the sum of them (smooth weighted round-robin, as in nginx).
    """
    owed = [0] * len(counts)
    order = []
    for _ in range(sum(counts)):
        owed = [have + count for have, count in zip(owed, counts, strict=True)]
        bucket = owed.index(max(owed))
        owed[bucket] -= sum(counts)
        order.append(bucket)
    return tuple(order)
