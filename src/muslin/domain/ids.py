"""Ids, one type per thing, so that a checker sees when two are confused."""

from __future__ import annotations

import secrets
from typing import NewType

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


def fresh(kind: str) -> str:
    """A new id such as `run-4f0c9a1be2d7`; 48 random bits, so two never meet in one studio."""
    return f"{kind}-{secrets.token_hex(6)}"
