"""Randomness by name instead of by order.

A generator is seeded by the words that say what it is for (run, purpose, step), so any step of a
training can be repeated without having taken the steps before it. That is what makes a resumed
run equal to an unbroken one, bit for bit.
"""

from __future__ import annotations

import hashlib

import torch


def chance(*words: str | int) -> torch.Generator:
    """A CPU generator that depends on `words` alone, not on torch's global state."""
    name = "/".join(str(word) for word in words)
    digest = hashlib.sha256(name.encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little") >> 1)
