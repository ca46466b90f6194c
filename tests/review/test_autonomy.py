"""Autonomy in closed form, and in a simulation that never publishes more defects than allowed."""

from __future__ import annotations

import numpy as np
import pytest

from muslin.domain.findings import Verdict
from muslin.domain.judging import Answer, FailureKind, Flaw, Said
from muslin.domain.proving.rules import HumanRule, Rules
from muslin.review.autonomy import (
    LEVELS,
    RECENT,
    Seen,
    Trust,
    autonomies,
    earned,
    must_be_seen,
    needed_share,
)
from muslin.review.judge import judge, undo
from muslin.review.wilson import wilson
from tests.release.reports import NOON
from tests.review.sitting import ASKED, a_bench, a_drawn_report

LIMIT = 0.02
GOOD, BAD, FATAL = Seen(True), Seen(False), Seen(False, critical=True)


def after(trust: Trust, *pictures: Seen) -> Trust:
    for one in pictures:
        trust = trust.seen(one)
    return trust


@pytest.mark.parametrize("defects", [0.03, 0.1, 0.5, 1.0])
def test_the_share_keeps_the_limit_exactly_when_defects_are_at_their_worst(defects: float) -> None:
    # A pass rate whose interval ends at 1 - defects, found by search; then the formula's promise.
    judged = 10_000
    passed = next(k for k in range(judged, -1, -1) if 1 - needed_worst(k, judged) <= 1 - defects)
    share, worst = needed_share(passed, judged, LIMIT), needed_worst(passed, judged)

    published = (1 - share) * worst / (1 - share * worst) if share < 1 else 0.0
    assert published <= LIMIT + 1e-12
    assert published == pytest.approx(LIMIT if share < 1 else 0.0)


def needed_worst(passed: int, judged: int) -> float:
    return 1 - wilson(passed, judged)[0]


def test_without_evidence_everything_is_seen() -> None:
    assert needed_share(0, 0, LIMIT) == 1.0
    assert Trust(LIMIT).share == 1.0


@pytest.mark.parametrize(
    ("pictures", "share"),
    # Of n none failed: U = z²/(n + z²). The share s is enough from n = z²·((1 - s(1 - d))/d - 1)
    # on: 94.1 for a half, 141.2 for a quarter, 169.4 for a tenth.
    [
        (94, 1.0),
        (95, 0.5),
        (141, 0.5),
        (142, 0.25),
        (169, 0.25),
        (170, 0.1),
        (400, 0.1),
    ],
)
def test_a_long_run_without_a_defect_earns_level_after_level(pictures: int, share: float) -> None:
    assert after(Trust(LIMIT), *[GOOD] * pictures).share == share


def test_one_critical_failure_drops_exactly_one_level() -> None:
    trusted = after(Trust(LIMIT), *[GOOD] * 400)

    fallen = after(trusted, FATAL, *[GOOD] * RECENT)

    assert (trusted.level, fallen.level) == (3, 2)
    assert after(fallen, *[GOOD] * 100).level == 2  # held back, whatever came before
    assert after(fallen, *[GOOD] * 150).level == 3  # earned anew by what came after it alone
    assert after(fallen, FATAL, *[GOOD] * RECENT).level == 1


def test_after_any_defect_everything_is_seen_until_twenty_in_a_row_passed() -> None:
    trusted = after(Trust(LIMIT), *[GOOD] * 390)

    fallen = trusted.seen(BAD)

    assert (trusted.level, fallen.level) == (3, 0)
    assert after(fallen, *[GOOD] * (RECENT - 1)).share == 1.0
    assert after(fallen, *[GOOD] * RECENT).level == 3  # 1 of 400 is within the limit


def test_a_level_never_sees_less_than_the_evidence_asks_for() -> None:
    for failed in range(0, 40, 3):
        evidence = [BAD] * failed + [GOOD] * (400 - failed)
        assert LEVELS[earned(evidence, LIMIT)] >= needed_share(400 - failed, 400, LIMIT)


