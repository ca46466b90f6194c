from __future__ import annotations

from muslin.curation.sets.diff import diff_of
from muslin.domain.dataset import Caption, Choice, DatasetPhoto, DatasetVersion, Split
from muslin.domain.fact import PhotoId
from tests.runtime.storage.makers import a_dataset

ONE = a_dataset().photos[0]


def a_photo(name: str, **changed: object) -> DatasetPhoto:
    return ONE.model_copy(update={"photo": PhotoId(name), "file_name": f"{name}.jpg", **changed})


def a_version(*photos: DatasetPhoto, **changed: object) -> DatasetVersion:
    plain: dict[str, object] = {"photos": photos, "choices": (), "digest": repr(photos)}
    return a_dataset().model_copy(update=plain | changed)


def test_a_version_differs_in_nothing_from_itself() -> None:
    version = a_version(a_photo("a"), a_photo("b"))

    diff = diff_of(version, version)

    assert diff.same_digest
    assert diff.kept == 2
    assert diff.backdrop_distance == 0
    changes = (diff.photos_in, diff.photos_out, diff.recropped, diff.recaptioned, diff.recipe)
    assert not any(changes)


def test_photos_come_and_go_with_the_later_versions_reason() -> None:
    left = Choice(photo=PhotoId("a"), file_name="a.jpg", kept=False, reason="left out: blurred")

    diff = diff_of(
        a_version(a_photo("a"), a_photo("b"), a_photo("c")),
        a_version(a_photo("b"), a_photo("d"), choices=(left,)),
    )

    assert (diff.photos_in, diff.photos_out, diff.kept) == (("d.jpg",), ("a.jpg", "c.jpg"), 1)
    assert diff.out_because == {"a.jpg": "left out: blurred"}


def test_the_same_photo_may_be_cropped_captioned_split_and_named_otherwise() -> None:
    crop = ONE.crop.model_copy(update={"left_px": 7})
    caption = Caption(text="a crimson t-shirt", author="Ada")

    diff = diff_of(
        a_version(a_photo("a"), a_photo("b"), a_photo("c"), a_photo("d")),
        a_version(
            a_photo("a", crop=crop),
            a_photo("b", caption=caption),
            a_photo("c", split=Split.HOLD_OUT),
            a_photo("d", file_name="renamed.jpg"),
        ),
    )

    assert diff.kept == 4
    assert diff.recropped == ("a.jpg",)
    (words,) = diff.recaptioned
    assert (words.file_name, words.after, words.author) == ("b.jpg", "a crimson t-shirt", "Ada")
    assert diff.resplit == ("c.jpg",)
    assert diff.photos_in == diff.photos_out == ()


def test_a_recipes_changed_fields_are_named() -> None:
    recipe = a_dataset().recipe.model_copy(update={"photos": 12, "seed": 4})

    diff = diff_of(a_version(a_photo("a")), a_version(a_photo("a"), recipe=recipe))

    assert [(c.field, c.before, c.after) for c in diff.recipe] == [
        ("photos", "20", "12"),
        ("seed", "0", "4"),
    ]
