"""What curation needs from others, by shape: storage, bytes, decoding, and a network's eye."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from muslin.domain.catalog import Photo, Problem, Shoot
from muslin.domain.fact import BlobId, PhotoId, ShootId
from muslin.domain.findings import Guess, Measures
from muslin.imaging.open import OpenedPhoto
from muslin.imaging.types import Alpha, Picture


class ShootStore(Protocol):
    """Shoots by name."""

    def find(self, name: str) -> Shoot | None:
        """The shoot of that name, if there is one."""
        ...

    def add(self, shoot: Shoot) -> None:
        """Keep a new shoot."""
        ...


class PhotoStore(Protocol):
    """A shoot's photos, each once, and the files that did not become photos."""

    def of(self, shoot: ShootId) -> list[Photo]:
        """The photos of a shoot."""
        ...

    def add(self, photo: Photo) -> None:
        """Keep a photo that its shoot does not hold yet."""
        ...

    def update(self, photo: Photo) -> None:
        """Say something else about a photo that its shoot holds."""
        ...

    def set_problems(self, shoot: ShootId, found: Sequence[Problem]) -> None:
        """Replace a shoot's problems."""
        ...


class MeasureStore(Protocol):
    """What was measured before, by this version of the measuring."""

    def get(self, photo: PhotoId) -> Measures | None:
        """What was measured on a photo, if it was."""
        ...

    def put(self, taken: Measures) -> None:
        """Keep what was measured."""
        ...


class Blobs(Protocol):
    """Bytes by their sha256."""

    def put(self, data: bytes) -> BlobId:
        """Keep some bytes; the same again changes nothing."""
        ...

    def get(self, blob: BlobId) -> bytes:
        """The bytes of a blob."""
        ...


class Decoder(Protocol):
    """Bytes to an upright picture; raises UnreadablePhoto."""

    def open(self, data: bytes) -> OpenedPhoto:
        """Decode one photo."""
        ...


class GarmentReading(Protocol):
    """What a network says of one photo."""

    @property
    def mask(self) -> Alpha:
        """How much of each pixel is garment, (H, W) in [0, 1]."""
        ...

    @property
    def category(self) -> Guess:
        """What it is, such as `dress`."""
        ...

    @property
    def presentation(self) -> Guess:
        """A `Presentation`, by its value."""
        ...


class GarmentReader(Protocol):
    """Looks at an upright picture (H, W, 3) uint8."""

    def read(self, picture: Picture) -> GarmentReading:
        """Find the garment and say what it is."""
        ...
