"""Progress on stderr: bars with time left in a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from muslin.domain.progress import Progress, Report

LINE_EVERY_S = 10.0
"""Seconds between lines of one step: often enough to see life, rare enough for a log."""
RATE_OVER = 0.2
"""Share of the newest rate in the mean rate; younger steps say more about the ones to come."""


@dataclass
class Pace:
    """How fast one step of the work goes; resumed work counts only what was done since."""

    started_at: float
    last_at: float
    last_done: int
    seconds_each: float | None = None

    def advance(self, at: float, done: int) -> None:
        """Take note that `done` units were finished at a time in seconds."""
        if done > self.last_done:
            newest = (at - self.last_at) / (done - self.last_done)
            old = newest if self.seconds_each is None else self.seconds_each
            self.seconds_each = RATE_OVER * newest + (1 - RATE_OVER) * old
            self.last_at, self.last_done = at, done

    def left(self, total: int) -> float | None:
        """Seconds until `total` units are done; None before anything is known."""
        return None if self.seconds_each is None else self.seconds_each * (total - self.last_done)


def duration(seconds: float) -> str:
    """Seconds as people say them: `40 s`, `3 min`, `2 h 5 min`; rounded up, never `0 s`."""
    whole = max(1, round(seconds))
    if whole < 90:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def sentence(progress: Progress, left_s: float | None) -> str:
    """One line: `train  120/600 steps  20 %  about 3 min left  loss 0.12`."""
    share = f"{100 * progress.done / progress.total:.0f} %" if progress.total else ""
    ends = progress.done >= progress.total or left_s is None
    left = "" if ends or left_s is None else f"about {duration(left_s)} left"
    count = f"{progress.done}/{progress.total} {progress.unit}"
    return "  ".join(part for part in (progress.step, count, share, left, progress.note) if part)


@dataclass
class Lines:
    """A report as lines: at the start and end of each step, and every `LINE_EVERY_S` between."""

    out: TextIO
    clock: Callable[[], float] = time.monotonic
    _paces: dict[str, Pace] = field(default_factory=dict)
    _printed_at: float = 0.0
    _printed: tuple[str, int] = ("", -1)

    def __call__(self, progress: Progress) -> None:
        """Print the progress when it is time to."""
        now = self.clock()
        pace = self._paces.setdefault(progress.step, Pace(now, now, progress.done))
        pace.advance(now, progress.done)
        same_step = self._printed[0] == progress.step
        ended = progress.done >= progress.total and self._printed != (progress.step, progress.done)
        if not same_step or ended or now - self._printed_at >= LINE_EVERY_S:
            print(sentence(progress, pace.left(progress.total)), file=self.out, flush=True)
            self._printed_at, self._printed = now, (progress.step, progress.done)


@contextmanager
def bars(out: TextIO) -> Iterator[Report]:
    """A report as rich bars, one per step, on a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.fields[note]}"),
    )
    with Bars(*columns, console=Console(file=out, markup=False)) as drawing:
        tasks: dict[str, TaskID] = {}

        def report(progress: Progress) -> None:
            if progress.step not in tasks:
                tasks[progress.step] = drawing.add_task(progress.step, unit="", note="")
            drawing.update(
                tasks[progress.step],
                completed=progress.done,
                total=progress.total,
                unit=progress.unit,
                note=progress.note,
            )

        yield report


@contextmanager
def drawn(out: TextIO | None = None) -> Iterator[Report]:
    """The report that suits where stderr goes."""
    stream = out if out is not None else sys.stderr
    if stream.isatty():
        with bars(stream) as report:
            yield report
    else:
        yield Lines(stream)
