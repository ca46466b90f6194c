"""Where the rights in photos stand on a day, from a ledger of what people said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from muslin.domain.catalog import Photo, Presentation
from muslin.domain.curation.rights import (
    BARRED,
    OWN,
    EntryKind,
    PhotoRights,
    RightsEntry,
    Standing,
    Statement,
)
from muslin.domain.fact import PhotoId
from muslin.domain.findings import Measures, presentation_of

WARN_WITHIN = timedelta(days=30)
"""An end so near is warned of: a month is what a new agreement takes."""


def rights_of(
    photos: Sequence[Photo],
    ledger: Sequence[RightsEntry],
    measures: Mapping[PhotoId, Measures],
    today: date,
) -> list[PhotoRights]:
    """The rights in every photo of one shoot, in their order.

    What was said last of a photo holds, in whatever shoot; where nothing was said of it, what was
    said last of the shoot. `measures` tell whether a person is shown, as far as they are there.
    """
    ids = {photo.id: photo for photo in photos}
    of_photo = {e.photo: e for e in ledger if e.photo in ids}
    of_shoot = [e for e in ledger if e.photo is None]
    last = of_shoot[-1] if of_shoot else None
    return [
        _rights(photo, of_photo.get(photo.id, last), measures.get(photo.id), today)
        for photo in photos
    ]


def barred(rights: Sequence[PhotoRights]) -> dict[PhotoId, str]:
    """Photos that nobody may learn from, because somebody said so, and why."""
    return {one.photo: one.words for one in rights if one.standing in BARRED}


def lacking(rights: Sequence[PhotoRights]) -> list[PhotoRights]:
    """Photos whose rights are not all there, on whatever grounds."""
    return [one for one in rights if one.standing is not Standing.GIVEN]


def expiring(rights: Sequence[PhotoRights], within: timedelta, today: date) -> list[PhotoRights]:
    """Photos whose rights still stand and end within a time, soonest first."""
    ends = [
        (one.until, one.file_name, one)
        for one in rights
        if one.standing is Standing.GIVEN and one.until and one.until <= today + within
    ]
    return [one for _, _, one in sorted(ends, key=lambda end: end[:2])]


def carried_on(statement: Statement, before: RightsEntry | None) -> Statement:
    """A statement with what it leaves empty taken from what held before it."""
    if before is None or before.kind is EntryKind.WITHDRAWN:
        return statement
    people = {consent.person for consent in statement.consents}
    kept = tuple(c for c in before.consents if c.person not in people)
    return Statement(
        licence=statement.licence or before.licence,
        owner=statement.owner or before.owner,
        until=statement.until or before.until,
        consents=(*kept, *statement.consents),
    )


def _rights(
    photo: Photo, entry: RightsEntry | None, measures: Measures | None, today: date
) -> PhotoRights:
    standing, words = _standing(entry, measures, today)
    return PhotoRights(
        photo=photo.id,
        file_name=photo.file_name,
        standing=standing,
        words=words,
        entry=entry,
        until=None if entry is None else _first_end(entry),
    )


def _standing(
    entry: RightsEntry | None, measures: Measures | None, today: date
) -> tuple[Standing, str]:
    if entry is None:
        return Standing.UNSTATED, "nobody has said who owns it"
    if entry.kind is EntryKind.WITHDRAWN:
        return (
            Standing.WITHDRAWN,
            f"withdrawn by {entry.said_by} on {entry.at:%Y-%m-%d}: {entry.reason}",
        )
    if entry.until is not None and entry.until < today:
        return Standing.EXPIRED, f"the licence {entry.licence!r} ended on {entry.until}"
    ended = [c for c in entry.consents if c.until is not None and c.until < today]
    if ended:
        return Standing.EXPIRED, f"the consent of {ended[0].person} ended on {ended[0].until}"
    if _person_shown(measures) and not entry.consents:
        return Standing.NO_CONSENT, "a person is shown, and no consent is on record"
    return Standing.GIVEN, _told(entry)


def _told(entry: RightsEntry) -> str:
    whose = f"own photos of {entry.owner}" if entry.licence == OWN else entry.licence
    people = "; ".join(_agreed(c.person, c.channels, c.until) for c in entry.consents)
    return f"{whose}, said by {entry.said_by}" + (f"; consent of {people}" if people else "")


def _agreed(person: str, channels: Sequence[str], until: date | None) -> str:
    where = f" for {', '.join(channels)}" if channels else ""
    return f"{person}{where}" + (f" until {until}" if until else "")


def _person_shown(measures: Measures | None) -> bool:
    return measures is not None and presentation_of(measures) is Presentation.ON_MODEL


def _first_end(entry: RightsEntry) -> date | None:
    ends = [end for end in (entry.until, *(c.until for c in entry.consents)) if end is not None]
    return min(ends, default=None)
