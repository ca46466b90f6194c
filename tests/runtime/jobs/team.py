"""Supervisors that share a queue, and somebody who kills them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import BinaryIO

from muslin.runtime.home import Home
from muslin.runtime.jobs.child import Errand, run
from muslin.runtime.jobs.local import LocalExecutor
from muslin.runtime.jobs.queue import OVER, Queue
from muslin.runtime.settings import Settings
from muslin.runtime.storage.database import Storage
from tests.runtime.jobs import chores
from tests.runtime.processes import start

SUPERVISORS = 3
LEASE_S = 1.0
DEADLINE_S = 120


class ForkedChild:
    """A child forked from its supervisor: the same errand, without the start of an interpreter."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._exit_status: int | None = None

    def wait(self, timeout: float) -> int:
        end = time.monotonic() + timeout
        while self._exit_status is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self._exit_status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() >= end:
                raise subprocess.TimeoutExpired("fork", timeout)
            else:
                time.sleep(0.005)
        return self._exit_status


def supervise(home: Home) -> None:
    """Run jobs until none is left to run."""
    with Storage.open(home, Settings()) as storage:
        queue = Queue(storage, lease_s=LEASE_S)
        executor = LocalExecutor(
            home, queue, tasks=chores.__name__, patience=10**6, start=_forking(storage)
        )
        while any(job.state not in OVER for job in queue.all()):
            if executor.run_next() is None:
                time.sleep(0.02)


def _forking(storage: Storage) -> Callable[[Errand, BinaryIO], ForkedChild]:
    def start_child(errand: Errand, log: BinaryIO) -> ForkedChild:
        storage.close()  # SQLite's connections must not be carried through a fork
        pid = os.fork()
        if pid == 0:
            status = 1
            with suppress(BaseException):
                os.setsid()
                os.dup2(log.fileno(), 2)
                run(errand)
                status = 0
            os._exit(status)
        return ForkedChild(pid)

    return start_child


class Misfortune:
    """Kills supervisors and their children, and puts supervisors to sleep beyond their lease."""

    def __init__(self, home: Home, seed: int) -> None:
        self._home = home
        self._random = random.Random(seed)
        self._team = [start(supervise, home) for _ in range(SUPERVISORS)]
        self._asleep: dict[int, float] = {}
        self.struck: Counter[str] = Counter()

    def strike(self) -> None:
        """Let something happen to somebody."""
        self._wake_up()
        place = self._random.randrange(SUPERVISORS)
        victim = self._team[place]
        kind = self._random.choices(["child", "supervisor", "sleep"], [12, 4, 1])[0]
        if not victim.is_alive():
            self._team[place] = start(supervise, self._home)
        elif kind == "child":
            self._kill_child_of(victim)
        elif kind == "supervisor":
            self._signal(victim, signal.SIGKILL)
            self.struck["supervisor"] += 1
        elif victim.pid not in self._asleep:
            self._signal(victim, signal.SIGSTOP)
            self._asleep[victim.pid or 0] = time.monotonic() + 1.5 * LEASE_S
            self.struck["sleep"] += 1

    def leave_them_alone(self) -> None:
        """Wake everybody up and see that somebody is at work until all is done."""
        self._asleep = dict.fromkeys(self._asleep, 0.0)
        self._wake_up()
        self._team.append(start(supervise, self._home))
        for member in self._team:
            member.join(DEADLINE_S)

    def _wake_up(self) -> None:
        for pid, until in list(self._asleep.items()):
            if time.monotonic() >= until:
                del self._asleep[pid]
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _kill_child_of(self, supervisor: BaseProcess) -> None:
        listed = Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children")
        with suppress(FileNotFoundError, ProcessLookupError):
            for child in listed.read_text().split():
                os.kill(int(child), signal.SIGKILL)
                self.struck["child"] += 1

    def _signal(self, member: BaseProcess, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(member.pid or 0, number)
