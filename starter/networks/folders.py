"""Folders of weights that a reader may open at any moment, even while they are written anew."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from muslin.runtime.disk import part_in, settle


@contextmanager
def write_folder(folder: Path) -> Iterator[Path]:
    """An empty folder whose files take the place of those in `folder` when the block ends well."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as partial:
        yield Path(partial)
        replace_files(Path(partial), folder)


def replace_files(source: Path, folder: Path) -> None:
    """Make `folder` hold what `source` holds: each file whole or as before, others removed."""
    wanted = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    for name in sorted(wanted):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_file(source / name, target)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder) not in wanted:
            path.unlink()


def copy_file(source: Path, target: Path) -> None:
    """Copy bytes, whole or not at all, readable as any new file is: safetensors locks its files."""
    with source.open("rb") as read, part_in(target.parent) as part:
        shutil.copyfileobj(read, part)
        settle(part, target)
