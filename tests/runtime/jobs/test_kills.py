"""Whatever is killed, and whenever: no job is lost, and none is done twice."""

from __future__ import annotations

import os
import random
import sys
import time

import pytest
from sqlalchemy import func, select, text

from muslin.domain.work import Job, JobKind, JobState
from muslin.runtime.home import Home
from muslin.runtime.jobs.queue import OVER, Queue
from muslin.runtime.storage.database import Storage
from muslin.runtime.storage.jobs import EventKind, JobEvent
from muslin.runtime.storage.tables import events, rendered
from tests.runtime.jobs import chores
from tests.runtime.jobs.team import DEADLINE_S, LEASE_S, Misfortune

JOBS = 60

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Needs /proc to find its victims.")


def test_no_job_is_lost_and_none_is_done_twice_whatever_is_killed(
    home: Home, storage: Storage
) -> None:
    seed = int(os.environ.get("MUSLIN_TEST_SEED", random.SystemRandom().randrange(10**6)))
    print(f"MUSLIN_TEST_SEED={seed}")
    queue = Queue(storage, lease_s=LEASE_S)
    for n in range(JOBS):
        queue.submit(JobKind.TRAIN, f"run-{n}")

    misfortune = Misfortune(home, seed)
    _let_it_strike(misfortune, storage, random.Random(seed + 1))
    misfortune.leave_them_alone()

    jobs = queue.all()
    print(dict(misfortune.struck), f"{sum(job.attempts for job in jobs)} attempts")
    assert misfortune.struck["child"] > 0
    assert misfortune.struck["supervisor"] > 0
    assert {job.state for job in jobs} == {JobState.DONE}
    with storage.reading() as connection:
        rows = connection.execute(select(rendered.c.key, rendered.c.picture)).all()
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    assert {row.key: row.picture for row in rows} == {job.id: str(chores.STITCHES) for job in jobs}
    for job in jobs:
        _check_history(job, queue.events(job.id))


def _let_it_strike(misfortune: Misfortune, storage: Storage, pauses: random.Random) -> None:
    """Strike after every few events, so that a slow machine is struck as often as a quick one."""
    queue = Queue(storage)
    end = time.monotonic() + DEADLINE_S
    next_strike, at_the_latest = 0, 0.0
    while any(job.state not in OVER for job in queue.all()) and time.monotonic() < end:
        with storage.reading() as connection:
            happened = connection.scalar(select(func.count()).select_from(events)) or 0
        if happened >= next_strike or time.monotonic() >= at_the_latest:
            time.sleep(pauses.uniform(0, 0.05))
            misfortune.strike()
            next_strike = happened + pauses.randint(1, 10)
            at_the_latest = time.monotonic() + 1.0  # when all supervisors are dead
        else:
            time.sleep(0.02)


def _check_history(job: Job, told: list[JobEvent]) -> None:
    """One end, at the end; attempts one after the other; no word from one that was replaced."""
    kinds = [event.kind for event in told]
    assert kinds[0] is EventKind.SUBMITTED
    assert kinds.count(EventKind.DONE) == 1
    assert kinds[-1] is EventKind.DONE
    claims = [event.fence for event in told if event.kind is EventKind.CLAIMED]
    assert claims == list(range(1, job.attempts + 1))
    assert [event.fence for event in told] == sorted(event.fence for event in told)
    assert told[-1].fence == job.fence == job.attempts
