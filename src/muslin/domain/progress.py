"""Progress as data: the terminal draws it, the browser streams it, a test reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` units of a step are finished; `note` says what is worth reading now."""

    step: str
    done: int
    total: int
    unit: str
    note: str = ""


Report = Callable[[Progress], None]
"""Told of progress; raises `Cancelled` to stop the work at the next safe place."""


class Cancelled(Exception):
    """Somebody asked the work to stop; what was finished is kept."""


def silent(_: Progress) -> None:
    """Report to nobody."""
