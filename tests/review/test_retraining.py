"""No training without a trigger, no champion that gives way to a worse look: a simulated month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pytest

from muslin.domain.errors import InvalidRequest
from muslin.domain.findings import Verdict
from muslin.domain.judging import FailureKind, Flaw, Judgement, Said, ValidationReport
from muslin.domain.proving.retraining import Proposal, ProposalState, Trigger
from muslin.domain.proving.rules import NO_RULES, Rules
from muslin.domain.training import Foreseen, Known
from muslin.review.failures.cases import cases_of
from muslin.review.queue import tasks_of
from muslin.review.retraining import (
    CASES,
    NEW_PHOTOS,
    POLICY,
    Evidence,
    allowed_by,
    challenge,
    decide_on,
    due,
    propose,
)
from tests.release.reports import NOON
from tests.review.sitting import a_drawn_report

COLOUR, COPY = FailureKind.COLOUR, FailureKind.COPY
PRICE = (Foreseen(name="train", value=600.0, unit="s", known=Known.MEASURED, why="as before"),)
GOOD = a_drawn_report(*[()] * 24)


def evidence(
    report: ValidationReport = GOOD, judgements: tuple[Judgement, ...] = (), photos: int = 0
) -> Evidence:
    return Evidence(report, tuple(cases_of(report, judgements)), judgements, photos)


def judged(report: ValidationReport, failed: int, of: int, live: bool) -> tuple[Judgement, ...]:
    return said_of(report, [n < failed for n in range(of)], live)


def said_of(report: ValidationReport, failed: list[bool], live: bool) -> tuple[Judgement, ...]:
    task = tasks_of(report)[0]
    said = [
        Said(verdict=Verdict.FAILED, flaws=(Flaw(kind=FailureKind.OTHER),))
        if bad
        else Said(verdict=Verdict.PASSED)
        for bad in failed
    ]
    name = "picture-{n}" if live else "{n}"
    return tuple(
        Judgement(
            id=f"judgement-{live}-{n}",
            task=task.model_copy(update={"id": f"{report.id}.{name.format(n=n)}"}),
            person="Ada",
            said=one,
            at=NOON,
        )
        for n, one in enumerate(said)
    )


@pytest.mark.parametrize(("failing", "fires"), [(CASES - 1, False), (CASES, True)])
def test_enough_pictures_with_one_kind_of_failure_call_for_a_training(
    failing: int, fires: bool
) -> None:
    report = a_drawn_report(*[(COLOUR,)] * failing, *[(COPY,)] * 3, *[()] * 10)

    assert [one.trigger for one in due(evidence(report))] == [Trigger.FAILURES] * fires


@pytest.mark.parametrize(("photos", "fires"), [(NEW_PHOTOS - 1, False), (NEW_PHOTOS, True)])
def test_a_new_batch_of_photos_calls_for_a_training(photos: int, fires: bool) -> None:
    assert [one.trigger for one in due(evidence(photos=photos))] == [Trigger.PHOTOS] * fires


@pytest.mark.parametrize(("failed", "live", "fires"), [(2, 20, False), (10, 20, True), (9, 19, 0)])
def test_live_pictures_that_fail_more_often_than_the_proof_call_for_a_training(
    failed: int, live: int, fires: bool
) -> None:
    said = (*judged(GOOD, 1, 24, live=False), *judged(GOOD, failed, live, live=True))
    found = [one for one in due(evidence(judgements=said)) if one.trigger is Trigger.DRIFT]

    assert len(found) == int(fires)


def test_a_proposal_is_made_once_and_a_declined_one_needs_more_evidence() -> None:
    (first,) = propose(evidence(photos=60), [], PRICE, NOON)
    declined = decide_on(first, ProposalState.DECLINED, "Ada", NOON, "next month")

    assert first.price == PRICE
    assert propose(evidence(photos=60), [first], PRICE, NOON) == []
    assert propose(evidence(photos=60), [declined], PRICE, NOON) == []
    assert len(propose(evidence(photos=110), [declined], PRICE, NOON)) == 1


def test_decisions_have_a_name_and_a_no_has_its_reason() -> None:
    (one,) = propose(evidence(photos=60), [], PRICE, NOON)

    for person, state in (("", ProposalState.APPROVED), ("Ada", ProposalState.DECLINED)):
        with pytest.raises(InvalidRequest, match="name"):
            decide_on(one, state, person, NOON)
    approved = decide_on(one, ProposalState.APPROVED, "Ada", NOON)
    with pytest.raises(InvalidRequest, match="already"):
        decide_on(approved, ProposalState.APPROVED, "Grace", NOON)


def test_the_policy_allows_only_what_is_known_and_short_enough() -> None:
    (one,) = propose(evidence(photos=60), [], PRICE, NOON)
    unknown = one.model_copy(update={"price": ()})

    assert allowed_by(Rules(retrain_within_s=600), one)
    assert not allowed_by(Rules(retrain_within_s=599), one)
    assert not allowed_by(Rules(retrain_within_s=9999), unknown)
    assert not allowed_by(NO_RULES, one)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (10, 2, Verdict.PASSED),  # won 8, lost 0: p = 2/256
        (10, 5, Verdict.FAILED),  # won 5, lost 0: p = 2/32
        (2, 10, Verdict.FAILED),
        (4, 4, Verdict.FAILED),
    ],
)
def test_a_challenger_has_to_win_more_than_chance_would(
    before: int, after: int, verdict: Verdict
) -> None:
    old = a_drawn_report(*[(COLOUR,)] * before, *[()] * (24 - before))
    new = a_drawn_report(*[(COLOUR,)] * after, *[()] * (24 - after), n=2)

    assert challenge(old, new, []).verdict is verdict


def test_too_few_shared_probes_leave_it_unknown() -> None:
    old, new = a_drawn_report(*[(COLOUR,)] * 7), a_drawn_report(*[()] * 7, n=2)

    assert challenge(old, new, []).verdict is Verdict.UNKNOWN


@dataclass
class Brand:
    """A brand whose live look fails a share of its probes; its log is all that it remembers."""

    name: str
    quality: float
    report: ValidationReport
    photos: int = 0
    live: list[bool] = field(default_factory=list)  # whether each failed, in its order
    log: list[str] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    trainings: list[int] = field(default_factory=list)
    qualities: list[float] = field(default_factory=list)

    def evidence(self) -> Evidence:
        said = (
            *judged(self.report, round(24 * self.quality), 24, live=False),
            *said_of(self.report, self.live, live=True),
        )
        return Evidence(self.report, (), said, self.photos)


def drawn(quality: float, n: int, rng: np.random.Generator) -> ValidationReport:
    """A proof of 24 probes, each failing by itself with the look's true failure rate."""
    kinds = [(COLOUR,) if rng.random() < quality else () for _ in range(24)]
    return a_drawn_report(*kinds, n=n)


