"""Jobs: work that outlives the process that asked for it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from muslin.domain.fact import Fact, JobId


class JobKind(StrEnum):
    """What a job does; `runtime/jobs/tasks.py` maps each to its function."""

    TRAIN = "train"
    VALIDATE = "validate"
    INTAKE = "intake"


class JobState(StrEnum):
    """Where a job stands. Only `queued` and `running` change by themselves."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Fact):
    """Asked-for work; `key` makes asking twice the same as asking once."""

    id: JobId
    kind: JobKind
    key: str
    subject: str  # what it works on: a run's id for TRAIN and VALIDATE, a shoot's name for INTAKE
    state: JobState
    fence: int  # grows with every attempt; an older attempt's writes are refused
    attempts: int
    error_code: str | None = None
    error: str | None = None
    hint: str | None = None
    created_at: datetime
    finished_at: datetime | None = None
