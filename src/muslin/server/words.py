"""Times, amounts and names as people say them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_JOINS = re.compile(r"_|(?<!\d)-|-(?!\d)")
"""What joins words in a name; a hyphen between digits is a date's."""


def duration(seconds: float) -> str:
    """`40 s`, `3 min`, `2 h 5 min`; never `0 s`."""
    whole = max(1, round(seconds))
    if whole < 90:
        return f"{whole}\u00a0s"
    minutes = round(whole / 60)
    if minutes < 90:
        return f"{minutes}\u00a0min"
    return f"{minutes // 60}\u00a0h {minutes % 60}\u00a0min"


def when(moment: datetime) -> str:
    """`3 March 2026, 14:05 UTC`."""
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def ago(moment: datetime) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `on 3 March`."""
    passed = (datetime.now(UTC) - moment).total_seconds()
    if passed < 60:
        return "just now"
    if passed < 86_400:
        return f"{duration(passed)} ago"
    return f"on {moment.day} {moment:%B}"


def amount_of_bytes(count: float) -> str:
    """`3.4 GB`, `12 MB`."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f}\u00a0{unit}".replace(".0\u00a0", "\u00a0")
    return f"{count:.0f}\u00a0B"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 photo`, `20 photos`."""
    return f"{count:,}\u00a0{one if count == 1 else many or one + 's'}".replace(",", "\u202f")


def title(name: str) -> str:
    """A profile's name as a title: `ss26-knitwear` becomes `Ss26 knitwear`."""
    return capital(_JOINS.sub(" ", name).strip())


def capital(words: str) -> str:
    """The same words with a capital at the beginning, all else as it is."""
    return words[:1].upper() + words[1:]
