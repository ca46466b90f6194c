"""Readings become curves: loss, gradient norm, learning rate, images per second, memory."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import torch

from muslin.domain.training import TrainingRun
from muslin.training.loop import Reading
from muslin.training.tracking.aside import Aside, Line
from muslin.training.tracking.sinks import sink_of
from muslin.training.tracking.tfevents import EventFile

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
FOLDER = "tracking"
"""Inside a run's folder."""
RATE = "learning_rate"

_log = logging.getLogger(__name__)
Rate = Callable[[int], float]
"""The learning rate of a step, counted from 1."""


class Curves:
    """Draws every step once, however often a run is taken up again; never raises."""

    def __init__(
        self,
        run: TrainingRun,
        folder: Path,
        rate: Rate,
        trackers: Sequence[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises PartMissing when a tracker is not installed."""
        openers = {name: sink_of(name) for name in trackers}
        self._clock, self._rate, self._batch_size = clock, rate, run.profile.batch_size
        self._read_at = clock()
        self._file: EventFile | None = None
        self._remark = ""
        with self._not_fatal():
            self._file = EventFile(folder, self._read_at)
        self._asides = [
            Aside(name, partial(opener, run), folder / f"{name}.json")
            for name, opener in openers.items()
        ]

    def __call__(self, readings: Sequence[Reading]) -> str:
        """Draw some steps; gives the names of trackers that had to be left out."""
        now = self._clock()
        images_per_s = self._batch_size * len(readings) / max(now - self._read_at, 1e-6)
        self._read_at = now
        for reading in readings:
            scalars = {
                "loss": reading.loss,
                "gradient_norm": reading.gradient_norm,
                RATE: self._rate(reading.step),
            }
            if reading is readings[-1]:
                scalars |= {"images_per_s": images_per_s, **memory()}
            self._write(Line(now, reading.step, scalars))
        return ", ".join(part for part in (self._remark, *(a.remark for a in self._asides)) if part)

    def close(self) -> None:
        """Let trackers send what is left."""
        for aside in self._asides:
            aside.close()
        if self._file:
            self._file.close()

    def _write(self, line: Line) -> None:
        for aside in self._asides:
            aside.write(line)
        if self._file and line.step > self._file.last_step:
            with self._not_fatal():
                self._file.write(line.wall_time, line.step, line.scalars)

    @contextmanager
    def _not_fatal(self) -> Iterator[None]:
        """A full disk is noticed by what matters, the checkpoints."""
        try:
            yield
        except OSError as error:
            self._file, self._remark = None, "curves left out"
            _log.warning("TensorBoard gets no more of this run's curves: %s", error)


def memory() -> dict[str, float]:
    """Bytes that this process holds, and the most that it held on a GPU since it began."""
    held = {"memory/resident_bytes": float(resident_bytes())}
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]  # torch left it out
        held["memory/gpu_peak_bytes"] = float(torch.cuda.max_memory_allocated())
    return held


def resident_bytes() -> int:
    """Bytes of this process in memory; second field of proc_pid_statm(5), in pages."""
    pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    return int(pages) * _PAGE_BYTES


@contextmanager
def curves(
    run: TrainingRun, folder: Path, rate: Rate, trackers: Sequence[str] = ()
) -> Iterator[Curves]:
    """The curves of a run, closed however it ends. Raises PartMissing."""
    drawn = Curves(run, folder, rate, trackers)
    try:
        yield drawn
    finally:
        drawn.close()
