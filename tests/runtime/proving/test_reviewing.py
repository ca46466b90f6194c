"""The review desk on a real database: claims hold between people, questions reach the gate."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from muslin.domain.errors import GateClosed
from muslin.domain.findings import Verdict
from muslin.domain.judging import Answer, Decision, Said, ValidationReport
from muslin.domain.proving.gates import Phase
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.storage.records import Records
from muslin.runtime.studio import Studio
from tests.release.files import a_dataset
from tests.review.sitting import ASKED, a_drawn_report
from tests.runtime.storage.makers import a_checkpoint, a_run, a_shoot

PICTURES = 12


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with Workshop.open(tmp_path / "studio") as shop:
        yield shop


@pytest.fixture
def studio(shop: Workshop) -> Studio:
    with shop.storage.transaction() as connection:
        records = Records(connection)
        records.shoots.add(a_shoot())
        records.datasets.add(a_dataset())
        run = a_run(name="knitwear")
        records.runs.add(run.model_copy(update={"dataset_digest": a_dataset().digest}))
        records.runs.add_checkpoint(a_checkpoint(600, name="checkpoint-1"))
        records.reports.add(drawn(shop))
    return Studio(shop)


def drawn(shop: Workshop) -> ValidationReport:
    """A report whose pictures are kept, each of its own bytes."""
    report = a_drawn_report(*[()] * PICTURES)
    looks = [
        look.model_copy(
            update={
                "pictures": tuple(
                    p.model_copy(update={"picture": shop.blobs.put(p.picture.encode())})
                    for p in look.pictures
                )
            }
        )
        for look in (report.base, *report.checkpoints)
    ]
    return report.model_copy(update={"base": looks[0], "checkpoints": tuple(looks[1:])})


def test_people_who_ask_at_the_same_moment_get_different_pictures(studio: Studio) -> None:
    with ThreadPoolExecutor(PICTURES) as crowd:
        given = list(
            crowd.map(lambda n: studio.next_picture("knitwear", f"person {n}"), range(PICTURES))
        )

    assert len({sight.task for sight in given if sight}) == PICTURES


def test_the_files_of_a_pair_hold_both_pictures_and_no_name_of_a_side(
    studio: Studio, shop: Workshop
) -> None:
    sight = studio.next_picture("knitwear", "Ada", "base")
    assert sight is not None

    files = studio.save_sight(sight)

    assert [file.read_bytes() for file in files] == [
        shop.blobs.get(sight.left),
        shop.blobs.get(sight.right or sight.left),
    ]
    assert all(side in file.name for side, file in zip(("left", "right"), files, strict=True))


def test_a_question_that_people_answer_opens_the_review_gate(studio: Studio) -> None:
    studio.set_rules(ASKED, "Ada")
    studio.review("knitwear", "Ada", Decision.APPROVED)
    with pytest.raises(GateClosed, match="Silk shows its sheen"):
        studio.release("knitwear")

    yes = Said(verdict=Verdict.PASSED, answers=(Answer(question="sheen", yes=True),))
    for _ in range(8):
        sight = studio.next_picture("knitwear", "Grace")
        assert sight is not None
        assert sight.questions == {"sheen": "Silk shows its sheen."}
        studio.judge_picture(sight.task, "Grace", yes)
    release = studio.release("knitwear")

    assert release.gate.overrides == ()
    gates = {gate.phase: gate for gate in studio.gates("knitwear")}
    assert gates[Phase.REVIEW].verdict is Verdict.PASSED
    assert len(studio.review_queue("knitwear")) == PICTURES  # one more pair of eyes each


def test_what_was_taken_back_closes_the_gate_again(studio: Studio) -> None:
    studio.set_rules(ASKED, "Ada")
    yes = Said(verdict=Verdict.PASSED, answers=(Answer(question="sheen", yes=True),))
    for place in range(8):
        studio.judge_picture(f"report-1.{place}", "Grace", yes)

    studio.undo_judgement("knitwear", "Grace")
    studio.review("knitwear", "Ada", Decision.APPROVED)

    with pytest.raises(GateClosed, match="7 of 7 pictures"):
        studio.release("knitwear")
    assert len(studio.judgements("knitwear")) == 8
