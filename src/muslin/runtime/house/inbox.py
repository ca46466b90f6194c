"""Files that people send: judged by content, bounded in every way, kept until they are imported."""

from __future__ import annotations

import shutil
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from muslin.domain.errors import InvalidRequest, UploadRefused
from muslin.imaging.guard import LARGEST_FILE_BYTES
from muslin.runtime.disk import make_folder, part_in, plainly, settle

MOST_FILES = 2000
MOST_BYTES = 8 * 10**9
"""Of one shoot: 2,000 photos of 4 MB."""
MOST_RATIO = 100
"""Of an archive's content to itself; photos are packed already and hardly shrink."""
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "photo"),
    (0, b"\x89PNG\r\n\x1a\n", "photo"),
    (0, b"II*\0", "photo"),
    (0, b"MM\0*", "photo"),
    (8, b"WEBP", "photo"),
    (4, b"ftyp", "photo"),  # HEIC and AVIF
    (0, b"GIF8", "photo"),  # becomes a problem with its own words at import
    (0, b"BM", "photo"),
    (0, b"PK\x03\x04", "archive"),
)
_HEAD_BYTES = 4096
_WORDS = {".txt", ".csv", ".json", ".jsonl", ".caption"}


@dataclass(slots=True)
class Incoming:
    """A file on its way in; every chunk is counted against the limit."""

    part: BinaryIO
    left_bytes: int

    def write(self, chunk: bytes) -> None:
        """Take the next bytes. Raises UploadRefused when there are too many."""
        self.left_bytes -= len(chunk)
        if self.left_bytes < 0:
            raise _too_much(f"A file may have {LARGEST_FILE_BYTES / 1e6:.0f} MB.")
        self.part.write(chunk)


class Inbox:
    """A folder for each shoot that people send files for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, shoot: str) -> Path:
        """The folder of one shoot, made when missing."""
        place = self._folder / shoot
        make_folder(place)
        return place

    def files(self, shoot: str) -> dict[str, int]:
        """What has arrived for a shoot: names and sizes in bytes."""
        place = self._folder / shoot
        found = sorted(p for p in place.rglob("*") if p.is_file() and not p.name.startswith("."))
        return {p.relative_to(place).as_posix(): p.stat().st_size for p in found}

    @contextmanager
    def receive(self, shoot: str, file_name: str) -> Iterator[Incoming]:
        """Take in one file; it is there whole after the block, or not at all.

        Raises InvalidRequest for a name that leads elsewhere, UploadRefused for a kind of file
        that is no photo, and for too much.
        """
        target = self.place(shoot) / _safe(file_name)
        there = self.files(shoot)
        if len(there) >= MOST_FILES:
            raise _too_much(f"A shoot may have {MOST_FILES} files.")
        room = min(LARGEST_FILE_BYTES, MOST_BYTES - sum(there.values()))
        make_folder(target.parent)
        with part_in(target.parent) as part:
            yield Incoming(part, room)
            part.flush()
            _kind_of(Path(part.name), file_name)
            settle(part, target)

    def unpack(self, shoot: str) -> None:
        """Put the photos of archives in their archives' place. Raises UploadRefused."""
        place = self.place(shoot)
        for name in self.files(shoot):
            path = place / name
            if path.suffix.lower() == ".zip":
                self._unpack(shoot, path)
                path.unlink()

    def _unpack(self, shoot: str, path: Path) -> None:
        folder = PurePosixPath(path.relative_to(self.place(shoot)).as_posix()).with_suffix("")
        try:
            with zipfile.ZipFile(path) as archive:
                members = [m for m in archive.infolist() if not m.is_dir()]
                _check(members, path.stat().st_size)
                for member in members:
                    self._take(shoot, archive, member, folder)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise UploadRefused(
                f"{path.name} cannot be unpacked: {error}.", hint="Send the photos themselves."
            ) from error

    def _take(
        self, shoot: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: PurePosixPath
    ) -> None:
        name = PurePosixPath(member.filename)
        if name.name.startswith(".") or "__MACOSX" in name.parts:
            return
        try:
            with self.receive(shoot, str(folder / name)) as incoming, archive.open(member) as file:
                shutil.copyfileobj(file, incoming, 1 << 20)
        except UploadRefused as refused:
            if "kind" not in str(refused):
                raise


def _check(members: list[zipfile.ZipInfo], size_bytes: int) -> None:
    names = [m.filename for m in members]
    if len(names) > MOST_FILES:
        raise _too_much(f"An archive may hold {MOST_FILES} files.")
    if len(set(names)) < len(names):
        raise UploadRefused("The archive holds one name twice.", hint="Pack it again.")
    if sum(m.file_size for m in members) > MOST_RATIO * size_bytes:
        raise UploadRefused(
            "The archive would grow more than a hundredfold.", hint="Send the photos themselves."
        )
    if any(stat.S_ISLNK(m.external_attr >> 16) for m in members):
        raise UploadRefused("The archive holds links.", hint="Pack the files themselves.")


def _safe(file_name: str) -> PurePosixPath:
    """The name as a path inside a folder. Raises InvalidRequest for one that leads elsewhere."""
    path = PurePosixPath(file_name.replace("\\", "/"))
    odd = path.is_absolute() or ".." in path.parts or not path.parts or len(str(path)) > 400
    if odd or not str(path).isprintable() or any(p.startswith(".") for p in path.parts):
        raise InvalidRequest(
            f"{file_name!r} is no name for a file.",
            hint="Rename it: letters, digits, -, _ and one dot.",
        )
    return path


def _kind_of(path: Path, file_name: str) -> str:
    """`photo`, `archive` or `words`, by content. Raises UploadRefused for anything else."""
    with plainly(path), path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    for start, magic, kind in _MAGIC:
        if head[start : start + len(magic)] == magic:
            return kind
    if PurePosixPath(file_name).suffix.lower() in _WORDS and b"\0" not in head:
        return "words"
    raise UploadRefused(
        f"{file_name} is of a kind that is not taken.",
        hint="Send JPEG, PNG, WebP, TIFF, HEIC or AVIF photos, a ZIP of them, or captions as text.",
    )


def _too_much(words: str) -> UploadRefused:
    return UploadRefused(f"That is too much. {words}", hint="Send it in smaller parts.")
