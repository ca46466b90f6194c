"""Jobs, their attempts, and the history of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, Select, and_, func, insert, select, update

from muslin.domain.errors import JobSuperseded, NotFound
from muslin.domain.fact import Fact, JobId
from muslin.domain.progress import Progress
from muslin.domain.work import Job, JobState
from muslin.runtime.storage.tables import attempts, events, jobs

_PROGRESS: Final = TypeAdapter(Progress)
_FACT_COLUMNS: Final = tuple(jobs.c[name] for name in Job.model_fields)


class EventKind(StrEnum):
    """What may happen to a job."""

    SUBMITTED = "submitted"
    CLAIMED = "claimed"
    PROGRESS = "progress"
    DIED = "died"
    RELEASED = "released"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobEvent(Fact):
    """Something that happened to a job; `number` grows with time, `fence` is the attempt's."""

    number: int
    job: JobId
    fence: int
    kind: EventKind
    at: datetime
    note: str = ""
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Tenure:
    """A job that is not over, and who has it: `lease_until` in seconds since 1970."""

    job: Job
    lease_until: float | None
    holder: str | None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job or an attempt ends: the state that it leaves the job in, and why."""

    state: JobState
    code: str | None = None
    what: str | None = None
    hint: str | None = None


class SqlJobs:
    """Jobs in SQL; the caller owns the transaction.

    What an attempt writes is refused with JobSuperseded unless its fence is the job's.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, job: JobId) -> Job:
        """The job with that id. Raises NotFound."""
        found = self._first(_select_jobs().where(jobs.c.id == job))
        if found is None:
            raise NotFound(f"There is no job {job!r}.", hint="`muslin jobs list` shows them.")
        return found

    def with_key(self, key: str) -> Job | None:
        """The job that was asked for under this key, if any."""
        return self._first(_select_jobs().where(jobs.c.key == key))

    def all(self) -> list[Job]:
        """All jobs, oldest first."""
        rows = self._connection.execute(_select_jobs()).mappings()
        return [_job_of(row) for row in rows]

    def open(self, job: JobId | None = None) -> list[Tenure]:
        """The jobs that are not over, or just this one, oldest first; their rows are locked."""
        waiting = select(*_FACT_COLUMNS, jobs.c.lease_until, jobs.c.holder)
        waiting = waiting.where(jobs.c.state.in_([JobState.QUEUED, JobState.RUNNING]))
        if job is not None:
            waiting = waiting.where(jobs.c.id == job)
        waiting = waiting.order_by(jobs.c.number).with_for_update(skip_locked=True)
        rows = self._connection.execute(waiting).mappings()
        return [Tenure(_job_of(row), row["lease_until"], row["holder"]) for row in rows]

    def add(self, job: Job) -> None:
        """Keep a new job."""
        row = {**job.model_dump(mode="json"), "strikes": 0}
        self._connection.execute(insert(jobs).values(row))
        self._happened(job.id, job.fence, EventKind.SUBMITTED)

    def revive(self, job: Job) -> None:
        """Queue a job again that failed or was cancelled."""
        clean = {"error_code": None, "error": None, "hint": None, "finished_at": None}
        again = update(jobs).where(jobs.c.id == job.id)
        self._connection.execute(again.values(state=JobState.QUEUED, strikes=0, **clean))
        self._happened(job.id, job.fence, EventKind.SUBMITTED, note="again")

    def take(self, job: Job, holder: str, lease_until: float) -> Job:
        """Give a job to a supervisor under a new fence; an attempt before that is lost."""
        self._end_attempt(job.id, job.fence, "lost")
        fence = job.fence + 1
        self._connection.execute(
            update(jobs)
            .where(jobs.c.id == job.id)
            .values(
                state=JobState.RUNNING,
                fence=fence,
                attempts=job.attempts + 1,
                lease_until=lease_until,
                holder=holder,
            )
        )
        self._connection.execute(
            insert(attempts).values(
                job=job.id, fence=fence, holder=holder, advanced=False, started_at=_now()
            )
        )
        self._happened(job.id, fence, EventKind.CLAIMED)
        return self.get(job.id)

    def cancel(self, job: Job) -> None:
        """End a job for good; its attempt, if any, finds its fence gone."""
        self._end_attempt(job.id, job.fence, JobState.CANCELLED)
        self._connection.execute(
            update(jobs)
            .where(jobs.c.id == job.id)
            .values(
                state=JobState.CANCELLED,
                fence=job.fence + 1,
                lease_until=None,
                holder=None,
                finished_at=_now(),
            )
        )
        self._happened(job.id, job.fence + 1, EventKind.CANCELLED)

    def hold(self, job: JobId, fence: int) -> None:
        """Lock a job for the attempt that has it. Raises JobSuperseded."""
        self._update_held(job, fence, {"fence": fence})

    def extend(self, job: JobId, fence: int, lease_until: float) -> None:
        """Give the attempt more time. Raises JobSuperseded."""
        self._update_held(job, fence, {"lease_until": lease_until})

    def introduce(self, job: JobId, fence: int, child: str) -> None:
        """Say which process carries the attempt. Raises JobSuperseded."""
        self.hold(job, fence)
        this = and_(attempts.c.job == job, attempts.c.fence == fence)
        self._connection.execute(update(attempts).where(this).values(child=child))

    def last_child(self, job: JobId) -> str | None:
        """The process of the latest attempt that introduced itself, if any did."""
        known = select(attempts.c.child).where(attempts.c.job == job, attempts.c.child.is_not(None))
        child: str | None = self._connection.scalar(
            known.order_by(attempts.c.fence.desc()).limit(1)
        )
        return child

    def progress(self, job: JobId, fence: int, made: Progress) -> None:
        """Write down progress, and whether it is the furthest so far. Raises JobSuperseded."""
        self.hold(job, fence)
        if made.done > self._furthest(job, made.step):
            this = and_(attempts.c.job == job, attempts.c.fence == fence)
            self._connection.execute(update(attempts).where(this).values(advanced=True))
        self._connection.execute(
            insert(events).values(
                job=job,
                fence=fence,
                kind=EventKind.PROGRESS,
                at=_now(),
                step=made.step,
                done=made.done,
                body=_PROGRESS.dump_json(made).decode(),
            )
        )

    def strike(self, job: JobId, fence: int) -> int:
        """Count a death: how many there were in a row without progress. Raises JobSuperseded."""
        self.hold(job, fence)
        this = and_(attempts.c.job == job, attempts.c.fence == fence)
        advanced = self._connection.scalar(select(attempts.c.advanced).where(this))
        before = self._connection.scalar(select(jobs.c.strikes).where(jobs.c.id == job)) or 0
        strikes = 0 if advanced else before + 1
        self._update_held(job, fence, {"strikes": strikes})
        return strikes

    def end(self, job: JobId, fence: int, ending: Ending, kind: EventKind) -> None:
        """End an attempt, leaving its job in the ending's state. Raises JobSuperseded."""
        over = ending.state is not JobState.QUEUED
        values = {
            "state": ending.state,
            "lease_until": None,
            "holder": None,
            "error_code": ending.code,
            "error": ending.what if over else None,
            "hint": ending.hint,
            "finished_at": _now() if over else None,
        }
        self._update_held(job, fence, values)
        self._end_attempt(job, fence, kind)
        self._happened(job, fence, kind, note=ending.what or "")

    def events(self, job: JobId, *, after: int = 0) -> list[JobEvent]:
        """What happened to a job after the event of that number, in order."""
        found = select(events).where(events.c.job == job, events.c.number > after)
        rows = self._connection.execute(found.order_by(events.c.number)).mappings()
        return [_event_of(row) for row in rows]

    def last_event(self, job: JobId) -> int:
        """The number of the newest event of a job; 0 when nothing happened."""
        newest = select(func.max(events.c.number)).where(events.c.job == job)
        return self._connection.scalar(newest) or 0

    def _first(self, wanted: Select[tuple[object, ...]]) -> Job | None:
        row = self._connection.execute(wanted).mappings().first()
        return None if row is None else _job_of(row)

    def _furthest(self, job: JobId, step: str) -> int:
        reached = select(func.max(events.c.done)).where(events.c.job == job, events.c.step == step)
        return self._connection.scalar(reached) or 0

    def _update_held(
        self, job: JobId, fence: int, values: Mapping[str, str | float | None]
    ) -> None:
        held = and_(jobs.c.id == job, jobs.c.fence == fence, jobs.c.state == JobState.RUNNING)
        if not self._connection.execute(update(jobs).where(held).values(dict(values))).rowcount:
            raise JobSuperseded(
                f"Attempt {fence} of the job {job} no longer has it.",
                hint="Nothing is lost: a later attempt has the job, or it is over.",
            )

    def _end_attempt(self, job: JobId, fence: int, outcome: str) -> None:
        this = and_(attempts.c.job == job, attempts.c.fence == fence, attempts.c.ended_at.is_(None))
        self._connection.execute(
            update(attempts).where(this).values(ended_at=_now(), outcome=outcome)
        )

    def _happened(self, job: JobId, fence: int, kind: EventKind, *, note: str = "") -> None:
        row = {"job": job, "fence": fence, "kind": kind, "at": _now(), "body": note}
        self._connection.execute(insert(events).values(row))


def _select_jobs() -> Select[tuple[object, ...]]:
    return select(*_FACT_COLUMNS).order_by(jobs.c.number)


def _job_of(row: RowMapping) -> Job:
    return Job.model_validate({name: row[name] for name in Job.model_fields})


def _event_of(row: RowMapping) -> JobEvent:
    told = row["kind"] == EventKind.PROGRESS
    return JobEvent(
        number=row["number"],
        job=JobId(row["job"]),
        fence=row["fence"],
        kind=EventKind(row["kind"]),
        at=datetime.fromisoformat(row["at"]),
        note="" if told else row["body"],
        progress=_PROGRESS.validate_json(row["body"]) if told else None,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat()
