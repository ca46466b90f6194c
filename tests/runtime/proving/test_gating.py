"""Rules from a file, gates on record, overrides that nobody can lose sight of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from muslin.domain.errors import GateClosed, InvalidRules
from muslin.domain.fact import BlobId, CheckpointId
from muslin.domain.findings import Verdict
from muslin.domain.judging import Decision
from muslin.domain.proving.gates import Phase
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.rules import read_rules
from muslin.runtime.storage.records import Records
from muslin.runtime.studio import Studio
from muslin.validation.page_parts.addenda import PLACE
from tests.release.files import a_dataset, a_measured_report, a_metric
from tests.runtime.storage.makers import a_checkpoint, a_run, a_shoot

RULES = """
defect_limit = 0.05

[[machine]]
metric = "colour_obedience"
at_least = 0.9
min_samples = 12
why = "Our red is our name."

[[human]]
name = "sheen"
question = "Silk shows its sheen."
min_samples = 4
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with Workshop.open(tmp_path / "studio") as shop:
        yield shop


@pytest.fixture
def studio(shop: Workshop) -> Studio:
    """A studio with a run that was trained and proved, but not yet judged by people."""
    page = shop.blobs.put(b"<header></header>" + PLACE + b"<section></section>")
    report = a_measured_report(a_metric(0.95)).model_copy(update={"page": BlobId(page)})
    checkpoint = a_checkpoint(600, name="checkpoint-1")
    run = a_run(name="knitwear").model_copy(
        update={"dataset_digest": a_dataset().digest, "profile": a_run().profile}
    )
    with shop.storage.transaction() as connection:
        records = Records(connection)
        records.shoots.add(a_shoot())
        records.datasets.add(a_dataset())
        records.runs.add(run)
        records.runs.add_checkpoint(checkpoint)
        records.reports.add(report)
    return Studio(shop)


@pytest.fixture
def rules_file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text(RULES, encoding="utf-8")
    return path


def test_a_names_own_rules_come_before_the_houses(studio: Studio, rules_file: Path) -> None:
    rules = read_rules(rules_file)
    ours = rules.model_copy(update={"defect_limit": 0.01})
    assert studio.rules("knitwear") is None

    studio.set_rules(rules, "Ada")
    house = studio.rules("knitwear")
    studio.set_rules(ours, "Grace", "knitwear")
    again = studio.set_rules(ours, "Grace", "knitwear")
    own = studio.rules("knitwear")

    assert house is not None
    assert (house.name, house.rules) == ("", rules)
    assert own == again
    assert own is not None
    assert (own.name, own.version, own.by, own.rules) == ("knitwear", 1, "Grace", ours)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[machine]]\nmetric = "colour"\nat_most = 1\nmin_samples = 1\nwhy = "x"', "colour"),
        ('[[machine]]\nmetric = "copies"\nmin_samples = 1\nwhy = "x"', "at_most"),
        ('[[machine]]\nmetric = "copies"\nat_most = 1\nmin_samples = 1', "why"),
        ('[[human]]\nname = "hands"\nquestoin = "?"', "questoin"),
        ("[[human]", "not a TOML file"),
    ],
)
def test_a_rule_that_could_not_be_judged_is_refused_by_name(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(InvalidRules, match=told) as refusal:
        read_rules(path)

    assert refusal.value.hint


def test_a_rule_set_after_the_proof_still_closes_the_release(
    studio: Studio, rules_file: Path
) -> None:
    studio.set_rules(read_rules(rules_file), "Ada")
    studio.review("knitwear", "Ada", Decision.APPROVED)

    with pytest.raises(GateClosed, match="Silk shows its sheen"):
        studio.release("knitwear")


def test_an_override_is_shown_on_the_page_in_the_release_and_in_the_gates(
    studio: Studio, rules_file: Path
) -> None:
    studio.set_rules(read_rules(rules_file), "Ada")
    studio.review("knitwear", "Ada", Decision.APPROVED)

    said = studio.override("knitwear", "sheen", "Ada", "There is no <silk> in this shoot.")
    release = studio.release("knitwear")

    page = studio.report_page("knitwear").read_text("utf-8")
    assert "Ada overrode it" in page
    assert "There is no &lt;silk&gt; in this shoot." in page
    assert release.gate.overrides == (said,)
    review = {gate.phase: gate for gate in studio.gates("knitwear")}[Phase.REVIEW]
    assert review.overrides == (said,)
    assert review.verdict is Verdict.UNKNOWN


def test_every_turn_of_a_gate_stays_on_record(studio: Studio) -> None:
    before = {gate.phase: gate.verdict for gate in studio.gates("knitwear")}
    studio.review("knitwear", "Ada", Decision.APPROVED)
    studio.release("knitwear")
    studio.gates("knitwear")

    history = [(gate.phase, gate.verdict) for gate in studio.gate_history("knitwear")]

    assert before[Phase.REVIEW] is Verdict.UNKNOWN
    assert history == [
        (Phase.DATASET, Verdict.PASSED),
        (Phase.TRAINING, Verdict.PASSED),
        (Phase.VALIDATION, Verdict.PASSED),
        (Phase.REVIEW, Verdict.UNKNOWN),
        (Phase.RELEASE, Verdict.UNKNOWN),
        (Phase.REVIEW, Verdict.PASSED),
        (Phase.RELEASE, Verdict.PASSED),
    ]


def test_a_failed_proof_is_approved_only_when_somebody_overrode_it(
    studio: Studio, shop: Workshop
) -> None:
    failed = studio.report("knitwear").model_copy(
        update={"id": "report-failed", "verdict": Verdict.FAILED}
    )
    with shop.storage.transaction() as connection:
        Records(connection).reports.add(failed)
    with pytest.raises(GateClosed):
        studio.review("report-failed", "Ada", Decision.APPROVED)

    studio.override("report-failed", "proof", "Grace", "The backdrop was changed on purpose.")
    studio.review("report-failed", "Ada", Decision.APPROVED)
    release = studio.release("report-failed")

    assert release.checkpoint == CheckpointId("checkpoint-1")
    assert [one.person for one in release.gate.overrides] == ["Grace"]
