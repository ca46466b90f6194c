"""A folder of photos becomes a shoot.

Bytes decide identity: a photo's id is the sha256 of its file, so the same photo has the same id
under every name and an import can be repeated at will. Whatever cannot become a photo is
reported by name with its reason and nothing else stops.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from muslin.curation.ports import Blobs, Decoder, PhotoStore, ShootStore
from muslin.curation.sidecars import Words, is_table, is_text, read_words
from muslin.domain.catalog import ImportReport, Photo, Problem, Shoot
from muslin.domain.errors import NameTaken, NothingToImport, UnreadablePhoto
from muslin.domain.fact import PhotoId, ShootId, fresh, now
from muslin.domain.progress import Progress, Report, silent
from muslin.imaging.guard import LARGEST_FILE_BYTES


@dataclass(frozen=True, slots=True)
class Stores:
    """Where an import writes; the caller owns the transaction."""

    shoots: ShootStore
    photos: PhotoStore
    blobs: Blobs
    decoder: Decoder


def import_shoot(folder: Path, name: str, stores: Stores, report: Report = silent) -> ImportReport:
    """Import a folder and all folders in it under a name; again, to take in what has changed.

    Known photos are counted and their words and names brought up to date; photos that have left
    the folder stay in the shoot. Hidden files and links that lead out of the folder are ignored.
    Raises NothingToImport when not one photo is readable, NameTaken when the name stands for
    another folder. Then nothing but blobs was written.
    """
    root = _readable_folder(folder)
    found = stores.shoots.find(name)
    shoot = found or Shoot(
        id=ShootId(fresh("shoot")), name=name, folder=str(root), imported_at=now()
    )
    _check_same_folder(shoot, root)
    names = list_files(root)
    words = read_words(root, names)
    before = {photo.id: photo for photo in stores.photos.of(shoot.id)} if found else {}
    reading = _Reading(root, shoot.id, stores, words, before)
    candidates = [n for n in names if not is_table(n) and not is_text(n)]
    for done, file_name in enumerate(candidates, start=1):
        reading.take(file_name)
        report(Progress("import", done, len(candidates), unit="files", note=file_name))
    _refuse_nothing(root, reading)
    return _write(shoot, reading, stores)


def list_files(root: Path) -> list[str]:
    """All files under a folder, relative, with forward slashes, sorted.

    Without hidden files and folders, and without links that lead out of the folder.
    """
    return sorted(path.relative_to(root).as_posix() for path in _walk(root))


@dataclass(slots=True)
class _Reading:
    """An import under way: what has become of the files so far."""

    root: Path
    shoot: ShootId
    stores: Stores
    words: Words
    before: dict[PhotoId, Photo]
    photos: dict[PhotoId, Photo] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, file_name: str) -> None:
        """Read one file into a photo or a problem."""
        try:
            data = self._bytes_of(file_name)
            photo = PhotoId(hashlib.sha256(data).hexdigest())
            twin = self.photos.get(photo)
            if twin is not None:
                self._complain(file_name, "duplicate", f"The same bytes as {twin.file_name}.")
                return
            self.photos[photo] = self._known(photo, file_name) or self._new(photo, file_name, data)
            self.stores.blobs.put(data)  # of a known photo too: it mends a lost original
        except UnreadablePhoto as refusal:
            reason = f"{refusal} {refusal.hint}"
            self._complain(file_name, refusal.reason_code, reason)

    def _bytes_of(self, file_name: str) -> bytes:
        path = self.root / file_name
        try:
            size_bytes = path.stat().st_size
            if size_bytes > LARGEST_FILE_BYTES:
                raise UnreadablePhoto(
                    f"The file has {size_bytes / 1e6:.0f} MB.",
                    hint="Export it smaller; 4000 px on the longer side is plenty.",
                    reason_code="too_large",
                )
            return path.read_bytes()
        except OSError as error:
            raise UnreadablePhoto(
                f"It cannot be read: {error.strerror or error}.",
                hint="Check the file's permissions and the disk.",
                reason_code="unreadable",
            ) from error

    def _known(self, photo: PhotoId, file_name: str) -> Photo | None:
        known = self.before.get(photo)
        if known is None:
            return None
        return known.model_copy(update={"file_name": file_name, **self._said_of(file_name)})

    def _new(self, photo: PhotoId, file_name: str, data: bytes) -> Photo:
        opened = self.stores.decoder.open(data)
        new = Photo(
            id=photo,
            shoot=self.shoot,
            file_name=file_name,
            width_px=opened.picture.shape[1],
            height_px=opened.picture.shape[0],
            size_bytes=len(data),
            format=opened.format,
        )
        return new.model_copy(update=self._said_of(file_name))

    def _said_of(self, file_name: str) -> dict[str, str | None]:
        """Caption, category and garment as the shop wrote them."""
        words = self.words
        return {
            "caption": words.captions.get(file_name),
            "category": words.categories.get(file_name),
            "garment": words.garments.get(file_name),
        }

    def _complain(self, file_name: str, code: str, reason: str) -> None:
        self.problems.append(Problem(file_name=file_name, code=code, reason=reason))


def _readable_folder(folder: Path) -> Path:
    if not folder.exists():
        raise NothingToImport(
            f"There is no folder {folder}.", hint="Check the path; it is relative to where you are."
        )
    if not folder.is_dir():
        raise NothingToImport(
            f"{folder} is a file, not a folder.",
            hint=f"Name the folder that it lies in: {folder.parent}.",
        )
    return folder.resolve()


def _check_same_folder(shoot: Shoot, root: Path) -> None:
    if shoot.folder != str(root):
        raise NameTaken(
            f"The shoot {shoot.name!r} was imported from {shoot.folder}, not from {root}.",
            hint="Choose another name, so that two shoots are not mixed.",
        )


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(folder, name)
            if name.startswith(".") or not path.is_file():
                continue  # a pipe or a socket would never end
            if not path.is_symlink() or path.resolve().is_relative_to(root):
                yield path


def _refuse_nothing(root: Path, reading: _Reading) -> None:
    if reading.photos:
        return
    why = "It holds no photo."
    if reading.problems:
        first = reading.problems[0]
        why = f"No file is a readable photo. {first.file_name}: {first.reason}"
    raise NothingToImport(
        f"Nothing to import from {root}. {why}",
        hint="Name a folder with JPEG, PNG, WebP, TIFF, HEIC or AVIF photos.",
    )


def _write(shoot: Shoot, reading: _Reading, stores: Stores) -> ImportReport:
    """Write all rows at the end, so that a long import does not hold the database."""
    if stores.shoots.find(shoot.name) is None:
        stores.shoots.add(shoot)
    added = 0
    for photo in reading.photos.values():
        known = reading.before.get(photo.id)
        if known is None:
            stores.photos.add(photo)
            added += 1
        elif known != photo:
            stores.photos.update(photo)
    problems = (*reading.problems, *reading.words.problems)
    stores.photos.set_problems(shoot.id, problems)
    return ImportReport(
        shoot=shoot, added=added, known=len(reading.photos) - added, problems=problems
    )
