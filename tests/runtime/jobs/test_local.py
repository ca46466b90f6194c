from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from muslin.domain.errors import JobFailed, NotFound
from muslin.domain.fact import JobId
from muslin.domain.progress import Cancelled, Progress
from muslin.domain.work import JobKind, JobState
from muslin.runtime.home import Home
from muslin.runtime.jobs.child import Errand, throttled
from muslin.runtime.jobs.identity import ProcessIdentity
from muslin.runtime.jobs.local import LocalExecutor
from muslin.runtime.jobs.queue import Queue
from muslin.runtime.jobs.tasks import TASKS
from muslin.runtime.settings import Settings
from muslin.runtime.storage.database import Storage
from muslin.runtime.storage.jobs import SqlJobs
from muslin.runtime.storage.tables import rendered
from tests.runtime.jobs import chores

PATIENCE_S = 60  # a busy machine may take its time; a broken one must not stop the suite


@pytest.fixture
def queue(storage: Storage) -> Queue:
    return Queue(storage)


@pytest.fixture
def executor(home: Home, queue: Queue) -> LocalExecutor:
    return LocalExecutor(home, queue, tasks=chores.__name__)


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "This takes too long."
        time.sleep(0.02)


def _child(storage: Storage, job: JobId) -> ProcessIdentity:
    with storage.reading() as connection:
        child = SqlJobs(connection).last_child(job)
    assert child is not None
    return ProcessIdentity.read(child)


def test_a_job_is_done_in_a_process_of_its_own_and_tells_its_progress(
    executor: LocalExecutor, queue: Queue, storage: Storage, home: Home
) -> None:
    told: list[Progress] = []
    job = executor.follow(queue.submit(JobKind.TRAIN, "run-1").id, told.append)

    assert job.state is JobState.DONE
    assert (told[0].done, told[-1].done) == (1, chores.STITCHES)
    with storage.reading() as connection:
        sewn = connection.scalar(select(rendered.c.picture).where(rendered.c.key == job.id))
    assert sewn == str(chores.STITCHES)
    assert _child(storage, job.id).pid not in {0, ProcessIdentity.here().pid}
    assert (home.runs / "run-1" / "log.txt").read_text() == ""
    assert executor.follow(job.id) == job


def test_a_task_that_simply_returns_is_done(executor: LocalExecutor, queue: Queue) -> None:
    job = queue.submit(JobKind.VALIDATE, "run-idle")

    ran = executor.run_next()

    assert ran is not None
    assert (ran.id, ran.state) == (job.id, JobState.DONE)
    assert executor.run_next() is None


def test_a_refusal_reaches_the_one_who_asked_with_its_way_out(
    executor: LocalExecutor, queue: Queue
) -> None:
    job = queue.submit(JobKind.VALIDATE, "run-refused")

    with pytest.raises(JobFailed, match="larger than the house") as refusal:
        executor.follow(job.id)

    assert refusal.value.hint == "Choose a smaller batch_size."
    failed = queue.get(job.id)
    assert (failed.state, failed.error_code, failed.attempts) == (
        JobState.FAILED,
        "plan_refused",
        1,
    )


def test_a_defect_is_told_in_a_line_and_kept_in_the_log(
    executor: LocalExecutor, queue: Queue, home: Home
) -> None:
    job = queue.submit(JobKind.VALIDATE, "run-broken")

    with pytest.raises(JobFailed, match="IndexError") as refusal:
        executor.follow(job.id)

    assert "log.txt" in refusal.value.hint
    assert "Traceback" in (home.runs / "run-broken" / "log.txt").read_text()
    assert queue.get(job.id).attempts == 1


def test_a_job_that_is_killed_over_and_over_is_given_up(
    executor: LocalExecutor, queue: Queue
) -> None:
    job = queue.submit(JobKind.VALIDATE, "run-killed")

    with pytest.raises(JobFailed, match=r"killed \(SIGKILL\) 3 times") as refusal:
        executor.follow(job.id)

    assert "runs/run-killed/log.txt" in refusal.value.hint
    assert queue.get(job.id).attempts == 3


def test_a_task_may_stop_because_it_was_asked_to(executor: LocalExecutor, queue: Queue) -> None:
    job = queue.submit(JobKind.VALIDATE, "run-stopped")

    with pytest.raises(JobFailed, match="cancelled"):
        executor.follow(job.id)

    assert queue.get(job.id).state is JobState.CANCELLED