def published_defects(rates: np.ndarray, rng: np.random.Generator) -> float:
    """Share of defects among what one stream of pictures publishes, critical ones included."""
    trust, out, bad = Trust(LIMIT), 0, 0
    for place, rate in enumerate(rates):
        defect = rng.random() < rate
        if must_be_seen(f"{rng.integers(2**62)}-{place}", trust.share):
            trust = trust.seen(Seen(not defect, critical=defect and rng.random() < 0.2))
            out += not defect
        else:
            out, bad = out + 1, bad + defect
    return bad / out if out else 0.0


STREAMS = {
    "at the limit": np.full(1000, 0.02),
    "a little above": np.full(1000, 0.03),
    "above": np.full(1000, 0.05),
    "far above": np.full(1000, 0.15),
    "getting worse": np.concatenate([np.full(1200, 0.002), np.full(400, 0.06)]),
}


@pytest.mark.parametrize("stream", STREAMS)
def test_what_is_published_keeps_the_defect_limit_in_95_of_100_streams(stream: str) -> None:
    rng = np.random.default_rng([7, *stream.encode()])

    found = [published_defects(STREAMS[stream], rng) for _ in range(100)]

    kept = sum(share <= LIMIT for share in found)
    assert kept >= 95, f"{kept} of 100 streams kept the limit; worst {max(found):.3f}"


def test_a_good_look_is_soon_seen_only_now_and_then() -> None:
    rng = np.random.default_rng(3)
    trust, looked = Trust(LIMIT), 0
    for place in range(3000):
        if must_be_seen(f"good-{place}", trust.share):
            trust, looked = trust.seen(Seen(bool(rng.random() > 0.001))), looked + 1

    assert looked < 900


def test_the_lot_takes_its_share_and_never_changes_its_mind() -> None:
    pictures = [f"picture-{n}" for n in range(4000)]

    drawn = [must_be_seen(one, 0.25) for one in pictures]

    assert sum(drawn) == pytest.approx(1000, abs=110)  # 4 standard deviations
    assert drawn == [must_be_seen(one, 0.25) for one in pictures]
    assert all(must_be_seen(one, 1.0) for one in pictures)


def test_categories_and_channels_earn_apart_and_a_picture_counts_once() -> None:
    report = a_drawn_report(*[()] * 4)
    bench = a_bench(report, ASKED)
    good = Said(verdict=Verdict.PASSED)
    bad = Said(verdict=Verdict.FAILED, flaws=(Flaw(kind=FailureKind.HANDS),))
    for place, person, said in (
        (0, "Ada", good),
        (0, "Grace", bad),
        (1, "Ada", good),
        (2, "Ada", good.model_copy(update={"channel": "lookbook"})),
        (3, "Ada", bad),
    ):
        judge(bench, f"report-1.{place}", person, said, NOON)
    undo(bench, "Ada", NOON)

    found = autonomies(bench.judgements.of_report(report.id), ASKED)

    assert [(a.category, a.channel, a.judged, a.passed) for a in found] == [
        ("dress", "lookbook", 1, 1),
        ("dress", "shop", 2, 1),
    ]
    assert all(a.share == 1.0 for a in found)


def test_a_no_to_a_critical_question_is_a_critical_failure() -> None:
    minor = HumanRule(name="folds", question="Folds fall naturally.")
    rules = Rules(human=(*ASKED.human, minor))
    report = a_drawn_report((), ())
    bench = a_bench(report, rules)
    for place, question in enumerate(("sheen", "folds")):
        said = Said(
            verdict=Verdict.FAILED,
            flaws=(Flaw(kind=FailureKind.FABRIC),),
            answers=(Answer(question=question, yes=False),),
        )
        judge(bench, f"report-1.{place}", "Ada", said, NOON)

    (found,) = autonomies(bench.judgements.of_report(report.id), rules)

    assert found.critical == 1
