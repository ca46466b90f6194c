"""Draws ordered pictures in fair turns, on a thread of its own."""

from __future__ import annotations

import threading

from muslin.domain.errors import StudioError
from muslin.runtime.studio import Studio

LOOK_EVERY_S = 0.3


class Painter:
    """Works until it is stopped; an order that was not finished goes on at the next start."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._stopped = threading.Event()
        self._served: dict[str, float] = {}

    def start(self) -> None:
        """Begin; the thread ends with the process."""
        threading.Thread(target=self._work, name="painter", daemon=True).start()

    def stop(self) -> None:
        """Begin no further turn."""
        self._stopped.set()

    def _work(self) -> None:
        while not self._stopped.is_set():
            try:
                idle = self._studio.draw_next(self._served) is None
            except StudioError:  # the disk is full: the order stays open
                idle = True
            if idle:
                self._stopped.wait(LOOK_EVERY_S)
