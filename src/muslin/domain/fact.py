"""The base of every domain value: frozen, closed, comparable, and readable back from its JSON."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

Lab = tuple[float, float, float]
"""CIELAB, D65: L* in [0, 100], a* and b* about [-128, 127]."""


class Fact(BaseModel):
    """A value that never changes once said."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


def now() -> datetime:
    """The present moment in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
