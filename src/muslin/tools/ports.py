"""What the tools need from the rooms around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from muslin.domain.fact import BlobId
from muslin.domain.leaving import ImageRequest
from muslin.domain.progress import Report
from muslin.imaging.types import Picture


class Renderer(Protocol):
    """A base network that draws, with or without an adapter."""

    def use(self, adapter_folder: Path | None) -> None:
        """Put an adapter's folder on the base; None = the base as it is."""

    def render(self, requests: Sequence[ImageRequest], report: Report) -> Iterator[Picture]:
        """One picture (height_px, width_px, 3) per request, in their order; reports its steps."""


class Blobs(Protocol):
    """Bytes kept under the sha256 of what they are."""

    def put(self, data: bytes) -> BlobId:
        """Keep bytes; the same bytes twice are kept once."""

    def get(self, id: BlobId) -> bytes:
        """The bytes of an id."""


class WriteFile(Protocol):
    """Write a whole file, or nothing."""

    def __call__(self, path: Path, data: bytes) -> None:
        """After it returns, `path` holds `data`, also after a power cut."""
