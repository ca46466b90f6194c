from __future__ import annotations

from dataclasses import replace

import pytest

from muslin.curation.sets.score import parts_of, score_of, total_of
from muslin.domain.curation.sets import BrandRange, ScorePart
from tests.curation.sets.members import a_member

FINE = [a_member(n) for n in range(20)]
NOTHING = BrandRange()


def part(name: str, *members: object) -> float | None:
    found = {p.name: p.value for p in parts_of([m for m in members if m], NOTHING)}  # type: ignore[misc]
    return found[name]


def test_a_fine_set_scores_all_and_nothing_would_raise_it() -> None:
    score = score_of(FINE, NOTHING)

    assert score.score == 100
    assert score.changes == ()
    assert {p.name for p in score.parts if p.value is None} == {"coverage"}


def test_the_score_is_the_mean_of_what_was_measured() -> None:
    values = (1.0, 0.5, None, 0.75)

    parts = [ScorePart(name="x", value=value, words="") for value in values]

    assert total_of(parts) == 75
    assert total_of([]) == 0


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("sound", {"is_sound": False}),
        ("backdrop", {"on_scene": False}),
        ("light", {"is_usual": False}),
        ("captions", {"is_well_captioned": False}),
        ("different garments", {"garment": 19}),
    ],
)
def test_each_part_is_a_share_that_can_be_counted(name: str, changed: dict[str, object]) -> None:
    members = [replace(m, **changed) if n < 5 else m for n, m in enumerate(FINE)]  # type: ignore[arg-type]

    assert part(name, *FINE) == 1.0
    assert part(name, *members) == 0.75
    assert score_of(members, NOTHING).score < 100


def test_half_of_enough_is_half() -> None:
    assert part("enough", *FINE[:10]) == 0.5
    assert part("enough", *FINE, *FINE) == 1.0


def test_a_change_is_worth_what_the_formula_says_after_it() -> None:
    off = [a_member(20 + n, on_scene=False) for n in range(4)]

    score = score_of([*FINE, *off], NOTHING)

    (change,) = score.changes
    assert change.files == tuple(m.file_name for m in off)
    assert change.score == score_of(FINE, NOTHING).score == 100
    assert score.score == total_of(parts_of([*FINE, *off], NOTHING)) < 100


def test_the_best_change_comes_first_and_there_are_at_most_three() -> None:
    bad = {"on_scene": False, "is_sound": False, "is_usual": False, "is_well_captioned": False}
    members = [
        *FINE,
        *(a_member(20 + n, **bad) for n in range(6)),
        a_member(30, is_sound=False),
        a_member(31, garment=0),
    ]

    changes = score_of(members, BrandRange(categories={"dress": 30})).changes

    assert len(changes) == 3
    assert [c.score for c in changes] == sorted((c.score for c in changes), reverse=True)
    assert score_of(members, BrandRange(categories={"dress": 30})).score < changes[-1].score


def test_too_few_photos_are_never_made_fewer() -> None:
    members = [a_member(n, on_scene=n > 3) for n in range(12)]

    assert not any(change.files for change in score_of(members, NOTHING).changes)


def test_taking_the_missing_shots_fills_the_range() -> None:
    wanted = BrandRange(categories={"dress": 14, "shirt": 10})

    changes = score_of(FINE, wanted).changes

    assert changes[0].words == "Take 4 missing shots of the range"
    assert changes[0].files == ()
