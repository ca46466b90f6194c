from __future__ import annotations

from collections.abc import Callable

import pytest

from muslin.curation.freeze import digest_of, freeze
from muslin.domain.catalog import Photo, Shoot
from muslin.domain.dataset import (
    Caption,
    DatasetPhoto,
    DatasetVersion,
    SelectionRecipe,
    Split,
)
from muslin.domain.fact import PhotoId, ShootId, now
from muslin.domain.findings import Measures
from tests.curation.shop import a_shoot

SHOOT = Shoot(id=ShootId("shoot-1"), name="ss26", folder="photos/ss26", imported_at=now())
RECIPE = SelectionRecipe(photos=12, hold_out=3)


def words(photo: Photo, measures: Measures) -> Caption:
    return Caption(text=f"a {measures.garment_colours[0]} {photo.category}", author="rule")


def frozen(recipe: SelectionRecipe = RECIPE) -> DatasetVersion:
    photos, measures = a_shoot(30)
    return freeze(SHOOT, photos, measures, recipe, words)


def test_a_version_holds_what_was_kept_and_why_the_rest_was_not() -> None:
    version = frozen()

    assert (version.shoot, version.name) == (SHOOT.id, "ss26")
    assert [p.photo for p in version.photos] == [c.photo for c in version.choices if c.kept]
    assert len(version.photos) == 12
    assert len(version.choices) == 30
    assert sum(p.split is Split.HOLD_OUT for p in version.photos) == 3
    assert all(p.crop.width_px == RECIPE.width_px for p in version.photos)
    assert all(p.caption.author == "rule" for p in version.photos)


def test_freezing_again_gives_the_same_digest_in_a_new_version() -> None:
    one, again = frozen(), frozen()

    assert one.digest == again.digest
    assert one.id != again.id
    assert DatasetVersion.model_validate_json(one.model_dump_json()) == one


def first(version: DatasetVersion, **changed: object) -> tuple[DatasetPhoto, ...]:
    photo = version.photos[0].model_copy(update=changed)
    return (photo, *version.photos[1:])


@pytest.mark.parametrize(
    "change",
    [
        lambda v: first(v, photo=PhotoId("0" * 64)),
        lambda v: first(v, caption=Caption(text="a dress", author="rule")),
        lambda v: first(v, caption=v.photos[0].caption.model_copy(update={"author": "Ada"})),
        lambda v: first(v, crop=v.photos[0].crop.model_copy(update={"left_px": 1})),
        lambda v: first(
            v, split=Split.TEACH if v.photos[0].split is Split.HOLD_OUT else Split.HOLD_OUT
        ),
        lambda v: v.photos[1:],
    ],
    ids=["bytes", "caption", "author", "crop", "split", "one less"],
)
def test_the_digest_covers_bytes_crops_captions_and_splits(
    change: Callable[[DatasetVersion], tuple[DatasetPhoto, ...]],
) -> None:
    version = frozen()

    assert digest_of(change(version), RECIPE) != version.digest


def test_the_digest_covers_the_recipe_and_no_file_names_or_order() -> None:
    version = frozen()
    renamed = first(version, file_name="renamed.jpg")

    assert digest_of(renamed[::-1], RECIPE) == version.digest
    assert digest_of(version.photos, RECIPE.model_copy(update={"seed": 1})) != version.digest


def test_the_digest_is_what_sha256sum_says_of_the_canonical_json() -> None:
    # printf '{"format":1,"photos":[],"recipe":{"height_px":256,"hold_out":3,
    # "margin_fraction":0.06,"photos":20,"seed":0,"width_px":192}}' | sha256sum  (on one line)
    expected = "038c4043a72003715990480c46eb150eec979d87c165f0379b2e40faddaae28f"

    assert digest_of((), SelectionRecipe()) == expected
