"""What only grows: changes of captions, rights, retirements."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from muslin.domain.curation.captions import CaptionChange, CaptionEdit, ChangeId
from muslin.domain.curation.rights import (
    EntryKind,
    RetiredKind,
    Retirement,
    RightsEntry,
    WithdrawalId,
)
from muslin.domain.dataset import Caption
from muslin.domain.fact import PhotoId, ShootId
from muslin.runtime.storage.database import Storage
from muslin.runtime.storage.records import Records
from tests.runtime.storage.makers import AT, a_photo, a_shoot


@pytest.fixture
def records(storage: Storage) -> Iterator[Records]:
    with storage.transaction() as connection:
        kept = Records(connection)
        for n in (1, 2):
            kept.shoots.add(a_shoot(n))
        yield kept


def a_change(n: int, shoot: int = 1) -> CaptionChange:
    red = Caption(text="a red tee", author="rule")
    edit = CaptionEdit(photo=PhotoId("sha-a.jpg"), file_name="a.jpg", before=red, after=None)
    return CaptionChange(
        id=ChangeId(f"change-{n}"),
        shoot=ShootId(f"shoot-{shoot}"),
        person="Ada",
        what="undo",
        at=AT,
        edits=(edit,),
    )


def an_entry(owner: str, *, shoot: int = 1, photo: str | None = None) -> RightsEntry:
    return RightsEntry(
        kind=EntryKind.STATED,
        shoot=ShootId(f"shoot-{shoot}"),
        photo=None if photo is None else PhotoId(f"sha-{photo}"),
        owner=owner,
        said_by="Ada",
        source="command",
        at=AT,
    )


def a_retirement(reason: str, subject: str = "release-1") -> Retirement:
    return Retirement(
        kind=RetiredKind.RELEASE,
        subject=subject,
        name="ss26",
        reason=reason,
        withdrawal=WithdrawalId("withdrawal-1"),
        by="Ada",
        at=AT,
    )


def test_changes_of_captions_stay_in_the_order_in_which_they_were_made(records: Records) -> None:
    for n in (2, 1):
        records.caption_changes.add(a_change(n))
    records.caption_changes.add(a_change(3, shoot=2))

    assert records.caption_changes.of_shoot(ShootId("shoot-1")) == [a_change(2), a_change(1)]


def test_what_was_said_of_a_photo_holds_in_every_shoot_that_has_it(records: Records) -> None:
    records.photos.add(a_photo("both.jpg", shoot=1))
    records.photos.add(a_photo("both.jpg", shoot=2))
    ours, theirs = an_entry("ours"), an_entry("theirs", shoot=2, photo="both.jpg")
    elsewhere = an_entry("elsewhere", shoot=2)
    stranger = an_entry("stranger", shoot=2, photo="other.jpg")
    for entry in (ours, theirs, elsewhere, stranger):
        records.rights.add(entry)

    assert records.rights.of_shoot(ShootId("shoot-1")) == [ours, theirs]
    assert records.rights.of_shoot(ShootId("shoot-2")) == [theirs, elsewhere]


def test_the_first_reason_to_retire_something_stays(records: Records) -> None:
    first, again = a_retirement("sold"), a_retirement("sold twice")
    other = a_retirement("sold", "release-2")

    records.retirements.add_new([first, other])
    records.retirements.add_new([again])

    assert records.retirements.of(RetiredKind.RELEASE, "release-1") == first
    assert records.retirements.of(RetiredKind.RUN, "release-1") is None
    assert records.retirements.all() == [first, other]
