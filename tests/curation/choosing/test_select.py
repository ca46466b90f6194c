from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from muslin.curation.backdrop import scene_of
from muslin.curation.choosing.candidates import pool_of
from muslin.curation.choosing.optimise import best_set, worth
from muslin.curation.findings.duplicates import compare
from muslin.curation.select import select
from muslin.domain.dataset import Choice, SelectionRecipe
from muslin.domain.errors import InvalidRequest, NotEnoughPhotos
from tests.curation.shop import RED, a_measure, a_photo, a_shoot

RECIPE = SelectionRecipe(photos=20)


def kept(choices: list[Choice]) -> list[str]:
    return [c.file_name for c in choices if c.kept]


def test_twenty_of_a_messy_shoot_are_kept_all_on_its_backdrop() -> None:
    photos, measures = a_shoot(40)
    for n in range(0, 40, 4):
        measures[n] = a_measure(n, backdrop=RED)

    choices, backdrop = select(photos, measures, RECIPE)

    assert len(kept(choices)) == 20
    assert backdrop.name == "beige"
    reds = [c for c in choices if int(c.file_name[:3]) % 4 == 0]
    assert all("backdrop is red, ΔE" in c.reason and not c.kept for c in reds)


def test_every_photo_gets_one_reason_with_numbers() -> None:
    photos, measures = a_shoot(40)

    choices, _ = select(photos, measures, RECIPE)

    assert [c.file_name for c in choices] == [p.file_name for p in photos]
    for choice in choices:
        assert choice.reason.startswith("kept: " if choice.kept else "left out: ")
        assert any(sign.isdigit() for sign in choice.reason)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"sharpness": 0.3}, "blurred"),
        ({"short_side_px": 120}, "too small"),
        ({"exposure": 25.0}, "darker"),
        ({"clipped_fraction": 0.5}, "burnt out"),
        ({"backdrop_texture": 4.0}, "another surface"),
    ],
)
def test_a_fault_that_a_network_would_learn_rules_a_photo_out(
    changed: dict[str, object], reason: str
) -> None:
    photos, measures = a_shoot(15)
    measures[7] = a_measure(7, **changed)

    choices, _ = select(photos, measures, RECIPE)

    assert len(kept(choices)) == 14
    assert reason in choices[7].reason


def test_of_one_garment_the_better_photo_is_kept() -> None:
    photos, measures = a_shoot(15)
    worse = measures[7].model_copy(
        update={"photo": photos[8].id, "sharpness": measures[7].sharpness - 0.08}
    )
    measures[8] = worse

    choices, _ = select(photos, measures, RECIPE)

    assert choices[7].kept
    assert not choices[8].kept
    assert "same garment as 007.jpg" in choices[8].reason


def test_garments_that_are_cut_off_are_kept_only_where_others_do_not_suffice() -> None:
    photos, measures = a_shoot(24)
    for n in range(6):
        measures[n] = a_measure(n, touching=0.3)

    few, _ = select(photos, measures, SelectionRecipe(photos=18, hold_out=3))
    many, _ = select(photos, measures, SelectionRecipe(photos=20, hold_out=3))

    assert not any(c.kept for c in few[:6])
    assert sum(c.kept for c in many[:6]) == 2
    assert all("although garment is cut off" in c.reason for c in many[:6] if c.kept)


def test_a_garment_too_wide_for_the_crop_goes_after_all_that_fit() -> None:
    photos, measures = a_shoot(24)
    for n in range(4):
        photos[n] = a_photo(n, width_px=800, height_px=600)

    choices, _ = select(photos, measures, SelectionRecipe(photos=21))

    assert sum(c.kept for c in choices[:4]) == 1
    assert next("beyond the photo" in c.reason for c in choices[:4] if c.kept)


def test_what_is_pinned_is_kept_whatever_its_faults_and_what_is_banned_is_not() -> None:
    photos, measures = a_shoot(40)
    measures[7] = a_measure(7, backdrop=RED)
    before = kept(select(photos, measures, RECIPE)[0])
    wishes = SelectionRecipe(photos=20, pinned=("007.jpg",), banned=(before[0],))

    choices, _ = select(photos, measures, wishes)

    told = {c.file_name: c for c in choices}
    assert told["007.jpg"].kept
    assert told["007.jpg"].reason.startswith("kept: you pinned it; ")
    assert "although backdrop is red" in told["007.jpg"].reason
    assert not told[before[0]].kept
    assert told[before[0]].reason == "left out: you banned it"
    assert len(kept(choices)) == 20


