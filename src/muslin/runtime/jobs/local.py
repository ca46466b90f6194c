"""The executor of one machine: a supervisor starts one process per attempt and keeps watch."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, Protocol

from muslin.domain.errors import JobFailed, JobSuperseded, StudioError
from muslin.domain.fact import JobId
from muslin.domain.progress import Cancelled, Report, silent
from muslin.domain.work import Job, JobState
from muslin.runtime.disk import plainly
from muslin.runtime.home import Home
from muslin.runtime.jobs import tasks as our_tasks
from muslin.runtime.jobs.attempt import Attempt
from muslin.runtime.jobs.child import Errand
from muslin.runtime.jobs.identity import ProcessIdentity, kill_group
from muslin.runtime.jobs.queue import OVER, Claim, Queue
from muslin.runtime.storage.jobs import EventKind

LOOK_EVERY_S = 0.2
PATIENCE = 3
BEATS_PER_LEASE = 5  # a beat may come late four times over before the lease is lost


class Child(Protocol):
    """A started process that leads a group of its own."""

    @property
    def pid(self) -> int:
        """Its pid, which is its group's."""

    def wait(self, timeout: float) -> int:
        """Its exit status, negative for a signal, however often it is asked for.

        Raises TimeoutExpired while it runs.
        """


Start = Callable[[Errand, BinaryIO], Child]
"""Starts a child on its errand; what it prints goes to the file."""


def start_process(errand: Errand, log: BinaryIO) -> Child:
    """Start a fresh interpreter; `-P` keeps the folder that we stand in off its import path."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "muslin.runtime.jobs.child", *errand.words()],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


class LocalExecutor:
    """Runs jobs on this machine, one at a time; any number of executors may share a queue.

    `tasks` is the module whose TASKS say what to do; `patience` is how many deaths in a row
    without progress a job survives, less one.
    """

    def __init__(
        self,
        home: Home,
        queue: Queue,
        *,
        tasks: str = our_tasks.__name__,
        patience: int = PATIENCE,
        start: Start = start_process,
    ) -> None:
        self._home = home
        self._queue = queue
        self._tasks = tasks
        self._patience = patience
        self._start = start

    def follow(self, job: JobId, report: Report = silent) -> Job:
        """Run a job, or watch while somebody else does, until it is done; relays its progress.

        When `report` raises Cancelled, the job is cancelled and Cancelled raised; when this
        process is interrupted, the job returns to the queue and goes on when it is followed again.
        Raises JobFailed when the job fails or is cancelled, NotFound, DiskFull and HomeUnusable.
        """
        relay = Relay(self._queue, job, report)
        try:
            while (known := self._queue.get(job)).state not in OVER:
                if not self._carry_on(job, relay):
                    relay()
                    time.sleep(LOOK_EVERY_S)
            relay()
        except Cancelled:
            self._queue.cancel(job)
            raise
        return _done(known)

    def run_next(self) -> Job | None:
        """Run the oldest free job until its attempt ends; None when no job is free."""
        claim = self._queue.claim(ProcessIdentity.here())
        if claim is None:
            return None
        self._supervise(claim, Relay(self._queue, claim.job.id, silent))
        return self._queue.get(claim.job.id)

    def _carry_on(self, job: JobId, relay: Relay) -> bool:
        claim = self._queue.claim(ProcessIdentity.here(), job)
        if claim is not None:
            self._supervise(claim, relay)
        return claim is not None

    def _supervise(self, claim: Claim, relay: Relay) -> None:
        if claim.predecessor is not None and claim.predecessor.is_here_and_alive():
            kill_group(claim.predecessor.pid)  # its supervisor is gone or was asleep
        attempt = claim.attempt
        try:
            exit_status = self._see_through(claim, relay)
            how = _words_of(exit_status)
            attempt.died(how, patience=self._patience, log=self._log_name(claim.job))
        except JobSuperseded:
            return  # the child wrote how it ended, or the job is no longer ours
        except BaseException:
            with suppress(StudioError):  # the first error is the one to tell
                attempt.release()
            raise

    def _see_through(self, claim: Claim, relay: Relay) -> int:
        """Start the child and wait; no part of it outlives this call."""
        errand = Errand(self._home.root, claim.job.id, claim.job.fence, os.getpid(), self._tasks)
        path = self._home.run_folder(claim.job.subject) / "log.txt"
        with plainly(path), path.open("ab") as log:
            child = self._start(errand, log)
        try:
            return self._watch(child, claim.attempt, relay)
        finally:
            kill_group(child.pid)
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=5)  # leaves no zombie; SIGKILL takes effect at once or never

    def _watch(self, child: Child, attempt: Attempt, relay: Relay) -> int:
        next_beat = 0.0
        while True:
            if time.monotonic() >= next_beat:
                attempt.extend(self._queue.lease_end())
                next_beat = time.monotonic() + self._queue.lease_s / BEATS_PER_LEASE
            with suppress(subprocess.TimeoutExpired):
                return child.wait(timeout=LOOK_EVERY_S)
            relay()

    def _log_name(self, job: Job) -> str:
        return f"runs/{job.subject}/log.txt in the studio's folder"


class Relay:
    """Passes on what is newly reported on a job, from the moment of its making."""

    def __init__(self, queue: Queue, job: JobId, report: Report) -> None:
        self._queue = queue
        self._job = job
        self._report = report
        self._seen = queue.last_event(job)

    def __call__(self) -> None:
        """Report all progress since the last call."""
        for event in self._queue.events(self._job, after=self._seen):
            self._seen = event.number
            if event.kind is EventKind.PROGRESS and event.progress is not None:
                self._report(event.progress)


def _words_of(exit_status: int) -> str:
    if exit_status >= 0:
        return f"ended without a word (exit status {exit_status})"
    try:
        return f"was killed ({signal.Signals(-exit_status).name})"
    except ValueError:
        return f"was killed (signal {-exit_status})"


def _done(job: Job) -> Job:
    if job.state is JobState.DONE:
        return job
    if job.state is JobState.CANCELLED:
        raise JobFailed(
            f"The job {job.id} was cancelled.", hint="Start it again; what was finished is kept."
        )
    raise JobFailed(
        job.error or f"The job {job.id} failed.",
        hint=job.hint or f"runs/{job.subject}/log.txt in the studio's folder has the details.",
    )
