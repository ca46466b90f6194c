"""A network that paints its seed, and blobs in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from muslin.domain.fact import BlobId
from muslin.domain.leaving import ImageRequest
from muslin.domain.progress import Progress, Report
from muslin.imaging.types import Picture


class PaintsSeeds:
    """Noise that depends on seed, prompt and adapter alone."""

    def __init__(self) -> None:
        self.adapter: Path | None = Path("never used")

    def use(self, adapter_folder: Path | None) -> None:
        self.adapter = adapter_folder

    def render(self, requests: Sequence[ImageRequest], report: Report) -> Iterator[Picture]:
        for done, request in enumerate(requests, start=1):
            report(Progress("generate", done, len(requests), unit="steps"))
            rng = np.random.default_rng([request.seed, *request.prompt.encode()])
            yield rng.integers(0, 256, (request.height_px, request.width_px, 3), np.uint8)


class MemoryBlobs:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, data: bytes) -> BlobId:
        id = BlobId(hashlib.sha256(data).hexdigest())
        self.kept[id] = data
        return id

    def get(self, id: BlobId) -> bytes:
        return self.kept[id]
