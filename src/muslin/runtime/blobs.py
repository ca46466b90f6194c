"""Bytes by the sha256 of themselves: written once, never changed, never written twice."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import BinaryIO

from muslin.domain.errors import NotFound
from muslin.domain.fact import BlobId
from muslin.runtime.disk import make_folder, part_in, plainly, settle

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK_BYTES = 1 << 20


class Blobs:
    """A folder `ab/cdef…` of blobs. Any number of processes may put and get at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> BlobId:
        """Keep some bytes; putting the same again changes nothing.

        Raises DiskFull and HomeUnusable; then nothing was kept.
        """
        blob = BlobId(hashlib.sha256(data).hexdigest())
        if not self._holds(blob, len(data)):
            with part_in(self._folder) as part:
                part.write(data)
                self._settle(part, blob)
        return blob

    def put_file(self, source: Path) -> BlobId:
        """Keep a file's bytes, read once and never whole in memory.

        Raises OSError when the source cannot be read, DiskFull and HomeUnusable.
        """
        with source.open("rb") as file, part_in(self._folder) as part:
            digest = hashlib.sha256()
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                part.write(chunk)
            blob = BlobId(digest.hexdigest())
            if not self._holds(blob, part.tell()):
                self._settle(part, blob)
        return blob

    def get(self, blob: BlobId) -> bytes:
        """The bytes of a blob. Raises NotFound."""
        return self.path(blob).read_bytes()

    def path(self, blob: BlobId) -> Path:
        """The file of a blob, to be read only. Raises NotFound."""
        place = self._place(blob)
        if not place.is_file():
            raise NotFound(
                f"There is no blob {blob}.",
                hint="A part of the studio's folder is missing: restore `blobs/` from a copy.",
            )
        return place

    def __contains__(self, blob: BlobId) -> bool:
        return self._place(blob).is_file()

    def _holds(self, blob: BlobId, size_bytes: int) -> bool:
        place = self._place(blob)
        # The size tells apart a blob that a broken disk has emptied; it is then written anew.
        return place.is_file() and place.stat().st_size == size_bytes

    def _settle(self, part: BinaryIO, blob: BlobId) -> None:
        place = self._place(blob)
        make_folder(place.parent)
        with plainly(place):
            settle(part, place)

    def _place(self, blob: BlobId) -> Path:
        if not _SHA256.fullmatch(blob):
            raise NotFound(f"{blob!r} is no blob's id.", hint="A blob's id is 64 hex digits.")
        return self._folder / blob[:2] / blob[2:]
