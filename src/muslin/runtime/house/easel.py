"""A base that stays open between orders, so that only the adapter changes from one to the next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muslin.networks.diffusion.render import Renderer


class Easel:
    """One open base, and one drawer at a time; another base takes the place of the first."""

    def __init__(self, open_base: Callable[[str], Renderer]) -> None:
        self._open_base = open_base
        self._standing: tuple[str, Renderer] | None = None
        self._one_at_a_time = threading.Lock()

    @contextmanager
    def at(self, base: str) -> Iterator[Renderer]:
        """The renderer of a base, for this block alone."""
        with self._one_at_a_time:
            if self._standing is None or self._standing[0] != base:
                self._standing = None  # frees the one that stood there before the next is opened
                self._standing = base, self._open_base(base)
            yield self._standing[1]
