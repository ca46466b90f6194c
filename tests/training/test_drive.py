from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count

import pytest

from muslin.domain.errors import TrainingDiverged
from muslin.domain.progress import Cancelled, Progress, silent
from muslin.training.drive import Course, Standing, drive


class Notebook:
    """Writes down what it is asked to keep."""

    def __init__(self) -> None:
        self.checkpoints: dict[int, float] = {}
        self.states: list[Standing] = []

    def checkpoint(self, standing: Standing) -> None:
        self.checkpoints[standing.step] = standing.mean_loss

    def state(self, standing: Standing) -> None:
        self.states.append(standing)


def falling(first: int = 1) -> Iterator[float]:
    return (1.0 / n for n in count(first))


def upto(course: Course, done: int = 0) -> Iterator[float]:
    return (loss for loss, _ in zip(falling(done + 1), range(done, course.steps), strict=False))


def test_checkpoints_come_regularly_and_at_the_end_with_their_mean_loss() -> None:
    notebook, course = Notebook(), Course(steps=7, save_every=3)

    drive(course, Standing(), upto(course), notebook, silent)

    assert list(notebook.checkpoints) == [3, 6, 7]
    assert notebook.checkpoints[6] == pytest.approx((1 / 4 + 1 / 5 + 1 / 6) / 3)


def test_the_mean_loss_does_not_notice_a_stop() -> None:
    whole, halved, course = Notebook(), Notebook(), Course(steps=7, save_every=5)
    drive(course, Standing(), upto(course), whole, silent)

    standing = Standing().after(1.0).after(1 / 2).after(1 / 3)
    drive(course, standing, upto(course, 3), halved, silent)

    assert halved.checkpoints == whole.checkpoints


def test_a_state_is_kept_every_twenty_five_steps() -> None:
    notebook, course = Notebook(), Course(steps=60, save_every=60)

    drive(course, Standing(), upto(course), notebook, silent, clock=lambda: 0.0)

    assert [state.step for state in notebook.states] == [25, 50, 60]


def test_on_a_slow_machine_a_state_is_kept_every_twenty_seconds() -> None:
    notebook, course = Notebook(), Course(steps=6, save_every=6)
    seconds = count(0, 8.0)

    drive(course, Standing(), upto(course), notebook, silent, clock=lambda: next(seconds))

    assert [state.step for state in notebook.states] == [3, 6]


def test_every_step_is_reported_with_its_loss() -> None:
    heard: list[Progress] = []
    course = Course(steps=3, save_every=3)

    drive(course, Standing(), upto(course), Notebook(), heard.append)

    assert [(p.step, p.done, p.total, p.unit) for p in heard] == [
        ("train", n, 3, "steps") for n in (1, 2, 3)
    ]
    assert heard[0].note == "loss 1.0000"


def test_what_was_learnt_is_kept_when_somebody_stops_the_run() -> None:
    notebook, course = Notebook(), Course(steps=10, save_every=10)

    def stop_after_four(progress: Progress) -> None:
        if progress.done == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        drive(course, Standing(), upto(course), notebook, stop_after_four)

    assert [state.step for state in notebook.states] == [4]


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_the_run_and_is_not_kept(loss: float) -> None:
    notebook = Notebook()

    with pytest.raises(TrainingDiverged, match="step 2") as refusal:
        drive(Course(2, 2), Standing(), iter([1.0, loss]), notebook, silent)

    assert "learning_rate" in refusal.value.hint
    assert not notebook.states
    assert not notebook.checkpoints
