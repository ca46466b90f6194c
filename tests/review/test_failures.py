"""From a rejected picture to a list for the photographer, and to whether it became better."""

from __future__ import annotations

import pytest

from muslin.domain.dataset import DatasetVersion
from muslin.domain.findings import Verdict
from muslin.domain.judging import FailureKind, Flaw, Region, Said, ValidationReport
from muslin.domain.proving.failures import FailureGroup
from muslin.review.failures.cases import cases_of
from muslin.review.failures.compare import compare
from muslin.review.failures.plan import groups_of, photos_needed, plan_of
from muslin.review.failures.probes import MOST_PROMPTS, carried_probes
from muslin.review.judge import Bench, judge, undo
from muslin.review.wilson import rate, wilson
from tests.release.files import a_dataset
from tests.release.reports import NOON
from tests.review.sitting import a_bench, a_drawn_report, a_look, a_picture

COLOUR, BACKDROP, HANDS = FailureKind.COLOUR, FailureKind.BACKDROP, FailureKind.HANDS


def failing(flaw: Flaw) -> Said:
    return Said(verdict=Verdict.FAILED, flaws=(flaw,))


def judged(report: ValidationReport) -> Bench:
    """Ada found odd hands on the first picture, and took another word back."""
    bench = a_bench(report)
    flaw = Flaw(kind=HANDS, region=Region.SLEEVES, note="six fingers")
    judge(bench, f"{report.id}.0", "Ada", failing(flaw), NOON)
    judge(bench, f"{report.id}.1", "Ada", failing(Flaw(kind=FailureKind.FACE)), NOON)
    undo(bench, "Ada", NOON)
    return bench


def a_range(*failures: tuple[str, str, tuple[FailureKind, ...]]) -> ValidationReport:
    pictures = tuple(
        a_picture("drawn", place, *kinds, category=category, colour=colour)
        for place, (category, colour, kinds) in enumerate(failures)
    )
    look = a_look("checkpoint-1", 300, pictures)
    return a_drawn_report().model_copy(update={"checkpoints": (look,)})


RANGE = a_range(
    *[("dress", "red", (COLOUR,))] * 4,
    *[("dress", "red", ())] * 2,
    *[("hat", "navy", (COLOUR, BACKDROP))],
    *[("hat", "white", (BACKDROP,))] * 5,
)


def found(report: ValidationReport, dataset: DatasetVersion | None = None) -> list[FailureGroup]:
    return groups_of(cases_of(report, []), report, dataset or a_dataset())


def test_every_failure_of_machine_and_person_is_a_case_that_can_be_drawn_again() -> None:
    report = a_drawn_report((COLOUR, BACKDROP), ())
    said = judged(report).judgements.of_report(report.id)

    cases = cases_of(report, said)

    assert [(c.by, c.kind, c.region) for c in cases] == [
        ("muslin", COLOUR, Region.GARMENT),
        ("muslin", BACKDROP, Region.BACKDROP),
        ("Ada", HANDS, Region.SLEEVES),
    ]
    assert {c.probe for c in cases} == {report.checkpoints[1].pictures[0].probe}
    assert cases[2].note == "six fingers"
    assert len({case.id for case in cases}) == 3
    assert cases_of(report, said) == cases  # reproduced from the log


def test_judgements_of_another_report_make_no_case() -> None:
    other = a_drawn_report((), (), n=2)

    assert cases_of(a_drawn_report((), ()), judged(other).judgements.of_report(other.id)) == []


def test_failures_gather_by_kind_garment_and_colour_or_backdrop() -> None:
    groups = {(g.kind, g.category, g.where): g.rate for g in found(RANGE)}

    assert {key: (r.failed, r.pictures) for key, r in groups.items()} == {
        (COLOUR, "dress", "red"): (4, 6),
        (COLOUR, "hat", "navy"): (1, 1),
        (BACKDROP, "hat", "beige"): (6, 6),
    }


