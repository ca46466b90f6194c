"""Pictures as pages show them: upright, small, and without anything that a camera wrote."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from PIL import Image

from muslin.domain.errors import InvalidRequest
from muslin.domain.fact import BlobId, PhotoId
from muslin.imaging.guard import PhotoDecoder
from muslin.imaging.metadata import decode, encode, read_origin
from muslin.imaging.types import Picture
from muslin.runtime.blobs import Blobs
from muslin.runtime.disk import make_folder, write_atomic

WIDTHS_PX = (320, 640, 1280)
"""What may be asked for, so that nobody fills the disk with sizes."""


class Thumbs:
    """Made when first asked for and kept; safe to use from several threads.

    A photo is decoded in the guarded child and written anew, so that no original, no place and no
    camera's number is ever served.
    """

    def __init__(self, blobs: Blobs, cache: Path) -> None:
        self._blobs, self._cache = blobs, cache
        self._decoder, self._one_at_a_time = PhotoDecoder(), threading.Lock()

    def photo(self, photo: PhotoId, width_px: int) -> bytes:
        """A photo as JPEG, at most that wide. Raises NotFound, UnreadablePhoto, InvalidRequest."""
        place = self._place(photo, width_px)
        if not place.is_file():
            data = self._blobs.get(BlobId(photo))
            with self._one_at_a_time:
                picture = self._decoder.decode(data)
            self._keep(place, encode(_narrowed(picture, width_px), "JPEG"))
        return place.read_bytes()

    def made(self, picture: BlobId, width_px: int) -> bytes:
        """One of our own pictures as JPEG, at most that wide, with its origin still inside."""
        place = self._place(picture, width_px)
        if not place.is_file():
            data = self._blobs.get(picture)
            small = _narrowed(decode(data), width_px)
            self._keep(place, encode(small, "JPEG", read_origin(data)))
        return place.read_bytes()

    def close(self) -> None:
        """End the decoder's child."""
        with self._one_at_a_time:
            self._decoder.close()

    def _place(self, id: str, width_px: int) -> Path:
        if width_px not in WIDTHS_PX:
            raise InvalidRequest(
                f"Pictures are not shown {width_px} px wide.",
                hint=f"Ask for one of {', '.join(map(str, WIDTHS_PX))}.",
            )
        self._blobs.path(BlobId(id))  # refuses what is no blob
        return self._cache / id[:2] / f"{id[2:]}-{width_px}.jpg"

    def _keep(self, place: Path, data: bytes) -> None:
        make_folder(place.parent)
        write_atomic(place, data)


def _narrowed(picture: Picture, width_px: int) -> Picture:
    height_px, old_px = picture.shape[:2]
    if old_px <= width_px:
        return picture
    size = (width_px, max(1, round(height_px * width_px / old_px)))
    shrunk = Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS)
    return np.asarray(shrunk, np.uint8)