@pytest.mark.parametrize(
    ("wishes", "what"),
    [
        ({"pinned": ("nowhere.jpg",)}, "no photo 'nowhere.jpg'"),
        ({"pinned": ("001.jpg",), "banned": ("001.jpg",)}, "both pinned and banned"),
        ({"photos": 10, "pinned": tuple(f"{n:03}.jpg" for n in range(11))}, "11 photos are pinned"),
    ],
)
def test_wishes_that_cannot_be_followed_are_refused(wishes: dict[str, object], what: str) -> None:
    photos, measures = a_shoot(20)

    with pytest.raises(InvalidRequest, match=what) as refused:
        select(photos, measures, SelectionRecipe.model_validate(wishes))

    assert refused.value.hint


def test_a_pinned_photo_goes_before_its_twin() -> None:
    photos, measures = a_shoot(15)
    measures[8] = measures[7].model_copy(update={"photo": photos[8].id, "sharpness": 0.6})

    choices, _ = select(photos, measures, SelectionRecipe(pinned=("008.jpg",)))

    assert choices[8].kept
    assert "same garment as 008.jpg" in choices[7].reason


def test_no_exchange_of_two_photos_would_make_the_choice_better() -> None:
    photos, measures = a_shoot(30)
    scene = scene_of(measures)
    taken = {m.photo: m for m in measures}
    pool = pool_of(photos, taken, scene, compare(measures), SelectionRecipe()).candidates

    chosen = best_set(pool, 12)

    inside = {c.photo.id for c in chosen}
    others = [c for c in pool if c.photo.id not in inside]
    for leaving in chosen:
        rest = [c for c in chosen if c is not leaving]
        assert all(worth([*rest, coming]) <= worth(chosen) + 1e-9 for coming in others)


def test_a_few_photos_less_leave_most_of_the_choice_as_it_was() -> None:
    photos, measures = a_shoot(100)
    before = set(kept(select(photos, measures, RECIPE)[0]))

    after = set(kept(select(photos[5:], measures[5:], RECIPE)[0]))

    assert len(before & after) >= 0.8 * len(before)


def test_a_rare_category_and_colour_go_before_more_of_the_same() -> None:
    photos, measures = a_shoot(40)
    photos = [p.model_copy(update={"category": "t-shirt"}) for p in photos]
    measures = [m.model_copy(update={"garment_colours": ("black",)}) for m in measures]
    photos[33] = photos[33].model_copy(update={"category": "kimono"})
    measures[34] = measures[34].model_copy(update={"garment_colours": ("orange",)})

    choices, _ = select(photos, measures, SelectionRecipe(photos=10))

    assert choices[33].kept
    assert choices[34].kept


def test_the_range_of_the_shoot_is_covered() -> None:
    photos, measures = a_shoot(60)

    choices, _ = select(photos, measures, RECIPE)

    names = set(kept(choices))
    categories = Counter(p.category for p in photos if p.file_name in names)
    assert len(categories) == 4
    assert max(categories.values()) <= 8


def test_the_order_of_the_photos_does_not_matter() -> None:
    photos, measures = a_shoot(40)
    order = np.random.default_rng(3).permutation(40)

    shuffled = select([photos[i] for i in order], [measures[i] for i in order[::-1]], RECIPE)

    assert shuffled == select(photos, measures, RECIPE)


def test_a_shoot_with_fewer_usable_photos_than_asked_gives_those_it_has() -> None:
    photos, measures = a_shoot(12)

    assert len(kept(select(photos, measures, RECIPE)[0])) == 12


def test_too_few_usable_photos_are_refused_with_the_counts_and_a_way_out() -> None:
    photos, measures = a_shoot(12)
    measures[0] = a_measure(0, sharpness=0.2)
    measures[1] = a_measure(1, sharpness=0.2)
    measures[2] = a_measure(2, backdrop=RED)

    with pytest.raises(NotEnoughPhotos) as refused:
        select(photos, measures, RECIPE)

    assert "9 of 12" in str(refused.value)
    assert "sharpness 2" in str(refused.value)
    assert "backdrop 1" in str(refused.value)
    assert "beige" in refused.value.hint


def test_one_photo_is_not_enough() -> None:
    with pytest.raises(NotEnoughPhotos, match="1 of 1"):
        select([a_photo(0)], [a_measure(0)], RECIPE)
