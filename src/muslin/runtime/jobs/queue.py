"""The queue: whoever asks twice asks once, and no two attempts ever have the same job."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from muslin.domain.fact import JobId, fresh, now
from muslin.domain.work import Job, JobKind, JobState
from muslin.runtime.jobs.attempt import Attempt
from muslin.runtime.jobs.identity import ProcessIdentity
from muslin.runtime.storage.database import Storage
from muslin.runtime.storage.jobs import JobEvent, SqlJobs, Tenure

OVER = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
"""The states that a job keeps."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job as its new attempt has it; `predecessor` is the process that had it before."""

    job: Job
    attempt: Attempt
    predecessor: ProcessIdentity | None


class Queue:
    """Jobs in the database; every method is one transaction.

    `lease_s` is how long an attempt has its job without a sign of life; `clock` counts seconds
    since 1970.
    """

    def __init__(
        self, storage: Storage, *, lease_s: float = 30.0, clock: Callable[[], float] = time.time
    ) -> None:
        self._storage = storage
        self._lease_s = lease_s
        self._clock = clock

    @property
    def lease_s(self) -> float:
        """Seconds without a sign of life after which a job is free again."""
        return self._lease_s

    def submit(self, kind: JobKind, subject: str, *, key: str = "") -> Job:
        """Ask for work on a subject, and once only for each key (default: kind and subject).

        A job of that key that waits, runs or is done is returned as it is; one that failed or was
        cancelled is queued again and goes on from where it stands.
        """
        key = key or f"{kind}:{subject}"
        with self._storage.transaction() as connection:
            jobs = SqlJobs(connection)
            known = jobs.with_key(key)
            if known is None:
                known = _new_job(kind, subject, key)
                jobs.add(known)
            elif known.state in {JobState.FAILED, JobState.CANCELLED}:
                jobs.revive(known)
            return jobs.get(known.id)

    def get(self, job: JobId) -> Job:
        """The job with that id. Raises NotFound."""
        with self._storage.reading() as connection:
            return SqlJobs(connection).get(job)

    def all(self) -> list[Job]:
        """All jobs, oldest first."""
        with self._storage.reading() as connection:
            return SqlJobs(connection).all()

    def events(self, job: JobId, *, after: int = 0) -> list[JobEvent]:
        """What happened to a job after the event of that number, in order."""
        with self._storage.reading() as connection:
            return SqlJobs(connection).events(job, after=after)

    def last_event(self, job: JobId) -> int:
        """The number of a job's newest event; 0 when there is none."""
        with self._storage.reading() as connection:
            return SqlJobs(connection).last_event(job)

    def claim(self, holder: ProcessIdentity, job: JobId | None = None) -> Claim | None:
        """Take this job, or the oldest that is free; None when none is.

        Free is what is queued, what ran under a lease that has run out, and what ran under a
        supervisor of this machine that has ended.
        """
        with self._storage.transaction() as connection:
            jobs = SqlJobs(connection)
            free = next((t for t in jobs.open(job) if self._is_free(t)), None)
            if free is None:
                return None
            child = jobs.last_child(free.job.id)
            taken = jobs.take(free.job, holder.written(), self.lease_end())
        attempt = Attempt(self._storage, taken.id, taken.fence)
        return Claim(taken, attempt, ProcessIdentity.read(child) if child else None)

    def cancel(self, job: JobId) -> Job:
        """End a job that is not over; a running attempt stops at its next write.

        Raises NotFound.
        """
        with self._storage.transaction() as connection:
            jobs = SqlJobs(connection)
            known = jobs.get(job)
            if known.state not in OVER:
                jobs.cancel(known)
            return jobs.get(job)

    def lease_end(self) -> float:
        """When a lease given now runs out, in seconds since 1970."""
        return self._clock() + self._lease_s

    def _is_free(self, tenure: Tenure) -> bool:
        if tenure.job.state is JobState.QUEUED or tenure.lease_until is None:
            return True
        if tenure.lease_until <= self._clock():
            return True
        return tenure.holder is not None and ProcessIdentity.read(tenure.holder).is_gone()


def _new_job(kind: JobKind, subject: str, key: str) -> Job:
    return Job(
        id=JobId(fresh("job")),
        kind=kind,
        key=key,
        subject=subject,
        state=JobState.QUEUED,
        fence=0,
        attempts=0,
        created_at=now(),
    )
