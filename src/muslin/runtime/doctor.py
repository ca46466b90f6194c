"""What is here, what is missing, and how to get it; answers without torch and without a studio."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from muslin.domain.fact import Fact
from muslin.runtime.settings import read_settings
from muslin.runtime.weights.glance import licences_in_words
from muslin.runtime.weights.shipped import WeightsEntry, WeightsState, shipped

CORE = (
    "alembic",
    "numpy",
    "onnxruntime",
    "opencv-python-headless",
    "pillow",
    "pillow-heif",
    "pydantic",
    "scipy",
    "sqlalchemy",
    "typer",
)
TRAIN = ("torch", "diffusers", "transformers", "safetensors")
WAL_SAFE = (3, 51, 3)
"""First SQLite without the WAL-reset race, which can corrupt a database that several processes
write to: sqlite.org/wal.html, "The WAL-Reset Bug"."""
ROOM_BYTES = 2 * 2**30
"""Free disk below which a run is likely to end on a full disk: pictures, checkpoints, caches."""
MEMORY_BYTES = 4 * 2**30
"""Memory below which training the starter network may be killed by the system."""
GPU_PROBE = (
    "import torch\n"
    "print(torch.cuda.get_device_name(0) if torch.cuda.is_available()"
    " else 'mps' if torch.backends.mps.is_available() else '')"
)
GPU_PROBE_S = 60
"""Longest wait for torch to answer; it loads in seconds, from a cold disk in half a minute."""


class DoctorState(StrEnum):
    """How a line of the examination came out."""

    OK = "ok"
    MISSING = "missing"
    WARNING = "warning"


class DoctorLine(Fact):
    """One thing that was looked at; `hint` is the way out, empty when there is nothing to do."""

    name: str
    state: DoctorState
    value: str
    hint: str = ""


def examine(home: Path | None = None) -> tuple[DoctorLine, ...]:
    """Everything that can be said within a second: installation, hardware, weights, folder."""
    settings = read_settings()
    chosen = (home if home is not None else settings.home).expanduser()
    licences = licences_in_words(chosen / "muslin.db", settings.use)
    return (
        *installation(),
        *hardware(),
        *(weights_line(entry) for entry in shipped()),
        DoctorLine(name="licences", state=DoctorState.OK, value=licences),
        *studio_folder(chosen),
    )


def installation() -> Iterator[DoctorLine]:
    """Python, SQLite and each package with its version."""
    yield DoctorLine(name="python", state=DoctorState.OK, value=platform.python_version())
    yield sqlite_line(sqlite3.sqlite_version_info)
    for package in CORE:
        yield package_line(package, DoctorState.WARNING, "pip install muslin")
    for package in TRAIN:
        yield package_line(package, DoctorState.MISSING, "pip install 'muslin[train]'")


def sqlite_line(found: tuple[int, int, int]) -> DoctorLine:
    """SQLite's version, with a warning where its write-ahead log has a known race."""
    words = ".".join(str(part) for part in found)
    if found >= WAL_SAFE:
        return DoctorLine(name="sqlite", state=DoctorState.OK, value=words)
    hint = "Two processes that write at once may meet SQLite's WAL-reset bug; 3.51.3 mends it."
    return DoctorLine(name="sqlite", state=DoctorState.WARNING, value=words, hint=hint)


def package_line(package: str, absent: DoctorState, remedy: str) -> DoctorLine:
    """A package's version, or how to get it."""
    try:
        return DoctorLine(name=package, state=DoctorState.OK, value=version(package))
    except PackageNotFoundError:
        return DoctorLine(name=package, state=absent, value="not installed", hint=remedy)


def hardware() -> Iterator[DoctorLine]:
    """Cores that this process may use, and the machine's memory."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield DoctorLine(name="cores", state=DoctorState.OK, value=str(cores))
    if hasattr(os, "sysconf"):  # not on Windows, where the standard library does not know
        yield memory_line(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


def memory_line(found: int) -> DoctorLine:
    """Memory, with a warning where training may not fit."""
    value = f"{found / 2**30:.1f} GiB"
    if found >= MEMORY_BYTES:
        return DoctorLine(name="memory", state=DoctorState.OK, value=value)
    hint = "Training needs about 4 GiB; lower batch_size in the profile."
    return DoctorLine(name="memory", state=DoctorState.WARNING, value=value, hint=hint)


def weights_line(entry: WeightsEntry) -> DoctorLine:
    """Whether a network of the package can be used."""
    name = f"weights: {entry.name}"
    if entry.state is WeightsState.PRESENT:
        value = f"{entry.size_bytes / 1e6:.1f} MB"
        return DoctorLine(name=name, state=DoctorState.OK, value=value)
    hint = f"Install the package again; damaged or missing: {', '.join(entry.faults)}."
    return DoctorLine(name=name, state=DoctorState.WARNING, value=entry.state, hint=hint)


def studio_folder(home: Path) -> Iterator[DoctorLine]:
    """The studio's folder, or where it would be made, and the room on its disk."""
    above = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        hint = "Give another folder with --home or $MUSLIN_HOME."
        value = f"{home} cannot be written"
        yield DoctorLine(name="home", state=DoctorState.WARNING, value=value, hint=hint)
        return
    value = f"{home}" if (home / "muslin.db").exists() else f"{home} (made at first use)"
    yield DoctorLine(name="home", state=DoctorState.OK, value=value)
    yield room_line(shutil.disk_usage(above).free)


def room_line(free_bytes: int) -> DoctorLine:
    """Room on the studio's disk."""
    value = f"{free_bytes / 2**30:.1f} GiB free"
    if free_bytes >= ROOM_BYTES:
        return DoctorLine(name="disk", state=DoctorState.OK, value=value)
    hint = "A run needs up to 2 GiB; make room or choose another --home."
    return DoctorLine(name="disk", state=DoctorState.WARNING, value=value, hint=hint)


def examine_gpu() -> tuple[DoctorLine, ...]:
    """The GPU that torch sees, asked in a process of its own because torch loads slowly."""
    try:
        probe = subprocess.run(
            [sys.executable, "-c", GPU_PROBE],
            capture_output=True,
            text=True,
            timeout=GPU_PROBE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        hint = "Try `python -c 'import torch'`."
        value = "torch did not answer"
        return (DoctorLine(name="gpu", state=DoctorState.WARNING, value=value, hint=hint),)
    name = probe.stdout.strip() if probe.returncode == 0 else ""
    if name:
        return (DoctorLine(name="gpu", state=DoctorState.OK, value=name),)
    hint = "The processor does it, more slowly."
    return (DoctorLine(name="gpu", state=DoctorState.MISSING, value="none", hint=hint),)
