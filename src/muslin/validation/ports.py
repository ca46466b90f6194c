"""What validation needs from the rooms around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from muslin.domain.dataset import DatasetPhoto
from muslin.domain.fact import BlobId
from muslin.domain.findings import Guess
from muslin.domain.leaving import ImageRequest
from muslin.domain.progress import Report
from muslin.domain.training import Checkpoint
from muslin.imaging.types import Alpha, Picture


class Renderer(Protocol):
    """A base network that draws, with or without an adapter."""

    def use(self, adapter_folder: Path | None) -> None:
        """Put an adapter's folder on the base; None = the base as it is."""

    def render(self, requests: Sequence[ImageRequest], report: Report) -> Iterator[Picture]:
        """One picture (height_px, width_px, 3) per request, in their order; reports its steps."""


class Reading(Protocol):
    """What the garment network saw in a picture."""

    @property
    def mask(self) -> Alpha:
        """(H, W) of the picture: where the garment is."""

    @property
    def category(self) -> Guess:
        """What the garment is."""


class GarmentReader(Protocol):
    """Finds and names the garment in a picture."""

    def read(self, picture: Picture) -> Reading:
        """Read one picture (H, W, 3)."""


class Blobs(Protocol):
    """Bytes kept under the sha256 of what they are."""

    def put(self, data: bytes) -> BlobId:
        """Keep bytes; the same bytes twice are kept once."""

    def get(self, id: BlobId) -> bytes:
        """The bytes of an id."""


class Rendered(Protocol):
    """Remembers which probes are drawn already, so that work cut off goes on where it was."""

    def get(self, key: str) -> BlobId | None:
        """The picture kept under a key, or None."""

    def put(self, key: str, picture: BlobId) -> None:
        """Keep a picture under a key, at once and for good."""


class Crops(Protocol):
    """The photos of a dataset as the network was taught them."""

    def picture(self, photo: DatasetPhoto) -> Picture:
        """The photo's crop, (crop.height_px, crop.width_px, 3)."""


class Adapters(Protocol):
    """Where the adapters of checkpoints lie."""

    def folder(self, checkpoint: Checkpoint) -> Path:
        """The folder that `Renderer.use` takes."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that a proof is made with."""

    renderer: Renderer
    reader: GarmentReader
    crops: Crops
    adapters: Adapters
    blobs: Blobs
    rendered: Rendered
