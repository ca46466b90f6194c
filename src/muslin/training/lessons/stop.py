"""When a run has nothing more to gain: held-out photos are foreseen no better, exam after exam."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence

from muslin.domain.training import HeldOutLoss
from muslin.training.loop import Taken


def exams_in_vain(exams: Sequence[HeldOutLoss]) -> int:
    """How many of the last exams in a row were no better than the best before them.

    Better is a gain on the held-out photos of more than the standard error of the photos'
    differences, which are paired: the same photos and noise are asked each time. One standard error
    is the rule of Breiman et al., "Classification and Regression Trees" (1984), section 3.4.3.
    Where the gap grows because taught photos alone still gain, held-out ones do not, so it counts;
    a gap that grows while both gain is still learning. The base itself is the first to be beaten.
    """
    vain = 0
    for number, exam in enumerate(exams):
        vain = 0 if _better(exam, exams[:number]) else vain + 1
    return vain


def until(steps: Iterable[Taken], is_over: Callable[[], bool]) -> Iterator[Taken]:
    """Steps, until after one of them it is over; asked once whoever takes them is done with it."""
    for taken in steps:
        yield taken
        if is_over():
            return


def _better(exam: HeldOutLoss, before: Sequence[HeldOutLoss]) -> bool:
    best = min(before, key=lambda one: one.change, default=None)
    then = best.photos if best is not None and best.change < 0 else (0.0,) * len(exam.photos)
    gained = [was - is_now for was, is_now in zip(then, exam.photos, strict=True)]
    error = statistics.stdev(gained) / math.sqrt(len(gained)) if len(gained) > 1 else 0.0
    return statistics.fmean(gained) > error
