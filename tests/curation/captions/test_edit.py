from __future__ import annotations

from datetime import UTC

import pytest

from muslin.curation.captions.edit import (
    Reword,
    adding,
    captioned,
    change_of,
    matching,
    removing,
    replacing,
    said_by_people,
    setting,
    undo_of,
)
from muslin.domain.curation.captions import CaptionChange, CaptionedPhoto, CaptionFilter
from muslin.domain.curation.vocabulary import Vocabulary
from muslin.domain.dataset import Caption
from muslin.domain.errors import InvalidRequest
from muslin.domain.fact import PhotoId, ShootId
from tests.curation.shop import a_shoot, photo_id

SHOOT = ShootId("shoot-1")
PHOTOS, MEASURES = a_shoot(20)


def today(*changes: CaptionChange) -> list[CaptionedPhoto]:
    return captioned(PHOTOS, MEASURES, Vocabulary(), said_by_people(changes))


def texts(photos: list[CaptionedPhoto]) -> dict[PhotoId, str]:
    return {photo.photo: photo.caption.text for photo in photos}


def changed(photos: list[CaptionedPhoto], reword: Reword, person: str = "Ada") -> CaptionChange:
    return change_of(SHOOT, photos, lambda p: reword(p.caption.text), person, "a change")


@pytest.mark.parametrize(
    ("reword", "before", "after"),
    [
        (replacing("tee", "t-shirt"), "a navy Tee", "a navy t-shirt"),
        (replacing("tee", "t-shirt"), "a teen in steel", "a teen in steel"),
        (replacing("shirt", "blouse"), "a t-shirt", "a t-shirt"),
        (replacing("a.b", "c"), "aXb, a.b", "aXb, c"),
        (replacing("red", r"\1"), "a red hat", r"a \1 hat"),
        (adding("long sleeves"), "a red top", "a red top, long sleeves"),
        (adding("long sleeves"), "a red top, Long Sleeves", "a red top, Long Sleeves"),
        (removing("on a beige background"), "a hat, on a beige background", "a hat"),
        (removing("flat lay"), "a hat, flat lay, wool", "a hat, wool"),
        (setting("  a  blue hat "), "a red hat", "a blue hat"),
    ],
)
def test_words_change_only_whole_and_leave_no_stray_comma(
    reword: Reword, before: str, after: str
) -> None:
    assert reword(before) == after


def test_a_change_keeps_who_made_it_and_when_and_touches_what_matches_alone() -> None:
    before = today()
    dresses = matching(before, CaptionFilter(category="dress"))

    change = changed(dresses, adding("silk"), " Ada ")
    after = today(change)

    assert change.person == "Ada"
    assert change.at.tzinfo is UTC
    for old, new in zip(before, after, strict=True):
        is_dress = old.category == "dress"
        assert new.caption.author == ("Ada" if is_dress else "rule")
        assert new.caption.text == old.caption.text + (", silk" if is_dress else "")


@pytest.mark.parametrize(
    "wanted",
    [
        CaptionFilter(category="skirt", colour="black"),
        CaptionFilter(text="Black"),
        CaptionFilter(file="00*.jpg"),
        CaptionFilter(author="rule"),
    ],
)
def test_a_filter_lets_through_what_fits_all_of_it(wanted: CaptionFilter) -> None:
    found = matching(today(), wanted)

    assert found
    for photo in today():
        fits = (
            wanted.category in (None, photo.category)
            and (wanted.colour is None or wanted.colour in photo.colours)
            and (wanted.text is None or "black" in photo.caption.text.split())
            and (wanted.file is None or photo.file_name < "010.jpg")
        )
        assert (photo in found) is fits


def test_undoing_step_by_step_ends_where_it_began() -> None:
    one = changed(today(), adding("silk"))
    two = changed(today(one), replacing("silk", "satin"), "Bo")
    three = changed(today(one, two)[:5], setting("a coat"))
    ledger = [one, two, three]
    states = [texts(today()), texts(today(one)), texts(today(one, two))]

    for expected in reversed(states):
        ledger.append(undo_of(ledger, "Cy"))
        assert texts(today(*ledger)) == expected

    assert said_by_people(ledger) == {}
    assert today(*ledger) == today()
    with pytest.raises(InvalidRequest, match="no change"):
        undo_of(ledger, "Cy")


def test_undo_gives_back_the_author_too() -> None:
    one = changed(today(), adding("silk"), "Ada")
    two = changed(today(one), replacing("silk", "satin"), "Bo")

    said = said_by_people([one, two, undo_of([one, two], "Cy")])

    assert {caption.author for caption in said.values()} == {"Ada"}


def test_a_change_after_an_undo_is_undone_alone() -> None:
    one = changed(today(), adding("silk"))
    back = undo_of([one], "Ada")
    two = changed(today(one, back), adding("wool"))

    again = undo_of([one, back, two], "Ada")

    assert again.undoes == two.id
    assert today(one, back, two, again) == today()


@pytest.mark.parametrize("person", ["", "  ", "rule", "sidecar"])
def test_nobody_changes_captions_in_nobodys_name(person: str) -> None:
    with pytest.raises(InvalidRequest, match="name"):
        changed(today(), adding("silk"), person)


def test_a_change_that_changes_nothing_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="Nothing changes"):
        changed(today(), replacing("tweed", "wool"))
    with pytest.raises(InvalidRequest, match="at least one word"):
        adding(" ")


def test_a_persons_words_outlive_a_new_rule() -> None:
    said = {photo_id(0): Caption(text="the red coat of the cover", author="Ada")}
    house = Vocabulary(categories={"dress": "gown"})

    photos = captioned(PHOTOS, MEASURES, house, said)

    assert photos[0].caption.author == "Ada"
    assert "gown" in photos[4].caption.text
