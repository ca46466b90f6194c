from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import count

import pytest
import torch

from muslin.domain.errors import TrainingDiverged
from muslin.domain.progress import Cancelled, Progress, silent
from muslin.training.drive import READ_EVERY_STEPS, Course, Standing, drive, read_every
from muslin.training.loop import Reading, Taken


class Notebook:
    """Writes down what it is asked to keep."""

    def __init__(self) -> None:
        self.checkpoints: dict[int, float] = {}
        self.states: list[Standing] = []

    def checkpoint(self, standing: Standing) -> None:
        self.checkpoints[standing.step] = standing.mean_loss

    def state(self, standing: Standing) -> None:
        self.states.append(standing)


def taken(loss: float) -> Taken:
    return Taken(torch.tensor(loss, dtype=torch.float64), torch.tensor(0.5, dtype=torch.float64))


def upto(course: Course, done: int = 0) -> Iterator[Taken]:
    """The loss of step n is 1/n."""
    return (taken(1 / n) for n in range(done + 1, course.steps + 1))


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
        drive(Course(2, 2), Standing(), iter(map(taken, (1.0, loss))), notebook, silent)

    assert "learning_rate" in refusal.value.hint
    assert not notebook.states
    assert not notebook.checkpoints


@pytest.mark.parametrize("every", [1, 4, 100])
def test_how_often_results_are_read_changes_nothing_that_is_kept(every: int) -> None:
    often, seldom = Notebook(), Notebook()
    drive(Course(60, 23), Standing(), upto(Course(60, 23)), often, silent, clock=lambda: 0.0)

    course = Course(60, 23, read_every=every)
    drive(course, Standing(), upto(course), seldom, silent, clock=lambda: 0.0)

    assert (seldom.checkpoints, seldom.states) == (often.checkpoints, often.states)


def test_results_are_read_every_few_steps_and_before_anything_is_kept() -> None:
    told: list[list[int]] = []

    def track(readings: Sequence[Reading]) -> str:
        told.append([reading.step for reading in readings])
        return ""

    course = Course(steps=11, save_every=6, read_every=4)
    drive(course, Standing(), upto(course), Notebook(), silent, track)

    assert told == [[1, 2, 3, 4], [5, 6], [7, 8], [9, 10, 11]]


def test_a_run_that_went_on_tells_only_of_its_own_steps() -> None:
    told: list[Reading] = []
    course = Course(steps=9, save_every=9)

    def track(readings: Sequence[Reading]) -> str:
        told.extend(readings)
        return ""

    drive(course, Standing(5), upto(course, 5), Notebook(), silent, track)

    assert told == [Reading(step, 1 / step, 0.5) for step in (6, 7, 8, 9)]


def test_divergence_is_noticed_at_the_next_reading() -> None:
    """Of the steps that an accelerator is ahead, the first bad one is named."""
    heard: list[int] = []
    losses = map(taken, (1.0, 1.0, math.nan, math.nan, math.nan, math.nan))

    with pytest.raises(TrainingDiverged, match="step 3"):
        drive(
            Course(9, 9, read_every=4),
            Standing(),
            losses,
            Notebook(),
            lambda p: heard.append(p.done),
        )

    assert heard == [1, 2, 3]


def test_a_remark_of_the_curves_stays_to_be_read() -> None:
    heard: list[str] = []
    course = Course(steps=3, save_every=3)
    remarks = iter(("", "mlflow stopped", ""))

    drive(
        course,
        Standing(),
        upto(course),
        Notebook(),
        lambda p: heard.append(p.note),
        lambda _: next(remarks),
    )

    assert [("mlflow stopped" in note) for note in heard] == [False, True, True]


def test_a_cpu_is_read_at_every_step_and_an_accelerator_is_let_run() -> None:
    assert read_every(torch.device("cpu")) == 1
    assert read_every(torch.device("cuda")) == READ_EVERY_STEPS > 1
