from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from muslin.domain.errors import DiskFull, HomeUnusable
from muslin.runtime.disk import make_folder, plainly, write_atomic
from tests.runtime.conftest import SMALL_DISK_BYTES


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    write_atomic(page, b"old")

    write_atomic(page, b"new and longer")

    assert page.read_bytes() == b"new and longer"
    assert list(tmp_path.iterdir()) == [page]


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_write_that_fails_midway_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    page = tmp_path / "page.html"
    write_atomic(page, b"old")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if broken == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(DiskFull) as refusal:
        write_atomic(page, b"new")

    assert "room" in refusal.value.hint
    assert page.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [page]


def test_a_disk_that_is_really_full_leaves_the_old_file_and_nothing_else(small_disk: Path) -> None:
    page = small_disk / "page.html"
    write_atomic(page, b"old")

    with pytest.raises(DiskFull):
        write_atomic(page, bytes(SMALL_DISK_BYTES + 1))

    assert page.read_bytes() == b"old"
    assert list(small_disk.iterdir()) == [page]


def test_the_file_and_then_its_name_are_made_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def watch(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        synced.append("part" if name.endswith(".part") else name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watch)
    write_atomic(tmp_path / "page.html", b"words")

    assert synced == ["part", tmp_path.name]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EROFS, HomeUnusable),
        (errno.EACCES, HomeUnusable),
        (errno.EIO, OSError),
    ],
)
def test_the_systems_words_become_ours_only_for_room_and_access(
    tmp_path: Path, number: int, told: type[Exception]
) -> None:
    with pytest.raises(told), plainly(tmp_path):
        raise OSError(number, os.strerror(number))


def test_a_folder_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("not a folder")

    with pytest.raises(HomeUnusable, match="notes"):
        make_folder(tmp_path / "notes" / "studio")
