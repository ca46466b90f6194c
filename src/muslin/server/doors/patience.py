"""Guessing passwords takes time: after a few wrong ones, a name waits."""

from __future__ import annotations

import time
from collections.abc import Callable

from muslin.domain.errors import NotSignedIn

TRIES = 5
WAIT_S = 60.0
MOST_NAMES = 10_000


class Patience:
    """Counts wrong passwords by name; forgets when the process ends."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: dict[str, list[float]] = {}

    def check(self, name: str) -> None:
        """Raises NotSignedIn when a name was tried too often of late."""
        if len(self._recent(name)) >= TRIES:
            raise NotSignedIn(
                "Too many wrong passwords for this name.", hint="Wait a minute and try again."
            )

    def failed(self, name: str) -> None:
        """Count a wrong password."""
        if len(self._failed) >= MOST_NAMES:
            self._failed.clear()
        self._failed[name.casefold()] = [*self._recent(name), self._clock()]

    def forget(self, name: str) -> None:
        """The right one was said."""
        self._failed.pop(name.casefold(), None)

    def _recent(self, name: str) -> list[float]:
        since = self._clock() - WAIT_S
        return [at for at in self._failed.get(name.casefold(), []) if at > since]