def test_what_surely_fails_often_comes_before_what_failed_once() -> None:
    assert [(g.kind, g.category) for g in found(RANGE)] == [
        (BACKDROP, "hat"),
        (COLOUR, "dress"),
        (COLOUR, "hat"),
    ]


@pytest.mark.parametrize(
    ("failed", "pictures", "photos"),
    # 10 times the upper end of Wilson's interval: 0.903, 0.215, 1, 0.054; never below 3
    [(4, 6, 10), (1, 24, 3), (24, 24, 10), (1, 100, 3), (6, 24, 5)],
)
def test_the_number_of_photos_follows_from_the_rate(
    failed: int, pictures: int, photos: int
) -> None:
    group = found(RANGE)[0].model_copy(update={"rate": rate(failed, pictures)})

    assert photos_needed(group) == photos


def test_a_plan_says_what_to_bring_how_much_and_why() -> None:
    plan = plan_of(found(RANGE), RANGE)

    first, dress = plan.collections[0], plan.collections[1]
    assert "hat, on the beige backdrop" in first.words
    assert "navy" not in first.words
    assert dress.words.startswith("10 photos: red dress, the red filling the garment")
    assert "4 of 6 pictures" in dress.why
    assert "The dataset has 12 like it" in dress.why
    assert plan.photos == sum(one.photos for one in plan.collections)


def test_a_failed_prompt_is_asked_again_with_its_seed_and_a_new_one() -> None:
    cases = cases_of(RANGE, [])
    range_probes = [p.probe for p in RANGE.checkpoints[0].pictures]

    carried = carried_probes(cases, range_probes)
    elsewhere = carried_probes(cases, [])

    assert {p.prompt for p in carried} == {"a red dress", "a navy hat", "a white hat"}
    assert not set(carried) & set(range_probes)
    assert len(carried) == 3
    assert len(elsewhere) == 6
    assert carried_probes(cases, range_probes) == carried


def test_a_mended_prompt_stays_and_what_people_failed_comes_first() -> None:
    many = a_range(*[("dress", f"colour {n}", (COLOUR,)) for n in range(MOST_PROMPTS + 3)])
    bench = a_bench(many)
    judge(bench, "report-1.0", "Ada", failing(Flaw(kind=HANDS)), NOON)
    later = a_drawn_report(()).model_copy(update={"id": "report-2"})
    cases = cases_of(many, bench.judgements.of_report(many.id)) + cases_of(later, [])

    prompts = list(dict.fromkeys(p.prompt for p in carried_probes(cases, [])))

    assert prompts[0] == "a colour 0 dress"
    assert prompts[1:] == [f"a colour {n} dress" for n in range(MOST_PROMPTS + 2, 3, -1)]


def test_before_and_after_are_compared_on_the_probes_that_both_drew() -> None:
    before = a_drawn_report(*[(COLOUR,)] * 6, *[()] * 4)
    after = a_drawn_report(*[()] * 6, (BACKDROP,), *[()] * 5, n=2)  # two probes more

    changes = {change.kind: change for change in compare(before, after, []).kinds}

    colour, backdrop = changes[COLOUR], changes[BACKDROP]
    assert (colour.before.failed, colour.after.failed, colour.after.pictures) == (6, 0, 10)
    assert (colour.mended, colour.broken) == (6, 0)
    assert colour.chance == pytest.approx(2 / 64)
    assert (backdrop.before.failed, backdrop.after.failed, backdrop.broken) == (0, 1, 1)
    assert set(changes) == {COLOUR, BACKDROP}


@pytest.mark.parametrize(
    ("counted", "of", "least", "most"),
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3 (Wilson without correction)
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_has_the_published_ends(
    counted: int, of: int, least: float, most: float
) -> None:
    assert wilson(counted, of) == pytest.approx((least, most), abs=5e-5)


def test_of_nothing_everything_is_possible() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert rate(0, 0).share is None
