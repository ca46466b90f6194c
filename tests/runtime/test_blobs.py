from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from muslin.domain.errors import DiskFull, NotFound
from muslin.domain.fact import BlobId
from muslin.runtime.blobs import Blobs
from tests.runtime.conftest import SMALL_DISK_BYTES
from tests.runtime.processes import run_at_once

PHOTO = b"the bytes of a photo"
DIGEST = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_blob_is_called_by_its_sha256_and_lies_under_it(blobs: Blobs, tmp_path: Path) -> None:
    blob = blobs.put(PHOTO)

    assert blob == DIGEST
    assert blobs.path(blob) == tmp_path / DIGEST[:2] / DIGEST[2:]
    assert blobs.get(blob) == PHOTO
    assert blob in blobs


def test_the_same_photo_is_kept_once_however_it_comes(blobs: Blobs, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(PHOTO)

    first = blobs.put(PHOTO)
    written_at = blobs.path(first).stat().st_mtime_ns
    again = {blobs.put(PHOTO), blobs.put_file(tmp_path / "photo.jpg")}

    assert again == {first}
    assert blobs.path(first).stat().st_mtime_ns == written_at
    assert _files(tmp_path) == sorted([blobs.path(first), tmp_path / "photo.jpg"])


def test_a_file_larger_than_a_chunk_is_kept_whole(blobs: Blobs, tmp_path: Path) -> None:
    large = bytes(range(256)) * 10_000
    (tmp_path / "large.tif").write_bytes(large)

    assert blobs.get(blobs.put_file(tmp_path / "large.tif")) == large


def test_a_blob_that_a_broken_disk_emptied_is_written_anew(blobs: Blobs) -> None:
    blob = blobs.put(PHOTO)
    blobs.path(blob).write_bytes(b"")

    blobs.put(PHOTO)

    assert blobs.get(blob) == PHOTO


@pytest.mark.parametrize("blob", ["0" * 64, "", "../../etc/passwd", DIGEST.upper(), DIGEST + "\n"])
def test_what_was_never_kept_is_not_found(blobs: Blobs, blob: str) -> None:
    with pytest.raises(NotFound):
        blobs.get(BlobId(blob))


def test_many_processes_may_keep_the_same_photo_at_once(blobs: Blobs, tmp_path: Path) -> None:
    run_at_once(6, blobs.put, PHOTO)

    assert _files(tmp_path) == [blobs.path(BlobId(DIGEST))]


@pytest.mark.parametrize("way", ["put", "put_file"])
def test_a_full_disk_keeps_nothing_of_a_blob(small_disk: Path, tmp_path: Path, way: str) -> None:
    large = bytes(SMALL_DISK_BYTES + 1)
    (tmp_path / "large.tif").write_bytes(large)
    blobs = Blobs(small_disk)
    kept = blobs.put(PHOTO)

    with pytest.raises(DiskFull):
        blobs.put(large) if way == "put" else blobs.put_file(tmp_path / "large.tif")

    assert _files(small_disk) == [blobs.path(kept)]
