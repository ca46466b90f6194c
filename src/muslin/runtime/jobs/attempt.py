"""One attempt at a job: whatever it writes carries its fence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from muslin.domain.errors import JobFailed, StudioError
from muslin.domain.fact import JobId
from muslin.domain.progress import Progress
from muslin.domain.work import JobState
from muslin.runtime.jobs.identity import ProcessIdentity
from muslin.runtime.storage.database import Storage
from muslin.runtime.storage.jobs import Ending, EventKind, SqlJobs


class Attempt:
    """The hold on a job that its supervisor and its child share.

    Every method is one transaction. It raises JobSuperseded, and changes nothing, as soon as
    another attempt has the job or the job is over.
    """

    def __init__(self, storage: Storage, job: JobId, fence: int) -> None:
        self._storage = storage
        self.job = job
        self.fence = fence

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Write results on the way; they are kept if the attempt has the job."""
        with self._storage.transaction() as connection:
            SqlJobs(connection).hold(self.job, self.fence)
            yield connection

    @contextmanager
    def finishing(self) -> Iterator[Connection]:
        """Write the last results, and that the job is done, both or neither."""
        with self.transaction() as connection:
            yield connection
            done = Ending(JobState.DONE)
            SqlJobs(connection).end(self.job, self.fence, done, EventKind.DONE)

    def report(self, progress: Progress) -> None:
        """Write down progress for everybody who follows."""
        with self._storage.transaction() as connection:
            SqlJobs(connection).progress(self.job, self.fence, progress)

    def introduce(self, child: ProcessIdentity) -> None:
        """Say which process carries the attempt."""
        with self._storage.transaction() as connection:
            SqlJobs(connection).introduce(self.job, self.fence, child.written())

    def extend(self, until: float) -> None:
        """Keep the job until then, in seconds since 1970."""
        with self._storage.transaction() as connection:
            SqlJobs(connection).extend(self.job, self.fence, until)

    def release(self) -> None:
        """Give the job back to the queue, to be carried on from where it stands."""
        self._end(Ending(JobState.QUEUED), EventKind.RELEASED)

    def stop(self) -> None:
        """End the job because somebody asked for it."""
        self._end(Ending(JobState.CANCELLED), EventKind.CANCELLED)

    def fail(self, error: StudioError) -> None:
        """End the job with a refusal that another attempt would meet, too."""
        ending = Ending(JobState.FAILED, error.code, str(error), error.hint)
        self._end(ending, EventKind.FAILED)

    def died(self, how: str, *, patience: int, log: str) -> None:
        """The child has ended without a word: queue the job again, as long as that may help.

        `patience` deaths in a row without progress end the job; one that got further than every
        attempt before it is forgiven.
        """
        with self._storage.transaction() as connection:
            jobs = SqlJobs(connection)
            strikes = jobs.strike(self.job, self.fence)
            if strikes < patience:
                again = Ending(JobState.QUEUED, what=how)
                jobs.end(self.job, self.fence, again, EventKind.DIED)
            else:
                ending = _hopeless(how, strikes, log)
                jobs.end(self.job, self.fence, ending, EventKind.FAILED)

    def _end(self, ending: Ending, kind: EventKind) -> None:
        with self._storage.transaction() as connection:
            SqlJobs(connection).end(self.job, self.fence, ending, kind)


def _hopeless(how: str, strikes: int, log: str) -> Ending:
    what = f"The work {how} {strikes} times in a row without getting any further."
    hint = f"Most often memory ran out: choose a smaller batch_size. {log} has the last words."
    return Ending(JobState.FAILED, JobFailed.code, what, hint)
