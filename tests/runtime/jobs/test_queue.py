from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
from sqlalchemy import insert, select

from muslin.domain.errors import JobSuperseded, NotFound, PlanRefused
from muslin.domain.fact import JobId
from muslin.domain.progress import Progress
from muslin.domain.work import Job, JobKind, JobState
from muslin.runtime.jobs.attempt import Attempt
from muslin.runtime.jobs.identity import ProcessIdentity
from muslin.runtime.jobs.queue import Claim, Queue
from muslin.runtime.storage.database import Storage
from muslin.runtime.storage.jobs import EventKind
from muslin.runtime.storage.tables import rendered

LEASE_S = 10.0
ELSEWHERE = ProcessIdentity(pid=7, started="1", boot="another machine")
OTHER = ProcessIdentity(pid=8, started="1", boot="another machine")


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(storage: Storage, clock: Clock) -> Queue:
    return Queue(storage, lease_s=LEASE_S, clock=clock)


def _claim(queue: Queue, holder: ProcessIdentity = ELSEWHERE, job: JobId | None = None) -> Claim:
    claim = queue.claim(holder, job)
    assert claim is not None
    return claim


def _kinds(queue: Queue, job: Job) -> list[EventKind]:
    return [event.kind for event in queue.events(job.id)]


def test_asking_twice_is_asking_once(queue: Queue) -> None:
    first = queue.submit(JobKind.TRAIN, "run-1")

    assert queue.submit(JobKind.TRAIN, "run-1") == first
    assert queue.submit(JobKind.VALIDATE, "run-1") != first
    assert queue.submit(JobKind.TRAIN, "run-1", key="once more") != first
    assert len(queue.all()) == 3


def test_what_is_done_is_not_done_again(queue: Queue) -> None:
    job = queue.submit(JobKind.TRAIN, "run-1")
    with _claim(queue).attempt.finishing():
        pass

    again = queue.submit(JobKind.TRAIN, "run-1")

    assert again.id == job.id
    assert again.state is JobState.DONE
    assert again.finished_at is not None
    assert queue.claim(ELSEWHERE) is None


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_what_failed_or_was_cancelled_goes_on_when_it_is_asked_for_again(
    queue: Queue, end: str
) -> None:
    job = queue.submit(JobKind.TRAIN, "run-1")
    attempt = _claim(queue).attempt
    if end == "failed":
        attempt.fail(PlanRefused("Too large.", hint="Smaller."))
    else:
        queue.cancel(job.id)
    ended = queue.get(job.id)
    assert ended.state == end
    assert ended.finished_at is not None

    again = queue.submit(JobKind.TRAIN, "run-1")

    assert again.id == job.id
    assert again.state is JobState.QUEUED
    assert (again.error_code, again.error, again.hint, again.finished_at) == (None,) * 4
    assert _claim(queue).job.fence > attempt.fence


def test_jobs_are_taken_in_the_order_in_which_they_were_asked_for(queue: Queue) -> None:
    asked = [queue.submit(JobKind.TRAIN, f"run-{n}").id for n in (3, 1, 2)]

    assert [_claim(queue).job.id for _ in asked] == asked
    assert queue.claim(ELSEWHERE) is None


def test_a_job_that_runs_is_nobody_elses(queue: Queue, clock: Clock) -> None:
    job = queue.submit(JobKind.TRAIN, "run-1")
    claim = _claim(queue)
    clock.now += LEASE_S - 0.1

    assert queue.claim(OTHER, job.id) is None
    assert claim.job.state is JobState.RUNNING
    assert (claim.job.fence, claim.job.attempts) == (1, 1)


def test_a_sign_of_life_keeps_the_job(queue: Queue, clock: Clock) -> None:
    queue.submit(JobKind.TRAIN, "run-1")
    attempt = _claim(queue).attempt
    for _ in range(5):
        clock.now += LEASE_S / 2
        attempt.extend(queue.lease_end())

    assert queue.claim(OTHER) is None


def test_a_silent_supervisors_job_is_taken_over_after_its_lease(queue: Queue, clock: Clock) -> None:
    queue.submit(JobKind.TRAIN, "run-1")
    lost = _claim(queue)
    lost.attempt.introduce(OTHER)
    clock.now += LEASE_S

    claim = _claim(queue)

    assert claim.job.fence == lost.job.fence + 1
    assert claim.job.attempts == 2
    assert claim.predecessor == OTHER


def test_a_dead_supervisors_job_is_taken_over_at_once(queue: Queue) -> None:
    queue.submit(JobKind.TRAIN, "run-1")
    process = subprocess.Popen(["sleep", "60"])
    _claim(queue, ProcessIdentity.of(process.pid))
    assert queue.claim(ELSEWHERE) is None

    process.kill()
    process.wait()

    assert _claim(queue).job.attempts == 2


def _write_row(attempt: Attempt) -> None:
    with attempt.transaction() as connection:
        connection.execute(insert(rendered).values(key="late", picture="late"))


def _finish_with_row(attempt: Attempt) -> None:
    with attempt.finishing() as connection:
        connection.execute(insert(rendered).values(key="late", picture="late"))


WRITES: dict[str, Callable[[Attempt], object]] = {
    "report": lambda attempt: attempt.report(Progress("sew", 1, 2, "stitches")),
    "introduce": lambda attempt: attempt.introduce(OTHER),
    "extend": lambda attempt: attempt.extend(2_000_000.0),
    "release": lambda attempt: attempt.release(),
    "stop": lambda attempt: attempt.stop(),
    "fail": lambda attempt: attempt.fail(PlanRefused("Too large.", hint="Smaller.")),
    "died": lambda attempt: attempt.died("was killed", patience=1, log="log.txt"),
    "transaction": _write_row,
    "finishing": _finish_with_row,
}


