"""Where a profile stands, gate by gate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from muslin.domain.errors import NotFound
from muslin.domain.fact import DatasetId, ReleaseId
from muslin.domain.findings import Verdict
from muslin.domain.house.standing import GateName, Stitch
from muslin.domain.judging import Decision
from muslin.domain.leaving import Alias
from muslin.domain.work import JobKind
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.storage.records import Records
from muslin.runtime.studio import Studio
from tests.runtime.storage.makers import (
    AT,
    a_dataset,
    a_photo,
    a_release,
    a_report,
    a_review,
    a_run,
    a_shoot,
)

SHOOT = a_shoot().name


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with Workshop.open(tmp_path) as shop:
        yield shop


def stitches(shop: Workshop, name: str) -> str:
    """The thread in six letters: Stitched, Needle, Pin, Open."""
    return "".join(gate.stitch[0] for gate in Studio(shop).standing(name).gates)


def test_a_profile_goes_on_gate_by_gate(shop: Workshop) -> None:
    def keep(add: str, *facts: object) -> None:
        with shop.storage.transaction() as connection:
            noun, _, verb = add.partition(".")
            getattr(getattr(Records(connection), noun), verb or "add")(*facts)

    keep("shoots", a_shoot())
    keep("photos", a_photo("a.jpg"))
    assert stitches(shop, SHOOT) == "snoooo"
    keep("datasets", a_dataset())
    assert stitches(shop, SHOOT) == "ssnooo"
    keep("runs", a_run(name=SHOOT))
    job = shop.queue.submit(JobKind.TRAIN, "run-1")
    assert stitches(shop, SHOOT) == "ssnooo"
    assert Studio(shop).standing(SHOOT).job == job
    shop.queue.cancel(job.id)
    assert Studio(shop).standing(SHOOT).here.words == "stopped"
    assert Studio(shop).standing(SHOOT).waits_for_a_person
    keep("runs", a_run(2, name=SHOOT))  # an import: it has no job of its own
    assert stitches(shop, SHOOT) == "sssnoo"
    failed = a_report(name=SHOOT).model_copy(update={"run": "run-2"})
    keep("reports", failed)
    assert stitches(shop, SHOOT) == "ssspoo"
    passed = failed.model_copy(update={"id": "report-2", "verdict": Verdict.PASSED})
    keep("reports", passed)
    assert stitches(shop, SHOOT) == "ssssno"
    rejected = a_review(1, Decision.REJECTED).model_copy(update={"report": "report-2"})
    keep("reviews", rejected)
    assert stitches(shop, SHOOT) == "sssspo"
    approved = a_review(2, Decision.APPROVED).model_copy(update={"report": "report-2"})
    keep("reviews", approved)
    assert stitches(shop, SHOOT) == "sssssn"
    release = a_release(name=SHOOT).model_copy(update={"report": "report-2", "review": "review-2"})
    keep("releases", release)
    assert Studio(shop).standing(SHOOT).here.words == "released, not live"
    keep("releases.point", SHOOT, Alias.LIVE, ReleaseId("release-1"), AT, "Ada")
    assert stitches(shop, SHOOT) == "ssssss"
    assert Studio(shop).standing(SHOOT).here.name is GateName.RELEASE
    assert not Studio(shop).standing(SHOOT).waits_for_a_person
    later = {"id": DatasetId("dataset-2"), "digest": "2", "created_at": AT + timedelta(days=1)}
    keep("datasets", a_dataset(2).model_copy(update=later))
    assert stitches(shop, SHOOT) == "ssnooo"  # the photos were chosen anew
    assert Studio(shop).standing(SHOOT).live == "release-1"


def test_photos_under_way_are_a_profile_already(shop: Workshop) -> None:
    job = shop.queue.submit(JobKind.INTAKE, "new-shoot")

    (standing,) = Studio(shop).standings()

    assert standing.name == "new-shoot"
    assert standing.job == job
    assert standing.here.stitch is Stitch.NEEDLE
    with pytest.raises(NotFound):
        Studio(shop).standing("nothing")
