"""The process that carries one attempt: `python -m muslin.runtime.jobs.child HOME JOB FENCE …`.

Whatever happens, it either writes down how the work ended or dies without a word; its supervisor
tells the two apart by the fence alone.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from muslin.domain.errors import JobFailed, JobSuperseded, StudioError
from muslin.domain.fact import JobId
from muslin.domain.progress import Cancelled, Progress, Report
from muslin.domain.work import JobState
from muslin.networks.diffusion.lean import import_leanly
from muslin.runtime.home import Home
from muslin.runtime.jobs.attempt import Attempt
from muslin.runtime.jobs.identity import ProcessIdentity
from muslin.runtime.jobs.tasks import task_of
from muslin.runtime.settings import read_settings
from muslin.runtime.storage.database import Storage
from muslin.runtime.storage.jobs import SqlJobs

REPORT_EVERY_S = 0.5
"""Progress is a commit that waits for the disk; more often than this nobody can read it."""

_PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(frozen=True, slots=True)
class Errand:
    """What a child is told: whose job it carries out, and for which supervisor."""

    home: Path
    job: JobId
    fence: int
    supervisor: int  # its pid
    tasks: str

    @classmethod
    def parse(cls, words: list[str]) -> Self:
        """The errand of a command line."""
        home, job, fence, supervisor, tasks = words
        return cls(Path(home), JobId(job), int(fence), int(supervisor), tasks)

    def words(self) -> list[str]:
        """The command line of an errand."""
        return [str(self.home), self.job, str(self.fence), str(self.supervisor), self.tasks]


def run(errand: Errand) -> None:
    """Carry out the attempt, and write down how it ended."""
    _die_with(errand.supervisor)
    import_leanly()
    home = Home(errand.home)
    with Storage.open(home, read_settings(), checkpoint_pages=0) as storage:
        attempt = Attempt(storage, errand.job, errand.fence)
        attempt.introduce(ProcessIdentity.here())
        _attempt(home, storage, attempt, errand.tasks)


def throttled(report: Report, every_s: float, clock: Callable[[], float]) -> Report:
    """Pass progress on at most every so many seconds, and always when a step begins or ends."""
    last_step, last_at = "", float("-inf")

    def pass_on(progress: Progress) -> None:
        nonlocal last_step, last_at
        is_due = clock() - last_at >= every_s or progress.step != last_step
        if is_due or progress.done == progress.total:
            report(progress)
            last_step, last_at = progress.step, clock()

    return pass_on


def _attempt(home: Home, storage: Storage, attempt: Attempt, tasks: str) -> None:
    with storage.reading() as connection:
        job = SqlJobs(connection).get(attempt.job)
    try:
        report = throttled(attempt.report, REPORT_EVERY_S, time.monotonic)
        task_of(job.kind, tasks)(home, job, attempt, report)
        _finish(storage, attempt)
    except JobSuperseded:
        raise
    except Cancelled:
        attempt.stop()
    except StudioError as error:
        attempt.fail(error)
    except Exception as error:
        traceback.print_exc()  # into the job's log
        attempt.fail(_defect(error))


def _finish(storage: Storage, attempt: Attempt) -> None:
    """Say that the job is done, unless the task said so with its last results."""
    with storage.reading() as connection:
        job = SqlJobs(connection).get(attempt.job)
    if not (job.state is JobState.DONE and job.fence == attempt.fence):
        with attempt.finishing():
            pass


def _defect(error: Exception) -> JobFailed:
    return JobFailed(
        f"The work broke off: {type(error).__name__}: {error}",
        hint="This is a defect of muslin; the log.txt of the run's folder shows where.",
    )


def _die_with(supervisor: int) -> None:
    """End as soon as the supervisor does, however it does. Linux only; elsewhere the fence guards.

    The signal comes when the very thread that started this process ends.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:
        raise SystemExit(1)  # it ended before we could ask for the signal


def main() -> None:
    """Run one errand; a superseded attempt ends quietly."""
    try:
        run(Errand.parse(sys.argv[1:]))
    except JobSuperseded as superseded:
        print(superseded, file=sys.stderr)
        raise SystemExit(1) from superseded


if __name__ == "__main__":
    main()
