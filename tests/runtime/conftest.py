from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from muslin.runtime.home import Home, open_home
from muslin.runtime.settings import Settings
from muslin.runtime.storage.database import Storage

SMALL_DISK_BYTES = 1 << 20


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"MUSLIN_{name.upper()}", raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "studio")


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and nothing in them, made once."""
    home = open_home(tmp_path_factory.mktemp("new"))
    Storage.open(home, Settings()).close()
    return home.database


@pytest.fixture
def storage(home: Home, new_database: Path) -> Iterator[Storage]:
    shutil.copy(new_database, home.database)
    with Storage.open(home, Settings()) as opened:
        yield opened


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 1 MiB, so that "no room" comes from the system itself."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("A small disk can only be mounted by root on Linux.")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, *, leaving_bytes: int = 0) -> None:
    """Use up a disk's room."""
    chunk = bytes(4096)
    room = SMALL_DISK_BYTES
    with (folder / "filler").open("wb", buffering=0) as filler:
        try:
            while room > 0:
                room -= filler.write(chunk)
        except OSError:
            pass
        if leaving_bytes:
            filler.truncate(filler.tell() - leaving_bytes)
