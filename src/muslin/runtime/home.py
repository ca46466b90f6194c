"""The studio's folder. Copy it and you have moved the studio."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from muslin.domain.errors import NotFound
from muslin.runtime.disk import make_folder, part_in

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Home:
    """Where things lie inside the studio's folder; `root` is absolute."""

    root: Path

    @property
    def database(self) -> Path:
        """Everything that is said, in SQLite."""
        return self.root / "muslin.db"

    @property
    def blobs(self) -> Path:
        """Everything that is seen, by sha256."""
        return self.root / "blobs"

    @property
    def weights(self) -> Path:
        """Networks' weights from outside the package."""
        return self.root / "weights"

    @property
    def runs(self) -> Path:
        """One folder per training run."""
        return self.root / "runs"

    @property
    def inbox(self) -> Path:
        """Files that were sent to be imported, one folder per shoot."""
        return self.root / "inbox"

    @property
    def cache(self) -> Path:
        """Thumbnails; may be deleted at any time."""
        return self.root / "cache"

    @property
    def vocabulary(self) -> Path:
        """The brand's own words, where somebody wrote them."""
        return self.root / "vocabulary.toml"

    @property
    def tmp(self) -> Path:
        """Scratch; whatever lies here may be deleted while the studio rests."""
        return self.root / "tmp"

    def run_folder(self, run: str) -> Path:
        """The folder of one run, made when missing.

        Raises NotFound when `run` could not be a run's id, DiskFull and HomeUnusable.
        """
        if not _RUN.fullmatch(run):
            raise NotFound(f"{run!r} is no run's id.", hint="`muslin runs list` shows them.")
        folder = self.runs / run
        make_folder(folder)
        return folder


def open_home(root: Path) -> Home:
    """The studio's folder with everything in its place, made when missing.

    Raises HomeUnusable when it cannot be made or written, DiskFull when there is no room.
    """
    home = Home(root.expanduser().absolute())
    for folder in (home.blobs, home.weights, home.runs, home.tmp):
        make_folder(folder)
    with part_in(home.root) as probe:
        probe.write(b"muslin")
        os.fsync(probe.fileno())  # a full or read-only disk says so here, before work is done
    return home
