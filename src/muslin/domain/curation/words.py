"""Numbers and nouns as people say them."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """`1 photo`, `3 photos`; for nouns that only take an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
