from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from muslin.curation.rights.standing import barred, carried_on, expiring, lacking, rights_of
from muslin.domain.curation.rights import (
    OWN,
    Consent,
    EntryKind,
    PhotoRights,
    RightsEntry,
    Standing,
    Statement,
)
from muslin.domain.fact import PhotoId, ShootId
from muslin.domain.findings import Guess
from tests.curation.shop import a_measure, a_photo, photo_id

TODAY = date(2026, 3, 15)
PHOTOS = [a_photo(n) for n in range(3)]
WORN = {
    photo_id(n): a_measure(n, presentation=Guess(name="on_model", confidence=0.97))
    for n in range(3)
}


def an_entry(photo: int | None = None, **changed: object) -> RightsEntry:
    plain: dict[str, object] = {
        "kind": EntryKind.STATED,
        "shoot": ShootId("shoot-1"),
        "photo": None if photo is None else photo_id(photo),
        "licence": OWN,
        "owner": "Atelier Ada",
        "said_by": "Ada",
        "source": "command",
        "at": datetime(2026, 3, 1, tzinfo=UTC),
    }
    return RightsEntry.model_validate(plain | changed)


def stand(*ledger: RightsEntry, worn: bool = False) -> list[Standing]:
    return [one.standing for one in found(*ledger, worn=worn)]


def found(*ledger: RightsEntry, worn: bool = False) -> list[PhotoRights]:
    return rights_of(PHOTOS, ledger, WORN if worn else {}, TODAY)


def test_what_nobody_spoke_of_is_unstated() -> None:
    assert stand() == [Standing.UNSTATED] * 3


def test_a_statement_about_the_shoot_holds_for_photos_that_nobody_singled_out() -> None:
    theirs = an_entry(1, licence="stock licence 12", owner="Agency", until=date(2026, 3, 14))

    assert stand(theirs, an_entry()) == [Standing.GIVEN, Standing.EXPIRED, Standing.GIVEN]


@pytest.mark.parametrize(
    ("until", "standing"),
    [
        (TODAY - timedelta(days=1), Standing.EXPIRED),
        (TODAY, Standing.GIVEN),
        (None, Standing.GIVEN),
    ],
)
@pytest.mark.parametrize("whose", ["licence", "consent"])
def test_rights_hold_to_the_end_of_their_last_day(
    until: date | None, standing: Standing, whose: str
) -> None:
    zoe = Consent(person="Zoe", until=until if whose == "consent" else None)
    entry = an_entry(until=until if whose == "licence" else None, consents=(zoe,))

    assert stand(entry, worn=True) == [standing] * 3
    assert {one.until for one in found(entry)} == {until}


def test_whoever_is_shown_must_have_agreed() -> None:
    assert stand(an_entry(), worn=True) == [Standing.NO_CONSENT] * 3
    assert stand(an_entry(consents=(Consent(person="Zoe"),)), worn=True) == [Standing.GIVEN] * 3


def test_a_withdrawal_holds_against_the_shoot_and_ends_with_a_word_on_the_photo() -> None:
    gone = an_entry(1, kind=EntryKind.WITHDRAWN, reason="contract ended")

    assert stand(an_entry(), gone, an_entry())[1] is Standing.WITHDRAWN
    assert barred(found(an_entry(), gone)) == {
        photo_id(1): "withdrawn by Ada on 2026-03-01: contract ended"
    }
    assert stand(an_entry(), gone, an_entry(1))[1] is Standing.GIVEN


def test_only_what_somebody_said_no_to_is_barred() -> None:
    ended = an_entry(0, until=date(2026, 1, 1))

    assert set(barred(found(ended))) == {photo_id(0)}
    assert len(lacking(found(ended))) == 3


def test_what_ends_soon_is_warned_of_soonest_first() -> None:
    ledger = [
        an_entry(0, until=TODAY + timedelta(days=30)),
        an_entry(1, until=TODAY + timedelta(days=31)),
        an_entry(2, consents=(Consent(person="Zoe", until=TODAY),)),
    ]

    ending = expiring(found(*ledger), timedelta(days=30), TODAY)

    assert [one.photo for one in ending] == [photo_id(2), photo_id(0)]


def test_what_a_statement_leaves_out_keeps_holding() -> None:
    before = an_entry(
        until=date(2027, 1, 1),
        consents=(Consent(person="Zoe", pay="200 EUR"), Consent(person="Kim")),
    )
    news = Statement(consents=(Consent(person="Zoe", pay="300 EUR"),))

    after = carried_on(news, before)

    assert (after.licence, after.owner, after.until) == (OWN, "Atelier Ada", date(2027, 1, 1))
    assert [(c.person, c.pay) for c in after.consents] == [("Kim", ""), ("Zoe", "300 EUR")]
    assert carried_on(news, None) == news
    assert carried_on(news, an_entry(kind=EntryKind.WITHDRAWN)) == news


def test_the_words_name_who_said_it() -> None:
    zoe = Consent(person="Zoe", channels=("shop", "social"), until=date(2027, 1, 1))

    (first, *_) = found(an_entry(consents=(zoe,)))

    assert first.words == (
        "own photos of Atelier Ada, said by Ada; consent of Zoe for shop, social until 2027-01-01"
    )
    assert PhotoId(first.photo) == photo_id(0)
