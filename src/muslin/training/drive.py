"""Losses become checkpoints, resumable states and progress."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from muslin.domain.errors import TrainingDiverged
from muslin.domain.progress import Cancelled, Progress, Report

STATE_EVERY_STEPS = 25
STATE_EVERY_S = 20.0
"""A kill costs at most this much work; saving a state takes milliseconds."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far training is, and the losses since the checkpoint before."""

    step: int = 0
    loss_sum: float = 0.0
    loss_count: int = 0

    def after(self, loss: float) -> Standing:
        """One step later."""
        return Standing(self.step + 1, self.loss_sum + loss, self.loss_count + 1)

    def fresh(self) -> Standing:
        """The same step, with a checkpoint just made."""
        return Standing(self.step)

    @property
    def mean_loss(self) -> float:
        """Mean of the losses since the checkpoint before."""
        return self.loss_sum / self.loss_count


class Keeper(Protocol):
    """Writes what must outlive the process."""

    def checkpoint(self, standing: Standing) -> None:
        """Keep the adapter as it is now, for good."""
        ...

    def state(self, standing: Standing) -> None:
        """Keep what is needed to go on from here; older states may go."""
        ...


@dataclass(frozen=True, slots=True)
class Course:
    """How many steps a run takes and how often a checkpoint is made; the last step makes one."""

    steps: int
    save_every: int

    def saves_at(self, step: int) -> bool:
        """Whether a checkpoint is made after `step`."""
        return step % self.save_every == 0 or step == self.steps


def drive(
    course: Course,
    standing: Standing,
    losses: Iterable[float],
    keeper: Keeper,
    report: Report,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Take a run from `standing` to its end; `report` raises Cancelled to stop it.

    A state is kept with every checkpoint, every STATE_EVERY_STEPS steps, after STATE_EVERY_S
    seconds without one, and on Cancelled. Raises TrainingDiverged when a loss is not a number.
    """
    kept_at = clock()
    for loss in losses:
        standing = standing.after(loss)
        _refuse_divergence(loss, standing.step)
        progress = _progress(course, standing)
        saving = course.saves_at(standing.step)
        if saving:
            keeper.checkpoint(standing)
            standing = standing.fresh()
        if saving or standing.step % STATE_EVERY_STEPS == 0 or clock() - kept_at > STATE_EVERY_S:
            keeper.state(standing)
            kept_at = clock()
        try:
            report(progress)
        except Cancelled:
            keeper.state(standing)
            raise


def _progress(course: Course, standing: Standing) -> Progress:
    note = f"loss {standing.mean_loss:.4f}"
    return Progress("train", standing.step, course.steps, unit="steps", note=note)


def _refuse_divergence(loss: float, step: int) -> None:
    if not math.isfinite(loss):
        raise TrainingDiverged(f"Loss is {loss} at step {step}.", hint="Halve learning_rate.")