def a_month(seed: int) -> Iterator[Brand]:
    """Thirty days of four brands: one is quiet, one drifts, one gets photos, one both."""
    rng = np.random.default_rng(seed)
    policy = Rules(retrain_within_s=900)
    for place, (name, drifts, batches) in enumerate(
        (("quiet", 0, 0), ("drifting", 1, 0), ("growing", 0, 1), ("both", 1, 1))
    ):
        brand = Brand(name, 0.3, drawn(0.3, 10 * place, rng))
        for day in range(30):
            brand.photos += 25 * batches * (day % 7 == 6)
            worse = 0.9 if drifts and day > 10 else 0.1
            brand.live += [bool(rng.random() < worse) for _ in range(3)]
            at = NOON + timedelta(days=day)
            for one in propose(brand.evidence(), brand.proposals, PRICE, at):
                assert allowed_by(policy, one)
                brand.proposals.append(decide_on(one, ProposalState.APPROVED, POLICY, at))
                brand.trainings.append(day)
                challenger = float(rng.choice([0.02, 0.3, 0.6]))
                report = drawn(challenger, 10 * place + len(brand.trainings), rng)
                verdict = challenge(brand.report, report, []).verdict
                brand.log.append(f"{day} {one.due.trigger} {challenger} {verdict}")
                brand.photos = 0
                if verdict is Verdict.PASSED:
                    brand.quality, brand.report = challenger, report
                    brand.live = []
            brand.qualities.append(brand.quality)
        yield brand


@pytest.mark.parametrize("seed", range(5))
def test_a_month_of_four_brands(seed: int) -> None:
    brands = {brand.name: brand for brand in a_month(seed)}

    assert brands["quiet"].trainings == []
    for name in ("drifting", "growing", "both"):
        assert brands[name].trainings, name
    for brand in brands.values():
        assert len(brand.trainings) == len(brand.proposals) == len(brand.log)
        assert all(b <= a for a, b in zip(brand.qualities, brand.qualities[1:], strict=False))
    assert all(day > 10 for day in brands["drifting"].trainings)
    assert [b.log for b in a_month(seed)] == [b.log for b in brands.values()]
