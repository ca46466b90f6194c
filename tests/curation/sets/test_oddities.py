from __future__ import annotations

import pytest

from muslin.curation.backdrop import scene_of
from muslin.curation.sets.oddities import odd_ones
from muslin.curation.sets.traits import Exhibit
from muslin.domain.curation.sets import Odd
from muslin.domain.findings import GarmentBox
from tests.curation.shop import BEIGE, a_measure, a_photo


def odd_in(**planted: object) -> list[Odd]:
    """The odd ones of a fine shoot with one planted photo, number 7."""
    exhibits = [
        Exhibit(a_photo(n), a_measure(n, **(planted if n == 7 else {})), "") for n in range(20)
    ]
    return odd_ones(exhibits, scene_of([one.measures for one in exhibits]))


def test_nothing_is_odd_in_a_fine_shoot() -> None:
    assert odd_in() == []


@pytest.mark.parametrize(
    ("respect", "planted"),
    [
        ("light", {"backdrop": (BEIGE[0] - 12.5, *BEIGE[1:])}),
        ("light", {"light_slope": 45.0}),
        ("backdrop", {"backdrop": (40.0, 30.0, -30.0)}),
        ("backdrop", {"backdrop_texture": 4.0}),
        ("composition", {"box": GarmentBox(left=0.35, top=0.3, right=0.65, bottom=0.7)}),
        ("composition", {"box": GarmentBox(left=0.02, top=0.1, right=0.62, bottom=0.9)}),
        ("composition", {"box": GarmentBox(left=0.1, top=0.3, right=0.9, bottom=1.0)}),
        ("colour", {"backdrop": (BEIGE[0], BEIGE[1] - 2.0, BEIGE[2] + 8.0)}),
    ],
)
def test_a_planted_oddity_is_found_and_is_the_only_one(
    respect: str, planted: dict[str, object]
) -> None:
    found = odd_in(**planted)

    assert {odd.respect for odd in found} == {respect}
    assert {odd.file_name for odd in found} == {"007.jpg"}
    assert all(odd.words.startswith(respect) for odd in found)


def test_a_dark_garment_in_the_same_light_is_not_odd() -> None:
    assert odd_in(exposure=40.0, garment=(8.0, 0.0, 0.0)) == []


def test_among_four_photos_nothing_is_usual_yet() -> None:
    exhibits = [Exhibit(a_photo(n), a_measure(n, light_slope=40.0 * n), "") for n in range(4)]

    assert odd_ones(exhibits, scene_of([one.measures for one in exhibits])) == []
