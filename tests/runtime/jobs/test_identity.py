from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from muslin.runtime.jobs.identity import ProcessIdentity, kill_group

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells who is who.")


def _until(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


def test_this_process_is_alive_and_survives_being_written_down() -> None:
    here = ProcessIdentity.here()

    assert ProcessIdentity.read(here.written()) == here
    assert here.pid == os.getpid()
    assert here.is_here_and_alive()
    assert not here.is_gone()


def test_a_process_that_ended_is_gone_even_before_it_is_buried() -> None:
    child = subprocess.Popen(["sleep", "60"])
    known = ProcessIdentity.of(child.pid)
    assert known.is_here_and_alive()

    child.kill()

    assert _until(known.is_gone)  # a zombie: its parent has not asked for it yet
    child.wait()
    assert known.is_gone()
    assert not known.is_here_and_alive()


def test_a_pid_that_was_given_away_again_is_another_process() -> None:
    here = ProcessIdentity.here()

    assert replace(here, started=here.started + "0").is_gone()


@pytest.mark.parametrize("boot", ["another machine", ""])
def test_nothing_is_said_of_processes_out_of_sight(boot: str) -> None:
    elsewhere = replace(ProcessIdentity.here(), started="0", boot=boot)

    assert not elsewhere.is_gone()
    assert not elsewhere.is_here_and_alive()


def test_a_group_ends_with_all_that_it_started() -> None:
    leader = subprocess.Popen(
        ["sh", "-c", "sleep 60 & echo $!; wait"],
        start_new_session=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert leader.stdout is not None
    with leader.stdout as words:
        follower = ProcessIdentity.of(int(words.readline()))
    assert follower.is_here_and_alive()

    kill_group(leader.pid)
    leader.wait()

    assert _until(follower.is_gone)
    kill_group(leader.pid)  # nobody is left; that is no error
