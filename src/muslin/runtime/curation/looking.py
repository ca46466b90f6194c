"""Check a folder without a studio: nothing is imported, kept or written."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from muslin.curation.check.facts import ShootCheck, check
from muslin.curation.check.page import page_of
from muslin.curation.import_shoot import Stores, import_shoot
from muslin.curation.measure import Eyes, measure_shoot
from muslin.domain.catalog import Photo, Problem, Shoot
from muslin.domain.errors import NotFound
from muslin.domain.fact import BlobId, PhotoId, ShootId
from muslin.domain.findings import Measures
from muslin.domain.progress import Report, silent
from muslin.imaging.guard import PhotoDecoder
from muslin.networks.vision.garment import GarmentReader


class ReadableBlobs(Protocol):
    """Bytes by their sha256."""

    def get(self, blob: BlobId) -> bytes:
        """The bytes of a blob."""
        ...


@dataclass
class FolderShelf:
    """Stores that live as long as one look at a folder; photos' bytes stay where they are."""

    folder: Path
    shoots: dict[str, Shoot] = field(default_factory=dict)
    photos: dict[PhotoId, Photo] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    measures: dict[PhotoId, Measures] = field(default_factory=dict)


class PassingShoots:
    """Shoots of one look."""

    def __init__(self, shelf: FolderShelf) -> None:
        self._shelf = shelf

    def find(self, name: str) -> Shoot | None:
        """The shoot of that name, if there is one."""
        return self._shelf.shoots.get(name)

    def add(self, shoot: Shoot) -> None:
        """Keep a new shoot."""
        self._shelf.shoots[shoot.name] = shoot


class PassingPhotos:
    """Photos of one look."""

    def __init__(self, shelf: FolderShelf) -> None:
        self._shelf = shelf

    def of(self, shoot: ShootId) -> list[Photo]:
        """The photos of a shoot, by file name."""
        mine = (p for p in self._shelf.photos.values() if p.shoot == shoot)
        return sorted(mine, key=lambda p: p.file_name)

    def add(self, photo: Photo) -> None:
        """Keep a photo."""
        self._shelf.photos[photo.id] = photo

    def update(self, photo: Photo) -> None:
        """Say something else about a photo."""
        self._shelf.photos[photo.id] = photo

    def set_problems(self, shoot: ShootId, found: Sequence[Problem]) -> None:
        """Replace the problems of the one shoot there is."""
        self._shelf.problems = list(found) if shoot else []


class PassingMeasures:
    """Measures of one look."""

    def __init__(self, shelf: FolderShelf) -> None:
        self._shelf = shelf

    def get(self, photo: PhotoId) -> Measures | None:
        """What was measured on a photo, if it was."""
        return self._shelf.measures.get(photo)

    def put(self, taken: Measures) -> None:
        """Keep what was measured."""
        self._shelf.measures[taken.photo] = taken


class FolderBlobs:
    """The folder's own files, by sha256: read when asked for, never copied."""

    def __init__(self, shelf: FolderShelf) -> None:
        self._shelf = shelf

    def put(self, data: bytes) -> BlobId:
        """The id that some bytes have; they lie in the folder already."""
        return BlobId(hashlib.sha256(data).hexdigest())

    def get(self, blob: BlobId) -> bytes:
        """The bytes of a photo. Raises NotFound when its file has changed meanwhile."""
        photo = self._shelf.photos[PhotoId(blob)]
        data = (self._shelf.folder / photo.file_name).read_bytes()
        if self.put(data) != blob:
            raise NotFound(
                f"{photo.file_name} has changed while the folder was checked.",
                hint="Check again when nobody writes to the folder.",
            )
        return data


def check_folder(
    folder: Path, reader: GarmentReader, report: Report = silent
) -> tuple[ShootCheck, FolderBlobs]:
    """Everything that `check` says, of a folder; and where its bytes are.

    Raises NothingToImport, NotFound.
    """
    shelf = FolderShelf(folder)
    blobs, name = FolderBlobs(shelf), folder.resolve().name or "folder"
    with PhotoDecoder() as decoder:
        stores = Stores(PassingShoots(shelf), PassingPhotos(shelf), blobs, decoder)
        shoot = import_shoot(folder, name, stores, report).shoot
        photos = stores.photos.of(shoot.id)
        eyes = Eyes(blobs, decoder, reader)
        measures = measure_shoot(photos, eyes, PassingMeasures(shelf), report)
    return check(shoot, photos, measures, shelf.problems), blobs


def page_from(found: ShootCheck, blobs: ReadableBlobs) -> str:
    """A check as one HTML page, its photos decoded again, one at a time, in the guarded child."""
    with PhotoDecoder() as decoder:
        return page_of(found, lambda photo: decoder.decode(blobs.get(BlobId(photo))))
