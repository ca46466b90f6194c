"""Takes up queued jobs one after another, and has a training proved once it is done."""

from __future__ import annotations

import threading

from muslin.domain.errors import StudioError
from muslin.domain.work import JobKind, JobState
from muslin.runtime.jobs.local import LocalExecutor
from muslin.runtime.jobs.queue import Queue

LOOK_EVERY_S = 0.5


class Foreman:
    """A thread that works until it is stopped; jobs outlive it and are taken up by the next."""

    def __init__(self, executor: LocalExecutor, queue: Queue) -> None:
        self._executor, self._queue = executor, queue
        self._stopped = threading.Event()
        self.trouble: StudioError | None = None  # why no job is being taken up at the moment

    def start(self) -> None:
        """Begin; the thread ends with the process, and its child with it."""
        threading.Thread(target=self._work, name="foreman", daemon=True).start()

    def stop(self) -> None:
        """Take up no more jobs."""
        self._stopped.set()

    def _work(self) -> None:
        while not self._stopped.is_set():
            try:
                busy = self.take_up_next()
                self.trouble = None
            except StudioError as error:  # a full disk: the job is free again, try later
                self.trouble, busy = error, False
            if not busy:
                self._stopped.wait(LOOK_EVERY_S)

    def take_up_next(self) -> bool:
        """Carry one job to the end of its attempt; False when none was free."""
        job = self._executor.run_next()
        if job is None:
            return False
        if job.kind is JobKind.TRAIN and job.state is JobState.DONE:
            self._queue.submit(JobKind.VALIDATE, job.subject)
        return True
