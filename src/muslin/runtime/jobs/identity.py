"""Which process it is: a pid is given away again, so it never says so alone."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter

_PROC = Path("/proc")
_STATE, _START_TIME = 0, 19  # fields 3 and 22 of proc(5)'s stat, counted after the name


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process: its pid, when it started (clock ticks since boot), and on which boot.

    `boot` also names the pid namespace, since two containers on one machine count pids apart.
    Where the system tells neither, `started` and `boot` are empty, and nothing is ever known of
    the process.
    """

    pid: int
    started: str
    boot: str

    @classmethod
    def of(cls, pid: int) -> Self:
        """The process that has a pid now."""
        stat = _stat(pid)
        return cls(pid, stat[_START_TIME] if stat else "", _boot())

    @classmethod
    def here(cls) -> Self:
        """This process."""
        return cls.of(os.getpid())

    @classmethod
    def read(cls, text: str) -> Self:
        """The identity that `written` wrote."""
        return TypeAdapter(cls).validate_json(text)

    def written(self) -> str:
        """The identity as JSON."""
        return TypeAdapter(type(self)).dump_json(self).decode()

    def is_gone(self) -> bool:
        """Whether the process has certainly ended; False when it lives or cannot be seen."""
        if not self.boot or self.boot != _boot():
            return False
        stat = _stat(self.pid)
        return stat is None or stat[_START_TIME] != self.started or stat[_STATE] in "ZX"

    def is_here_and_alive(self) -> bool:
        """Whether the process certainly runs, within our sight."""
        return bool(self.boot) and self.boot == _boot() and not self.is_gone()


def kill_group(leader: int) -> None:
    """Kill a process and all that it started, when it leads a group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _stat(pid: int) -> list[str] | None:
    """The fields of a process after its name, which may itself hold spaces and brackets."""
    try:
        return (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError, NotADirectoryError):
        return None


def _boot() -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""
