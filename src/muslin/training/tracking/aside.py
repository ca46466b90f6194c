"""A tracker at work beside the training: it may be slow, hang or fail, and the run goes on."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Full, Queue
from threading import Thread

from muslin.training.save import save_file
from muslin.training.tracking.sinks import Sink

WAITING = 10_000
"""Steps that may wait for a slow server, some megabytes; beyond, the tracker is given up."""
PATIENCE_S = 15.0
"""How long the end of a run waits for what is still to be sent."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """The numbers of one step; seconds since 1970."""

    wall_time: float
    step: int
    scalars: Mapping[str, float]


class Aside:
    """A sink on a thread of its own. It is opened there, since even that may take its time.

    `memory` keeps the tracker's name for the run and the last step that it has, so that a resumed
    run goes on in the same curves and sends no step twice.
    """

    def __init__(self, name: str, open_sink: Callable[[str], Sink], memory: Path) -> None:
        self.name = name
        self.remark = ""
        self._open, self._memory = open_sink, memory
        self._lines: Queue[Line | None] = Queue(WAITING)
        self._thread = Thread(target=self._work, name=f"tracking-{name}", daemon=True)
        self._thread.start()

    def write(self, line: Line) -> None:
        """Leave a step's numbers to be sent; never waits."""
        if not self.remark:
            try:
                self._lines.put_nowait(line)
            except Full:
                self._give_up(f"{WAITING} steps are waiting for it")

    def close(self, patience_s: float = PATIENCE_S) -> None:
        """Wait a while for what is still to be sent."""
        if self.remark:
            return
        try:
            self._lines.put_nowait(None)
        except Full:
            self._give_up(f"{WAITING} steps are waiting for it")
            return
        self._thread.join(patience_s)
        if self._thread.is_alive():
            self._give_up(f"it did not answer for {patience_s:g} s")

    def _work(self) -> None:
        try:
            self._send()
        except Exception as error:  # other people's code: whatever it is must not stop a run
            self._give_up(f"{type(error).__name__}: {error}")

    def _send(self) -> None:
        key, last_step = _recall(self._memory)
        sink = self._open(key)
        while (line := self._lines.get()) is not None:
            if line.step > last_step:
                sink.write(line.step, line.scalars)
                last_step = line.step
                if self._lines.empty():
                    _keep(self._memory, sink.key, last_step)
        _keep(self._memory, sink.key, last_step)
        sink.close()

    def _give_up(self, why: str) -> None:
        self.remark = f"{self.name} left out"
        _log.warning("%s gets no more of this run's curves: %s", self.name, why)


def _recall(memory: Path) -> tuple[str, int]:
    """What a tracker calls the run and the last step that it has; "" and 0 at first."""
    try:
        kept = json.loads(memory.read_bytes())
    except FileNotFoundError:
        return "", 0
    return str(kept["key"]), int(kept["step"])


def _keep(memory: Path, key: str, step: int) -> None:
    save_file(memory, json.dumps({"key": key, "step": step}).encode())
