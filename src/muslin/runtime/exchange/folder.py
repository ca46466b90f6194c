"""A folder that appears with everything in it, or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from muslin.domain.errors import NameTaken
from muslin.domain.leaving import ExportedFile
from muslin.runtime.disk import make_folder, plainly, sync_folder


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to fill beside `target`, moved there at the end; gone when the block raises.

    Raises NameTaken when `target` holds something, DiskFull and HomeUnusable.
    """
    make_folder(target.absolute().parent)
    if target.is_dir() and any(target.iterdir()):
        raise NameTaken(
            f"{target} holds files already; an export never goes over what is there.",
            hint="Name a folder that is empty or does not exist.",
        )
    staged = target.absolute().with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with plainly(target):
            staged.mkdir()
            yield staged
            _sync_all(staged)
            staged.replace(target)
            sync_folder(target.absolute().parent)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def keep(folder: Path, name: str, pieces: Iterable[bytes]) -> ExportedFile:
    """Write one file of a folder, piece by piece, to the disk."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size_bytes = hashlib.sha256(), 0
    with path.open("xb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            size_bytes += len(piece)
        file.flush()
        os.fsync(file.fileno())
    return ExportedFile(name=name, sha256=digest.hexdigest(), size_bytes=size_bytes)


def _sync_all(folder: Path) -> None:
    for inside in folder.rglob("*"):
        if inside.is_dir():
            sync_folder(inside)
    sync_folder(folder)
