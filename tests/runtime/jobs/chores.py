"""Small jobs for the executor, in the place of trainings; a run's name says how it behaves."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping

from sqlalchemy import insert

from muslin.domain.errors import PlanRefused
from muslin.domain.progress import Cancelled, Progress, Report
from muslin.domain.work import Job, JobKind
from muslin.runtime.disk import write_atomic
from muslin.runtime.home import Home
from muslin.runtime.jobs.attempt import Attempt
from muslin.runtime.storage.tables import rendered

STITCHES = 6
TASKS: Mapping[JobKind, str] = {
    JobKind.TRAIN: "tests.runtime.jobs.chores:sew",
    JobKind.VALIDATE: "tests.runtime.jobs.chores:misbehave",
}


def sew(home: Home, job: Job, write: Attempt, report: Report) -> None:
    """Count to STITCHES, going on from where an attempt before this one was cut off."""
    seam = home.run_folder(job.subject) / "seam"
    sewn = int(seam.read_text()) if seam.exists() else 0
    for stitch in range(sewn + 1, STITCHES + 1):
        report(Progress("sew", stitch, STITCHES, "stitches", note=f"attempt {job.fence}"))
        time.sleep(0.005)
        write_atomic(seam, str(stitch).encode())
    with write.finishing() as connection:
        # The key is unique: a second completion of the same job would break off here.
        row = {"key": job.id, "picture": seam.read_text()}
        connection.execute(insert(rendered).values(row))


def misbehave(home: Home, job: Job, write: Attempt, report: Report) -> None:
    """Do what the subject says."""
    ways: dict[str, Callable[[], None]] = {
        "run-killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "run-refused": _refuse,
        "run-broken": lambda: [].__getitem__(0),
        "run-stopped": _stop,
        "run-idle": lambda: None,
        "run-endless": lambda: _wait_for(home, job, report),
    }
    ways[job.subject]()


def _refuse() -> None:
    raise PlanRefused("The batch is larger than the house.", hint="Choose a smaller batch_size.")


def _stop() -> None:
    raise Cancelled


def _wait_for(home: Home, job: Job, report: Report) -> None:
    """Report until a file named `enough` lies in the run's folder."""
    enough = home.run_folder(job.subject) / "enough"
    for look in range(1, 10_000):
        report(Progress(f"look {look}", look, 10_000, "looks"))
        if enough.exists():
            return
        time.sleep(0.02)
