"""People judge picture by picture: suspects first, blind where it matters, never two at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from muslin.domain.errors import InvalidRequest, NotFound, PictureTaken
from muslin.domain.fact import BlobId, GenerationId, ReleaseId
from muslin.domain.findings import Verdict
from muslin.domain.judging import (
    Answer,
    FailureKind,
    Flaw,
    Mode,
    Preferred,
    Said,
    Side,
    Sight,
)
from muslin.domain.leaving import Generation, ImageRequest, SourceType
from muslin.review.agreement import agreements, cohens_kappa, preferences, sign_test, tallies
from muslin.review.failures.cases import cases_of
from muslin.review.judge import CLAIMED_FOR, Bench, judge, take_next, undo
from muslin.review.queue import LIVE, PROOF, queue, swapped, tasks_of
from tests.release.reports import NOON
from tests.review.sitting import ASKED, a_bench, a_drawn_report

PASS, FAIL = Verdict.PASSED, Verdict.FAILED
GOOD = Said(verdict=PASS)
BAD = Said(verdict=FAIL, flaws=(Flaw(kind=FailureKind.FABRIC),))
CLEAN, ODD, WORSE = (), (FailureKind.COLOUR,), (FailureKind.COPY, FailureKind.COLOUR)
REPORT = a_drawn_report(CLEAN, ODD, CLEAN, WORSE)


def order(bench: Bench) -> list[int]:
    said, held = bench.judgements.of_report(REPORT.id), bench.claims.of_report(REPORT.id)
    return [q.task.place for q in queue(tasks_of(REPORT), said, held, NOON)]


def taken(bench: Bench, person: str, pile: str = PROOF) -> Sight:
    sight = take_next(bench, person, NOON, pile)
    assert sight is not None
    return sight


def test_the_most_suspect_pictures_are_asked_about_first() -> None:
    bench = a_bench(REPORT)
    assert order(bench) == [3, 1, 0, 2]

    judge(bench, "report-1.2", "Ada", GOOD, NOON)

    assert order(bench) == [3, 1, 2, 0]  # of equal ones the half-finished first


def test_after_two_people_a_picture_is_asked_about_no_more() -> None:
    bench = a_bench(REPORT)
    for person in ("Ada", "Grace"):
        judge(bench, "report-1.3", person, GOOD, NOON)

    assert order(bench) == [1, 0, 2]


def test_two_people_never_get_the_same_picture_at_once() -> None:
    bench = a_bench(REPORT)

    given = [taken(bench, person).task for person in ("Ada", "Grace", "Edsger", "Alan")]

    assert len(set(given)) == 4
    assert take_next(bench, "Barbara", NOON) is None
    assert taken(bench, "Ada").task == given[0]  # asked again, the same
    with pytest.raises(PictureTaken, match="Ada is looking"):
        judge(bench, given[0], "Grace", GOOD, NOON)


def test_a_claim_runs_out_and_somebody_else_gets_the_picture() -> None:
    bench = a_bench(REPORT)
    first = taken(bench, "Ada").task

    later = take_next(bench, "Grace", NOON + CLAIMED_FOR)

    assert later is not None
    assert later.task == first


def test_what_a_reviewer_sees_of_a_pair_tells_nothing_and_sides_are_drawn_by_lot() -> None:
    report = a_drawn_report(*[CLEAN] * 60)
    bench = a_bench(report, ASKED)
    lefts = 0
    for _ in range(60):
        shown = taken(bench, "Ada", "base")
        assert shown.mode is Mode.PAIR
        assert {shown.left[:4], (shown.right or "")[:4]} == {"base", "chec"}
        assert not shown.questions
        said = judge(bench, shown.task, "Ada", Said(side=Side.LEFT), NOON)
        tuned_left = shown.left.startswith("checkpoint-1")
        assert said.preferred is (Preferred.TUNED if tuned_left else Preferred.OTHER)
        lefts += tuned_left
    assert 15 <= lefts <= 45  # 60 fair coins leave this range once in 16,000 times


def test_sides_follow_from_the_seed_and_differ_between_people() -> None:
    tasks = [task.id for task in tasks_of(a_drawn_report(*[CLEAN] * 40), "150")]

    ada, grace, again = (
        [swapped(task, person, seed=7) for task in tasks] for person in ("Ada", "Grace", "Ada")
    )

    assert ada == again
    assert ada != grace
    assert ada != [swapped(task, "Ada", seed=8) for task in tasks]


def test_who_always_clicks_left_prefers_neither_look() -> None:
    report = a_drawn_report(*[CLEAN] * 60)
    bench = a_bench(report)
    for task in tasks_of(report, "base"):
        judge(bench, task.id, "Ada", Said(side=Side.LEFT), NOON)

    found = preferences(bench.judgements.of_report(report.id))

    assert found.tuned + found.other == 60
    assert found.chance > 0.01


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Said(), "passes or fails"),
        (Said(verdict=Verdict.UNKNOWN), "passes or fails"),
        (Said(side=Side.LEFT), "passes or fails"),
        (Said(verdict=FAIL), "needs its kind"),
        (Said(verdict=PASS, answers=(Answer(question="shoes", yes=True),)), "shoes"),
        (Said(verdict=PASS, answers=(Answer(question="sheen", yes=False),)), "cannot pass"),
    ],
)
def test_what_nothing_can_be_learnt_from_is_refused(said: Said, told: str) -> None:
    with pytest.raises(InvalidRequest, match=told):
        judge(a_bench(REPORT, ASKED), "report-1.0", "Ada", said, NOON)


def test_a_pair_takes_a_side_and_a_single_picture_a_verdict() -> None:
    with pytest.raises(InvalidRequest, match="better side"):
        judge(a_bench(REPORT), "report-1.0.base", "Ada", GOOD, NOON)


def test_nobody_judges_without_a_name_or_twice_or_what_is_not_there() -> None:
    bench = a_bench(REPORT)
    judge(bench, "report-1.0", "Ada", GOOD, NOON)

    with pytest.raises(InvalidRequest, match="name"):
        judge(bench, "report-1.1", " ", GOOD, NOON)
    with pytest.raises(InvalidRequest, match="already"):
        judge(bench, "report-1.0", "Ada", BAD, NOON)
    with pytest.raises(NotFound):
        judge(bench, "report-1.9", "Ada", GOOD, NOON)
    with pytest.raises(InvalidRequest, match="450"):
        take_next(bench, "Ada", NOON, "450")


def test_a_judgement_that_is_taken_back_stays_on_record_and_frees_the_picture() -> None:
    bench = a_bench(REPORT)
    judge(bench, "report-1.3", "Ada", GOOD, NOON)
    judge(bench, "report-1.1", "Ada", BAD, NOON)
    later = NOON + timedelta(minutes=1)

    back = undo(bench, "Ada", later)

    assert (back.task.id, back.undone_at) == ("report-1.1", later)
    assert len(bench.judgements.of_report(REPORT.id)) == 2
    assert judge(bench, "report-1.1", "Ada", GOOD, later).said is GOOD
    assert undo(bench, "Ada", later).task.id == "report-1.1"
    assert undo(bench, "Ada", later).task.id == "report-1.3"
    with pytest.raises(NotFound, match="taken back"):
        undo(bench, "Ada", later)


def test_cohens_kappa_in_closed_form() -> None:
    both = [(PASS, PASS)] * 20 + [(PASS, FAIL)] * 5 + [(FAIL, PASS)] * 10 + [(FAIL, FAIL)] * 15

    # p_o = 35/50, p_e = 25/50 · 30/50 + 25/50 · 20/50 = 1/2, so κ = 0.2 / 0.5
    assert cohens_kappa(both) == pytest.approx(0.4)
    assert cohens_kappa([(PASS, PASS), (FAIL, FAIL)]) == 1.0
    assert cohens_kappa([(PASS, FAIL), (FAIL, PASS)]) == -1.0
    assert cohens_kappa([(PASS, PASS), (PASS, FAIL), (FAIL, PASS), (FAIL, FAIL)]) == 0.0
    assert cohens_kappa([(PASS, PASS)] * 3) is None
    assert cohens_kappa([]) is None


def test_agreement_counts_only_pictures_that_both_judged_and_did_not_take_back() -> None:
    bench = a_bench(REPORT)
    for task, person, said in (
        ("report-1.0", "Ada", GOOD),
        ("report-1.0", "Grace", GOOD),
        ("report-1.1", "Ada", BAD),
        ("report-1.1", "Grace", GOOD),
        ("report-1.2", "Ada", BAD),
        ("report-1.3", "Grace", BAD),
    ):
        judge(bench, task, person, said, NOON)
    undo(bench, "Grace", NOON)

    (found,) = agreements(bench.judgements.of_report(REPORT.id))

    assert (found.one, found.other, found.pictures, found.same) == ("Ada", "Grace", 2, 0.5)


def test_a_question_has_a_yes_for_a_picture_only_where_nobody_said_no() -> None:
    bench = a_bench(REPORT, ASKED)
    yes, no = (Answer(question="sheen", yes=answer) for answer in (True, False))
    for task, person, answer in (
        ("report-1.0", "Ada", yes),
        ("report-1.0", "Grace", yes),
        ("report-1.1", "Ada", yes),
        ("report-1.1", "Grace", no),
    ):
        said = (GOOD if answer.yes else BAD).model_copy(update={"answers": (answer,)})
        judge(bench, task, person, said, NOON)

    (tally,) = tallies(bench.judgements.of_report(REPORT.id))

    assert (tally.question, tally.yes, tally.answered) == ("sheen", 1, 2)


@pytest.mark.parametrize(
    ("one", "other", "chance"),
    [(5, 0, 2 / 32), (9, 1, 22 / 1024), (3, 3, 1.0), (0, 0, 1.0)],
)
def test_the_sign_test_in_closed_form(one: int, other: int, chance: float) -> None:
    assert sign_test(one, other) == sign_test(other, one) == pytest.approx(chance)


def a_generation(n: int, prompt: str) -> Generation:
    return Generation(
        id=GenerationId(f"picture-{n}"),
        release=ReleaseId("release-1"),
        base="starter",
        request=ImageRequest(prompt=prompt, seed=n),
        picture=BlobId(f"live-{n}"),
        source_type=SourceType.GENERATED,
        created_at=NOON,
    )


def test_pictures_drawn_with_the_release_are_judged_under_the_garment_that_they_name() -> None:
    drawn = (a_generation(1, "a dress in red, on the beach"), a_generation(2, "two lamps"))
    bench = replace(a_bench(REPORT), drawn=drawn)

    first = taken(bench, "Ada", LIVE)
    judge(bench, first.task, "Ada", BAD, NOON)
    judge(bench, "report-1.picture-2", "Ada", GOOD, NOON)

    kept = bench.judgements.of_report(REPORT.id)
    assert [(j.task.picture, j.task.probe.category, j.task.probe.colour) for j in kept] == [
        ("live-1", "dress", "red"),
        ("live-2", "", ""),
    ]
    (case,) = [case for case in cases_of(REPORT, kept) if case.by == "Ada"]
    assert (case.probe.prompt, case.probe.seed) == ("a dress in red, on the beach", 1)
