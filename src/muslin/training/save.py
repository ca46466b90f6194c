"""Saved folders that are whole or not there at all.

A folder is staged beside its final name, every file is flushed to the disk, a manifest with each
file's sha256 is written last, and one rename makes it appear. A reader trusts only a folder whose
files match their manifest, and a manifest that matches its own seal. Nothing is pickled: tensors
are safetensors, the rest is JSON.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from muslin.domain.errors import DiskFull, TornCheckpoint
from muslin.domain.fact import Fact, RunId
from muslin.domain.training import HeldOutLoss

MANIFEST = "manifest.json"


class SavedFile(Fact):
    """A file of a saved folder."""

    name: str
    sha256: str
    size_bytes: int


class Manifest(Fact):
    """What a saved folder holds, and how far training was."""

    run: RunId
    inputs: str  # sha256 over everything that decides the run's result
    step: int
    losses: tuple[float, int]  # sum and count of the step losses since the checkpoint before
    torch: str  # version that wrote it
    held_out: HeldOutLoss | None = None
    files: tuple[SavedFile, ...] = ()
    seal: str = ""  # sha256 over all the rest: one flipped bit could make step 6 of step 2

    def sealed(self) -> Self:
        """The same manifest with the seal that belongs to it."""
        bare = self.model_copy(update={"seal": ""})
        seal = hashlib.sha256(bare.model_dump_json().encode()).hexdigest()
        return bare.model_copy(update={"seal": seal})


def step_folder(parent: Path, step: int) -> Path:
    """Where the state after `step` steps is saved; names sort by step."""
    return parent / f"step-{step:06d}"


def save_folder(folder: Path, manifest: Manifest, contents: Mapping[str, bytes]) -> None:
    """Make `folder` appear with all its contents, in place of a torn or older one.

    Raises DiskFull when there is no room; nothing is left behind then.
    """
    files = tuple(_saved_file(name, content) for name, content in sorted(contents.items()))
    whole = manifest.model_copy(update={"files": files}).sealed()
    staged = folder.with_name(f".{folder.name}.staged")
    with _removed_on_failure(staged):
        staged.mkdir(parents=True)
        for name, content in contents.items():
            _write(staged / name, content)
        _write(staged / MANIFEST, whole.model_dump_json(indent=2).encode())
        _sync_folder(staged)
        _remove(folder)
        staged.replace(folder)
        _sync_folder(folder.parent)


def save_file(path: Path, content: bytes) -> None:
    """Make one file appear with its content. Raises DiskFull when there is no room.

    A plan and a training may keep the same file at once; each stages its own.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.staged")
    with _removed_on_failure(staged):
        _write(staged, content)
        staged.replace(path)
        _sync_folder(path.parent)


def verified(folder: Path) -> Manifest:
    """The manifest of a folder whose files and seal match it; raises TornCheckpoint otherwise."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
        contents = {file.name: (folder / file.name).read_bytes() for file in manifest.files}
    except (OSError, ValidationError) as error:
        raise _torn(folder) from error
    found = tuple(_saved_file(name, content) for name, content in contents.items())
    if found != manifest.files or manifest != manifest.sealed():
        raise _torn(folder)
    return manifest


def saved_steps(parent: Path) -> Iterator[tuple[Path, Manifest]]:
    """The complete folders inside `parent`, newest step first; torn ones are passed over."""
    for folder in sorted(parent.glob("step-*"), reverse=True):
        try:
            yield folder, verified(folder)
        except TornCheckpoint:
            continue


def keep_newest(parent: Path, count: int) -> None:
    """Remove all but the `count` newest folders of `parent`, torn or not."""
    for folder in sorted(parent.glob("step-*"), reverse=True)[count:]:
        shutil.rmtree(folder, ignore_errors=True)


def _saved_file(name: str, content: bytes) -> SavedFile:
    sha256 = hashlib.sha256(content).hexdigest()
    return SavedFile(name=name, sha256=sha256, size_bytes=len(content))


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make renames and new names inside `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _removed_on_failure(staged: Path) -> Iterator[None]:
    """Start without a staged leftover and leave none; a full disk becomes DiskFull."""
    _remove(staged)
    try:
        yield
    except OSError as error:
        _remove(staged)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"No room left on the disk to save {staged.name}.",
                hint="Free some space and start the run again; it goes on where it stopped.",
            ) from error
        raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _torn(folder: Path) -> TornCheckpoint:
    return TornCheckpoint(
        f"{folder.name} is incomplete or was changed.",
        hint="Start the run again; it goes on from the newest complete state.",
    )