def _rows(storage: Storage) -> list[str]:
    with storage.reading() as connection:
        return list(connection.scalars(select(rendered.c.key)))


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
@pytest.mark.parametrize("lost_by", ["lease", "cancelling"])
def test_nothing_that_an_older_attempt_writes_is_kept(
    queue: Queue, clock: Clock, storage: Storage, write: Callable[[Attempt], object], lost_by: str
) -> None:
    job = queue.submit(JobKind.TRAIN, "run-1")
    old = _claim(queue).attempt
    if lost_by == "lease":
        clock.now += LEASE_S
        _claim(queue)
    else:
        queue.cancel(job.id)
    before = (queue.get(job.id), queue.events(job.id), queue.claim(OTHER))

    with pytest.raises(JobSuperseded):
        write(old)

    assert (queue.get(job.id), queue.events(job.id), queue.claim(OTHER)) == before
    assert _rows(storage) == []


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_nothing_is_written_after_the_end(queue: Queue, write: Callable[[Attempt], object]) -> None:
    queue.submit(JobKind.TRAIN, "run-1")
    attempt = _claim(queue).attempt
    with attempt.finishing():
        pass

    with pytest.raises(JobSuperseded):
        write(attempt)


def test_results_and_the_end_are_written_both_or_neither(queue: Queue, storage: Storage) -> None:
    job = queue.submit(JobKind.TRAIN, "run-1")
    attempt = _claim(queue).attempt

    def break_off() -> None:
        with attempt.finishing() as connection:
            connection.execute(insert(rendered).values(key="row", picture="half"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert queue.get(job.id).state is JobState.RUNNING
    assert _rows(storage) == []

    _finish_with_row(attempt)
    assert queue.get(job.id).state is JobState.DONE
    assert _rows(storage) == ["late"]


def _die(queue: Queue, *, at_stitch: int | None = None) -> Job:
    claim = _claim(queue)
    if at_stitch is not None:
        claim.attempt.report(Progress("sew", at_stitch, 100, "stitches"))
    claim.attempt.died("was killed (SIGKILL)", patience=3, log="runs/run-1/log.txt")
    return queue.get(claim.job.id)


def test_three_deaths_without_progress_end_a_job_and_say_why(queue: Queue) -> None:
    queue.submit(JobKind.TRAIN, "run-1")

    ends = [_die(queue) for _ in range(3)]

    assert [job.state for job in ends] == [JobState.QUEUED, JobState.QUEUED, JobState.FAILED]
    assert ends[2].error_code == "job_failed"
    assert "was killed (SIGKILL) 3 times" in (ends[2].error or "")
    assert "runs/run-1/log.txt" in (ends[2].hint or "")
    assert ends[1].error is None


def test_a_job_that_gets_further_survives_any_number_of_deaths(queue: Queue) -> None:
    queue.submit(JobKind.TRAIN, "run-1")

    assert {_die(queue, at_stitch=n).state for n in range(1, 11)} == {JobState.QUEUED}


def test_coming_to_the_same_stitch_again_is_no_progress(queue: Queue) -> None:
    queue.submit(JobKind.TRAIN, "run-1")
    states = [_die(queue, at_stitch=stitch).state for stitch in (50, 50, 40, 51, 51, 51, 51)]

    assert states == [JobState.QUEUED] * 6 + [JobState.FAILED]


def test_an_interrupted_job_waits_for_the_next_to_come(queue: Queue) -> None:
    job = queue.submit(JobKind.TRAIN, "run-1")
    _claim(queue).attempt.release()

    assert queue.get(job.id).state is JobState.QUEUED
    assert _claim(queue, OTHER).job.attempts == 2


def test_cancelling_ends_a_job_once_whatever_its_state(queue: Queue) -> None:
    waiting, running, done = (queue.submit(JobKind.TRAIN, f"run-{n}") for n in range(3))
    with _claim(queue, job=done.id).attempt.finishing():
        pass
    _claim(queue, job=running.id)

    states = [queue.cancel(job.id).state for job in (waiting, running, done, waiting)]

    cancelled = JobState.CANCELLED
    assert states == [cancelled, cancelled, JobState.DONE, cancelled]
    assert _kinds(queue, waiting).count(EventKind.CANCELLED) == 1


def test_the_history_tells_what_happened_in_order(queue: Queue) -> None:
    job = queue.submit(JobKind.TRAIN, "run-1")
    _die(queue, at_stitch=1)
    attempt = _claim(queue).attempt
    made = Progress("sew", 2, 2, "stitches", note="loss 0.25")
    attempt.report(made)
    seen = queue.last_event(job.id)
    with attempt.finishing():
        pass

    kinds = ["submitted", "claimed", "progress", "died", "claimed", "progress", "done"]
    assert _kinds(queue, job) == kinds
    assert [event.fence for event in queue.events(job.id)] == [0, 1, 1, 1, 2, 2, 2]
    assert queue.events(job.id)[5].progress == made
    assert queue.events(job.id)[3].note == "was killed (SIGKILL)"
    assert [event.kind for event in queue.events(job.id, after=seen)] == [EventKind.DONE]


def test_a_job_that_nobody_asked_for_is_not_found(queue: Queue) -> None:
    for ask in (queue.get, queue.cancel):
        with pytest.raises(NotFound, match="job-9"):
            ask(JobId("job-9"))
    assert queue.claim(ELSEWHERE, JobId("job-9")) is None
    assert queue.last_event(JobId("job-9")) == 0
