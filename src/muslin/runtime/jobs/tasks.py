"""What each kind of job does. Functions are named, not imported: the queue needs no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import cast

from muslin.domain.progress import Report
from muslin.domain.work import Job, JobKind
from muslin.runtime.home import Home
from muslin.runtime.jobs.attempt import Attempt

Task = Callable[[Home, Job, Attempt, Report], None]
"""Does the work in the child. It writes through the attempt, goes on from what an attempt before
it left, and ends by `attempt.finishing()` or by returning; it may raise StudioError (the job
failed) and Cancelled (the job was cancelled)."""

TASKS: Mapping[JobKind, str] = {
    JobKind.TRAIN: "muslin.runtime.jobs.work:train",
    JobKind.VALIDATE: "muslin.runtime.jobs.work:validate",
    JobKind.INTAKE: "muslin.runtime.jobs.work:take_in",
}
"""`module:function` for each kind."""


def task_of(kind: JobKind, tasks: str = __name__) -> Task:
    """The function for a kind, imported now; `tasks` is the module whose TASKS names it."""
    table = cast(Mapping[JobKind, str], import_module(tasks).TASKS)
    module, _, function = table[kind].partition(":")
    return cast(Task, getattr(import_module(module), function))
