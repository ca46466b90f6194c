"""What domain values are made of: a frozen base, comparable and readable back from JSON, and ids.

There is one type of id per thing, so that a checker sees when two are confused.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import NewType

from pydantic import BaseModel, ConfigDict

Lab = tuple[float, float, float]
"""CIELAB, D65: L* in [0, 100], a* and b* about [-128, 127]."""

BlobId = NewType("BlobId", str)
"""sha256 of the bytes, 64 hex digits."""
PhotoId = NewType("PhotoId", str)
"""sha256 of the original file's bytes: the same photo has the same id everywhere."""
ShootId = NewType("ShootId", str)
DatasetId = NewType("DatasetId", str)
RunId = NewType("RunId", str)
CheckpointId = NewType("CheckpointId", str)
ReportId = NewType("ReportId", str)
ReviewId = NewType("ReviewId", str)
ReleaseId = NewType("ReleaseId", str)
GenerationId = NewType("GenerationId", str)
JobId = NewType("JobId", str)


class Fact(BaseModel):
    """A value that never changes once said."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


def now() -> datetime:
    """The present moment in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def fresh(kind: str) -> str:
    """A new id such as `run-4f0c9a1be2d7`; 48 random bits, so two never meet in one studio."""
    return f"{kind}-{secrets.token_hex(6)}"
