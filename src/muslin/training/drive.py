"""Steps become checkpoints, resumable states, curves and progress."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

from muslin.domain.errors import TrainingDiverged
from muslin.domain.progress import Cancelled, Progress, Report
from muslin.training.loop import Reading, Taken, read

STATE_EVERY_STEPS = 25
STATE_EVERY_S = 20.0
"""A kill costs at most this much work; saving a state takes milliseconds."""
READ_EVERY_STEPS = 10
"""Steps between two looks at an accelerator's results. Each look drains its queue, which costs
about the launch of one step; one look in ten steps costs a tenth of that and is soon enough to see
a run diverge."""

Track = Callable[[Sequence[Reading]], str]
"""Told of every step once, in order; gives what people should know about the telling itself, if
anything. Never raises: a curve that cannot be drawn must not stop a run."""


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
        """Mean of the losses since the checkpoint before; NaN before the first is read."""
        return self.loss_sum / self.loss_count if self.loss_count else math.nan


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
    """How many steps a run takes, how often a checkpoint is made, how often results are read.

    The last step makes a checkpoint, and results are always read before anything is kept.
    """

    steps: int
    save_every: int
    read_every: int = 1

    def saves_at(self, step: int) -> bool:
        """Whether a checkpoint is made after `step`."""
        return step % self.save_every == 0 or step == self.steps

    def reads_at(self, step: int) -> bool:
        """Whether results are read after `step`, wherever training began."""
        return step % self.read_every == 0


def read_every(device: torch.device) -> int:
    """Steps between readings: every step on a CPU, where reading waits for nothing."""
    return 1 if device.type == "cpu" else READ_EVERY_STEPS


def untracked(_: Sequence[Reading]) -> str:
    """Track nowhere."""
    return ""


def drive(
    course: Course,
    standing: Standing,
    steps: Iterable[Taken],
    keeper: Keeper,
    report: Report,
    track: Track = untracked,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Take a run from `standing` to its end; `report` raises Cancelled to stop it.

    A state is kept with every checkpoint, every STATE_EVERY_STEPS steps, after STATE_EVERY_S
    seconds without one, and on Cancelled. Raises TrainingDiverged when a loss is not a number, at
    the latest `read_every` steps later and before anything of it is kept.
    """
    log = _Log(standing, track)
    kept_at = clock()
    for step, taken in enumerate(steps, start=standing.step + 1):
        log.add(taken)
        late = clock() - kept_at > STATE_EVERY_S
        saving = course.saves_at(step)
        keeping = saving or late or step % STATE_EVERY_STEPS == 0
        if keeping or course.reads_at(step):
            log.catch_up()
        progress = Progress("train", step, course.steps, unit="steps", note=log.note)
        if saving:
            keeper.checkpoint(log.standing)
            log.start_afresh()
        if keeping:
            keeper.state(log.standing)
            kept_at = clock()
        try:
            report(progress)
        except Cancelled:
            log.catch_up()
            keeper.state(log.standing)
            raise


class _Log:
    """The standing as far as it was read, and the steps that were taken since."""

    def __init__(self, standing: Standing, track: Track) -> None:
        self.standing, self._track = standing, track
        self._unread: list[Taken] = []
        self._loss, self._remark = standing.mean_loss, ""

    def add(self, taken: Taken) -> None:
        """Take note of a step without looking at it."""
        self._unread.append(taken)

    def catch_up(self) -> None:
        """Read what was not read yet, and tell of it; raises TrainingDiverged."""
        readings = read(self._unread, self.standing.step + len(self._unread))
        self._unread.clear()
        for reading in readings:
            _refuse_divergence(reading)
            self.standing = self.standing.after(reading.loss)
        if readings:
            self._loss = self.standing.mean_loss
            self._remark = self._track(readings) or self._remark

    def start_afresh(self) -> None:
        """Count losses anew, after a checkpoint."""
        self.standing = self.standing.fresh()

    @property
    def note(self) -> str:
        """The mean loss since the checkpoint before, as far as it was read."""
        loss = "" if math.isnan(self._loss) else f"loss {self._loss:.4f}"
        return "  ".join(part for part in (loss, self._remark) if part)


def _refuse_divergence(reading: Reading) -> None:
    if not math.isfinite(reading.loss):
        raise TrainingDiverged(
            f"Loss is {reading.loss} at step {reading.step}.", hint="Halve learning_rate."
        )
