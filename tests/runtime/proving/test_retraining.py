"""Proposals on record, and a live look that only a better one replaces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from muslin.domain.errors import GateClosed
from muslin.domain.fact import CheckpointId, RunId, ShootId
from muslin.domain.judging import Decision, FailureKind
from muslin.domain.leaving import Alias
from muslin.domain.proving.retraining import ProposalState, Trigger
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.storage.records import Records
from muslin.runtime.studio import Studio
from tests.release.files import a_dataset
from tests.review.sitting import a_drawn_report
from tests.runtime.storage.makers import a_checkpoint, a_photo, a_run, a_shoot

COLOUR = (FailureKind.COLOUR,)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with Workshop.open(tmp_path / "studio") as shop:
        yield shop


def keep_proof(shop: Workshop, n: int, failing: int) -> None:
    """A run of the name and its proof, of whose 24 probes so many fail."""
    run = a_run(n, name="knitwear").model_copy(update={"dataset_digest": a_dataset().digest})
    checkpoint = a_checkpoint(600, name=f"checkpoint-{n}")
    report = a_drawn_report(*[COLOUR] * failing, *[()] * (24 - failing), n=n)
    looks = tuple(
        look.model_copy(update={"checkpoint": CheckpointId(f"checkpoint-{n}")})
        for look in report.checkpoints[1:]
    )
    with shop.storage.transaction() as connection:
        records = Records(connection)
        if n == 1:
            records.shoots.add(a_shoot())
            records.datasets.add(a_dataset())
        records.runs.add(run)
        records.runs.add_checkpoint(checkpoint.model_copy(update={"run": run.id}))
        records.reports.add(
            report.model_copy(
                update={
                    "run": RunId(f"run-{n}"),
                    "checkpoints": looks,
                    "picked": CheckpointId(f"checkpoint-{n}"),
                    "page": shop.blobs.put(b"<header></header>"),
                }
            )
        )


def test_the_live_look_stays_until_a_better_one_comes(shop: Workshop) -> None:
    studio = Studio(shop)
    for n, failing in ((1, 10), (2, 8), (3, 0)):
        keep_proof(shop, n, failing)
        studio.review(f"report-{n}", "Ada", Decision.APPROVED)
    champion = studio.release("report-1")

    with pytest.raises(GateClosed, match="won 2 and lost 0"):
        studio.release("report-2")
    candidate = studio.release("report-2", Alias.CANDIDATE)
    better = studio.release("report-3")

    assert studio.aliases("knitwear") == {
        Alias.LIVE: better.id,
        Alias.PREVIOUS: champion.id,
        Alias.CANDIDATE: candidate.id,
    }


def test_a_person_may_put_another_look_in_the_champions_place_by_name(shop: Workshop) -> None:
    studio = Studio(shop)
    for n in (1, 2):
        keep_proof(shop, n, 5)
        studio.review(f"report-{n}", "Ada", Decision.APPROVED)
    studio.release("report-1")

    said = studio.override("report-2", "champion", "Ada", "The new season has another backdrop.")
    release = studio.release("report-2")

    assert release.gate.overrides == (said,)
    assert studio.aliases("knitwear")[Alias.LIVE] == release.id


def test_evidence_opens_one_proposal_and_a_persons_no_closes_it(shop: Workshop) -> None:
    keep_proof(shop, 1, 6)
    studio = Studio(shop)

    (first,) = studio.proposals("knitwear")
    declined = studio.decide_proposal(first.id, ProposalState.DECLINED, "Ada", "next month")

    assert (first.due.trigger, first.state) == (Trigger.FAILURES, ProposalState.OPEN)
    assert [one.value for one in first.price] == [None, None]  # no job is on record
    assert studio.proposals() == [declined]
    with shop.storage.transaction() as connection:
        records = Records(connection)
        for n in range(50):
            records.photos.add(
                a_photo(f"new-{n}.jpg").model_copy(update={"shoot": ShootId("shoot-1")})
            )
    assert [p.due.trigger for p in studio.proposals()] == [Trigger.FAILURES, Trigger.PHOTOS]
