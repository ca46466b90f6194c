"""Files that are there whole or not at all, and plain words when the disk refuses.

A file is written under a passing name in the target's own file system, flushed, fsynced, moved
into place with one `os.replace`, and its folder is fsynced, so that a power cut leaves either the
old file or the new one (Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014).
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from muslin.domain.errors import DiskFull, HomeUnusable, StudioError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_CLOSED = frozenset(
    {
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
    }
)


def disk_full(place: Path) -> DiskFull:
    """The refusal for a disk without room."""
    return DiskFull(
        f"The disk that holds {place} is full.",
        hint="Make room there, or move the studio's folder to a larger disk, and repeat.",
    )


def home_unusable(place: Path, reason: str) -> HomeUnusable:
    """The refusal for a folder that cannot be used as it is."""
    return HomeUnusable(
        f"{place} cannot be used: {reason}.",
        hint="Choose another folder with --home or MUSLIN_HOME, or make this one writable.",
    )


def refusal(error: OSError, place: Path) -> StudioError | None:
    """What a person is told of `error`; None when it is not about room or access."""
    if error.errno in _FULL:
        return disk_full(place)
    if error.errno in _CLOSED:
        return home_unusable(place, (error.strerror or type(error).__name__).lower())
    return None


@contextmanager
def plainly(place: Path) -> Iterator[None]:
    """Turn what the system says about room and access into DiskFull and HomeUnusable."""
    try:
        yield
    except OSError as error:
        if (told := refusal(error, place)) is None:
            raise
        raise told from error


@contextmanager
def part_in(folder: Path) -> Iterator[BinaryIO]:
    """An open, empty file in `folder`; it is gone after the block unless `settle` moved it.

    Raises DiskFull and HomeUnusable.
    """
    path = folder / f".{secrets.token_hex(8)}.part"
    with plainly(folder):
        file = path.open("xb")
        try:
            with file:
                yield file
        finally:
            path.unlink(missing_ok=True)


def settle(part: BinaryIO, target: Path) -> None:
    """Move a finished part to `target`, whole and durable, in place of what was there."""
    part.flush()
    os.fsync(part.fileno())
    Path(part.name).replace(target)
    sync_folder(target.parent)


def write_atomic(path: Path, data: bytes) -> None:
    """Write a whole file or none; the folder must exist.

    Raises DiskFull and HomeUnusable; then `path` is as it was before.
    """
    with part_in(path.parent) as part:
        part.write(data)
        settle(part, path)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, that outlive a power cut; keep one that exists.

    Raises DiskFull and HomeUnusable.
    """
    if folder.is_dir():
        return
    with plainly(folder):
        if folder.exists():
            raise home_unusable(folder, "there is a file of that name")
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names inside a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
