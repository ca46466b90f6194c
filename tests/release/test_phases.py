"""Five gates from a folder to a release: planted bad files are stopped, clean ones go through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muslin.domain.findings import Verdict
from muslin.domain.judging import Decision
from muslin.domain.proving.gates import Phase
from muslin.release.gate import Standing
from muslin.release.override import override
from muslin.release.phases import Dossier, changed, phase_gates
from muslin.release.registry import make_release
from tests.release.files import (
    BOTH,
    HANDS,
    a_dataset,
    a_dossier,
    a_measured_report,
    a_metric,
)
from tests.release.reports import a_review

GOOD = a_measured_report(a_metric(0.95))
PROVED = replace(a_dossier(), report=GOOD, reviews=(a_review(),))


def verdicts(dossier: Dossier) -> dict[Phase, Verdict]:
    return {gate.phase: gate.verdict for gate in phase_gates(dossier)}


def test_a_clean_file_passes_every_gate_up_to_its_release() -> None:
    release = make_release(GOOD, PROVED.reviews, "starter")
    found = phase_gates(replace(PROVED, release=release))

    assert [gate.verdict for gate in found] == [Verdict.PASSED] * 5
    assert [gate.by for gate in found] == ["muslin", "muslin", "muslin", "Ada", "Ada"]
    assert found[0].evidence == ("dataset-1", "d" * 64)
    assert found[4].evidence == (release.id,)


def test_what_has_not_come_yet_is_unknown() -> None:
    found = verdicts(a_dossier())

    assert found[Phase.DATASET] is found[Phase.TRAINING] is Verdict.PASSED
    assert {found[p] for p in (Phase.VALIDATION, Phase.REVIEW, Phase.RELEASE)} == {Verdict.UNKNOWN}


BAD = {
    "too few photos": (replace(PROVED, dataset=a_dataset(9)), Phase.DATASET),
    "photos without words": (replace(PROVED, dataset=a_dataset(words=" ")), Phase.DATASET),
    "another dataset than was taught": (
        replace(PROVED, dataset=a_dataset().model_copy(update={"digest": "e" * 64})),
        Phase.DATASET,
    ),
    "cut off": (replace(PROVED, checkpoints=a_dossier(step=300).checkpoints), Phase.TRAINING),
    "diverged": (
        replace(
            PROVED,
            checkpoints=(PROVED.checkpoints[0].model_copy(update={"loss": float("nan")}),),
        ),
        Phase.TRAINING,
    ),
    "never trained": (replace(PROVED, checkpoints=()), Phase.TRAINING),
    "not proved": (
        replace(PROVED, report=a_measured_report(verdict=Verdict.FAILED)),
        Phase.VALIDATION,
    ),
    "rejected": (
        replace(PROVED, reviews=(a_review(Decision.REJECTED),)),
        Phase.REVIEW,
    ),
    "a question nobody answered": (replace(PROVED, standing=Standing(BOTH)), Phase.REVIEW),
}


@pytest.mark.parametrize("fault", BAD)
def test_every_planted_fault_closes_its_gate_and_the_release(fault: str) -> None:
    dossier, phase = BAD[fault]

    assert verdicts(dossier)[phase] is not Verdict.PASSED
    assert dossier.decision is not None
    assert dossier.decision.closed


def test_a_gate_that_was_overridden_opens_but_keeps_its_verdict() -> None:
    asked = Standing(BOTH.model_copy(update={"human": (HANDS,)}))
    dossier = replace(PROVED, standing=asked)
    assert dossier.decision is not None
    said = override(dossier.decision, GOOD.id, "hands", "Ada", "flat lays")

    gates = phase_gates(replace(dossier, standing=replace(asked, overrides=(said,))))
    review = next(gate for gate in gates if gate.phase is Phase.REVIEW)

    assert review.verdict is Verdict.UNKNOWN
    assert review.overrides == (said,)
    assert review.opens
    assert not next(gate for gate in gates if gate.phase is Phase.RELEASE).opens


def test_only_what_changed_is_written_down_again() -> None:
    before = phase_gates(a_dossier())

    after = phase_gates(PROVED)

    assert changed(before, phase_gates(a_dossier())) == []
    assert [g.phase for g in changed(before, after)] == [Phase.VALIDATION, Phase.REVIEW]