def test_whoever_follows_may_cancel_the_job(
    executor: LocalExecutor, queue: Queue, storage: Storage
) -> None:
    job = queue.submit(JobKind.VALIDATE, "run-endless")

    def enough(_: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        executor.follow(job.id, enough)

    assert queue.get(job.id).state is JobState.CANCELLED
    assert _child(storage, job.id).is_gone()


def test_an_interrupted_job_goes_on_when_it_is_followed_again(
    executor: LocalExecutor, queue: Queue, storage: Storage, home: Home
) -> None:
    job = queue.submit(JobKind.VALIDATE, "run-endless")

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        executor.follow(job.id, interrupt)
    assert queue.get(job.id).state is JobState.QUEUED
    assert _child(storage, job.id).is_gone()

    (home.runs / "run-endless" / "enough").touch()
    assert executor.follow(job.id).attempts == 2


def test_two_who_follow_one_job_see_one_attempt(
    executor: LocalExecutor, queue: Queue, home: Home
) -> None:
    job = queue.submit(JobKind.VALIDATE, "run-endless")
    told: list[Progress] = []
    first = threading.Thread(target=executor.follow, args=(job.id,))
    first.start()
    _until(lambda: queue.get(job.id).state is JobState.RUNNING)

    def enough(progress: Progress) -> None:
        told.append(progress)
        (home.runs / "run-endless" / "enough").touch()

    done = executor.follow(job.id, enough)
    first.join(PATIENCE_S)

    assert (done.state, done.attempts) == (JobState.DONE, 1)
    assert told


def test_a_job_cancelled_from_elsewhere_stops_its_process(
    executor: LocalExecutor, queue: Queue, storage: Storage
) -> None:
    job = queue.submit(JobKind.VALIDATE, "run-endless")

    def cancel_elsewhere(_: Progress) -> None:
        queue.cancel(job.id)

    with pytest.raises(JobFailed, match="cancelled") as refusal:
        executor.follow(job.id, cancel_elsewhere)

    assert "kept" in refusal.value.hint
    assert _child(storage, job.id).is_gone()


SUPERVISOR = """
import sys
from tests.runtime.jobs.test_local import follow_alone
follow_alone(*sys.argv[1:])
"""


def follow_alone(root: str, job: str) -> None:
    """What another program would do."""
    home = Home(Path(root))
    with Storage.open(home, Settings()) as storage:
        LocalExecutor(home, Queue(storage), tasks=chores.__name__).follow(JobId(job))


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux ends children with their parent.")
def test_a_killed_supervisor_takes_its_child_along_and_the_job_goes_on_at_once(
    executor: LocalExecutor, queue: Queue, storage: Storage, home: Home
) -> None:
    job = queue.submit(JobKind.VALIDATE, "run-endless")
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(home.root), job.id], stderr=subprocess.PIPE
    )
    _until(lambda: queue.last_event(job.id) > 2)  # submitted, claimed, and then progress
    child = _child(storage, job.id)
    assert child.is_here_and_alive()

    supervisor.kill()
    supervisor.communicate()
    _until(child.is_gone)
    (home.runs / "run-endless" / "enough").touch()
    started = time.monotonic()

    assert executor.follow(job.id).attempts == 2
    assert time.monotonic() - started < queue.lease_s


def test_a_job_that_nobody_asked_for_cannot_be_followed(executor: LocalExecutor) -> None:
    with pytest.raises(NotFound):
        executor.follow(JobId("job-9"))


def test_an_errand_survives_the_command_line() -> None:
    errand = Errand(Path("/a studio/home"), JobId("job-1"), 3, 4711, "some.tasks")

    assert Errand.parse(errand.words()) == errand


def test_progress_is_written_down_now_and_then_and_always_at_the_ends_of_a_step() -> None:
    now, written = [0.0], list[Progress]()
    report = throttled(written.append, 0.5, lambda: now[0])
    for tenths in range(20):
        now[0] = tenths / 10
        report(Progress("cut" if tenths < 10 else "sew", tenths % 10 + 1, 10, "stitches"))

    assert [(told.step, told.done) for told in written] == [
        ("cut", 1),
        ("cut", 6),
        ("cut", 10),
        ("sew", 1),
        ("sew", 6),
        ("sew", 10),
    ]


def test_every_kind_of_job_has_a_task() -> None:
    assert set(TASKS) == set(JobKind)
