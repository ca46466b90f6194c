"""What was sent becomes a shoot, in a job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from muslin.domain.errors import NothingToImport
from muslin.domain.house.standing import Stitch
from muslin.domain.progress import Progress, silent
from muslin.domain.work import JobKind, JobState
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.jobs.attempt import Attempt
from muslin.runtime.jobs.identity import ProcessIdentity
from muslin.runtime.jobs.work import take_in
from muslin.runtime.studio import Studio


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with Workshop.open(tmp_path) as shop:
        yield shop


def sent(shop: Workshop, name: str, data: bytes) -> None:
    with shop.inbox.receive("new", name) as incoming:
        incoming.write(data)


def claimed(shop: Workshop) -> Attempt:
    job = Studio(shop).take_in("new")
    claim = shop.queue.claim(ProcessIdentity.here(), job.id)
    assert claim is not None
    assert claim.job.kind is JobKind.INTAKE
    return claim.attempt


def test_sent_photos_are_imported_and_measured_while_progress_is_written_down(
    shop: Workshop, sample_shoot: Path
) -> None:
    for photo in sorted(sample_shoot.glob("*.jpg"))[:2]:
        sent(shop, photo.name, photo.read_bytes())
    attempt, steps = claimed(shop), []

    def report(made: Progress) -> None:
        attempt.report(made)  # would wait for an import that holds the database
        steps.append((made.step, made.done))

    take_in(shop.home, shop.queue.get(attempt.job), attempt, report)

    assert steps == [("import", 1), ("import", 2), ("check", 1), ("check", 2)]
    assert shop.queue.get(attempt.job).state is JobState.DONE
    assert Studio(shop).standing("new").photos == 2


def test_what_cannot_be_used_is_said_without_a_folder_of_this_machine(shop: Workshop) -> None:
    sent(shop, "torn.jpg", b"\xff\xd8\xff\xe0" + b"torn" * 40)
    attempt = claimed(shop)

    with pytest.raises(NothingToImport) as refused:
        take_in(shop.home, shop.queue.get(attempt.job), attempt, silent)
    attempt.fail(refused.value)

    assert "torn.jpg" in str(refused.value)
    assert str(shop.home.root) not in f"{refused.value} {refused.value.hint}"
    here = Studio(shop).standing("new").here
    assert (here.stitch, here.words) == (Stitch.PIN, "broke off")
