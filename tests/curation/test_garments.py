from __future__ import annotations

import pytest

from muslin.curation.garments import garment_in, garment_of, together
from muslin.curation.splits import split_by_garment
from muslin.domain.catalog import Photo
from muslin.domain.dataset import Split
from tests.curation.shop import a_measure, a_photo, photo_id


@pytest.mark.parametrize(
    ("file_names", "garment"),
    [
        (("4711-front.jpg", "4711-back.jpg", "4711_detail_2.jpg"), "4711"),
        (("AB-4711_01.jpg", "ab-4711_02.png"), "ab 4711"),
        (("red_dress_front.jpg", "red_dress_Back.jpg", "red dress side.jpg"), "red dress"),
        (("aw26/KN1204-1.jpg", "aw26/KN1204-12.jpg", "aw26/kn1204 (3).jpg"), "aw26/kn1204"),
        (("4711/front.jpg", "4711/back.jpg"), "4711"),
        (("shoot/style-88123a_v2.jpg", "shoot/STYLE-88123A.model.jpg"), "shoot/style 88123a"),
    ],
)
def test_the_views_of_one_article_are_one_garment(
    file_names: tuple[str, ...], garment: str
) -> None:
    assert {garment_in(name) for name in file_names} == {garment}


@pytest.mark.parametrize(
    "file_name",
    [
        "IMG_0001.jpg",
        "IMG_2041_1.jpg",
        "DSC-1234-2.jpg",
        "PXL_20260301_142530_2.jpg",
        "20260301_1.jpg",
        "20260301_142530.jpg",
        "photo_12.jpg",
        "dress-red.jpg",
        "4711.jpg",
        "front.jpg",
        "1.jpg",
        "0bd7a506-9042-4dfc-b061-0a8279c887bb.jpg",
        "WhatsApp Image 2026-03-01 at 12.30.45.jpg",
    ],
)
def test_names_of_cameras_dates_and_lone_photos_name_no_garment(file_name: str) -> None:
    assert garment_in(file_name) is None


def test_folders_keep_the_same_number_apart() -> None:
    assert garment_in("ss26/4711-front.jpg") != garment_in("aw26/4711-front.jpg")


def test_the_shops_own_article_comes_before_the_file_name() -> None:
    front = a_photo(1, file_name="4711-front.jpg", garment=" KN-9 ")

    assert garment_of(front) == "kn-9"
    assert garment_of(front.model_copy(update={"garment": None})) == "4711"


def a_pair(number: int) -> list[Photo]:
    return [
        a_photo(2 * number + k, file_name=f"{4000 + number}-{view}.jpg")
        for k, view in enumerate(("front", "back"))
    ]


def test_groups_join_where_the_shop_says_so_and_every_photo_stays_once() -> None:
    photos = [photo for n in range(4) for photo in a_pair(n)]
    alone = [frozenset({photo.id}) for photo in photos]
    bridge = frozenset({photos[1].id, photos[2].id})  # looks alike across two articles

    groups = together([*alone[:1], bridge, *alone[3:]], photos)

    assert sorted(map(len, groups)) == [2, 2, 4]
    assert {photo for group in groups for photo in group} == {photo.id for photo in photos}
    assert together(alone, [a_photo(n) for n in range(8)]) == sorted(alone, key=min)


def test_front_and_back_of_a_garment_are_never_taught_and_tested() -> None:
    photos = [photo for n in range(12) for photo in a_pair(n)]
    measures = [a_measure(n) for n in range(24)]  # to the eye, 24 different garments

    for seed in range(20):
        splits = split_by_garment(measures, 4, seed, photos)
        assert all(splits[photo_id(2 * n)] is splits[photo_id(2 * n + 1)] for n in range(12))
        assert sum(split is Split.HOLD_OUT for split in splits.values()) == 4
