"""Rights: who may use photos for what, who said so, and what falls when it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from fnmatch import fnmatchcase

from muslin.curation.rights.standing import carried_on, expiring
from muslin.domain.catalog import Shoot
from muslin.domain.curation.rights import (
    EntryKind,
    PhotoRights,
    RetiredKind,
    Retirement,
    RightsEntry,
    Statement,
    Withdrawal,
    WithdrawalId,
)
from muslin.domain.errors import InvalidRequest, NotFound
from muslin.domain.fact import PhotoId, ReleaseId, fresh, now
from muslin.runtime.curation.rights import (
    entry_of,
    refuse_lacking,
    rights_in,
    today,
    touched_by,
)
from muslin.runtime.desks.curating.datasets import DatasetsDesk
from muslin.runtime.storage.records import Records


class RightsDesk(DatasetsDesk):
    """State, list, warn, withdraw."""

    def state_rights(
        self,
        shoot: str,
        statement: Statement,
        person: str,
        files: Sequence[str] = (),
        source: str = "command",
    ) -> list[RightsEntry]:
        """Write down what a person says of a shoot's rights, or of some of its photos.

        What the statement leaves empty keeps holding. A statement about a photo brings a
        withdrawn one back; one about the whole shoot does not. Raises InvalidRequest for no
        person, or when neither licence, owner nor consent is said; NotFound for unknown photos.
        """
        found, who = self._shoot(shoot), _named(person)
        rights = self.rights(shoot)
        before: dict[PhotoId | None, RightsEntry | None] = (
            {one.photo: one.entry for one in _chosen(rights, files)}
            if files
            else {None: self._last_of_shoot(found)}
        )
        entries = [
            entry_of(found, photo, _said(carried_on(statement, entry)), source, who)
            for photo, entry in before.items()
        ]
        with self._shop.storage.transaction() as connection:
            for entry in entries:
                Records(connection).rights.add(entry)
        return entries

    def rights(self, shoot: str) -> list[PhotoRights]:
        """Where the rights in every photo of a shoot stand today, and why."""
        found = self._shoot(shoot)
        return self._read(lambda records: _all_of(records, found))

    def permit_shoot(self, shoot: str) -> None:
        """Raise RightsMissing where the workspace asks for rights and none are stated at all."""
        if self._shop.settings.rights == "required":
            rights = self.rights(shoot)
            unstated = [one for one in rights if one.entry is None]
            if len(unstated) == len(rights):
                refuse_lacking(unstated, shoot, "required")

    def expiring_rights(self, within: timedelta) -> list[tuple[Shoot, PhotoRights]]:
        """Photos of all shoots whose rights end within a time, soonest first in each shoot."""

        def find(records: Records) -> list[tuple[Shoot, PhotoRights]]:
            shoots = records.shoots.all()
            ends = [(shoot, expiring(_all_of(records, shoot), within, today())) for shoot in shoots]
            return [(shoot, one) for shoot, ending in ends for one in ending]

        return self._read(find)

    def withdraw_rights(
        self, shoot: str, person: str, reason: str, files: Sequence[str] = (), shown: str = ""
    ) -> Withdrawal:
        """Take back the rights in photos, by file or by a person who is shown, and retire
        everything that they went into: datasets, runs, checkpoints, releases and pictures.

        A retired release loses its aliases at once. Raises InvalidRequest without photos, person
        or reason; NotFound for unknown photos.
        """
        found, who, why = self._shoot(shoot), _named(person), _reason(reason)
        rights = self.rights(shoot)
        photos = _chosen(rights, files) if files else _showing(rights, shown)
        withdrawal = Withdrawal(
            id=WithdrawalId(fresh("withdrawal")),
            files=tuple(one.file_name for one in photos),
            reason=why,
            by=who,
            at=now(),
            retired=(),
        )
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            for one in photos:
                records.rights.add(_withdrawn(found, one.photo, withdrawal))
            retired = tuple(touched_by(records, [one.photo for one in photos], withdrawal))
            records.retirements.add_new(retired)
            _take_aliases(records, retired)
        return withdrawal.model_copy(update={"retired": retired})

    def retired(self) -> list[Retirement]:
        """Everything that may not be used any more, and why."""
        return self._read(lambda records: records.retirements.all())

    def _last_of_shoot(self, shoot: Shoot) -> RightsEntry | None:
        ledger = self._read(lambda records: records.rights.of_shoot(shoot.id))
        return next((entry for entry in reversed(ledger) if entry.photo is None), None)


def _all_of(records: Records, shoot: Shoot) -> list[PhotoRights]:
    return rights_in(records, shoot, records.photos.of(shoot.id))


def _chosen(rights: Sequence[PhotoRights], files: Sequence[str]) -> list[PhotoRights]:
    """The photos that file names or patterns mean. Raises NotFound for one that means none."""
    for file in files:
        if not any(fnmatchcase(one.file_name, file) for one in rights):
            raise NotFound(
                f"The shoot has no photo {file!r}.", hint="`muslin rights list` shows its photos."
            )
    return [one for one in rights if any(fnmatchcase(one.file_name, file) for file in files)]


def _showing(rights: Sequence[PhotoRights], person: str) -> list[PhotoRights]:
    """The photos on which somebody's consent is on record."""
    if not person:
        raise InvalidRequest(
            "Nothing was named to withdraw.", hint="Give --photo FILE, or --person NAME."
        )
    showing = [
        one
        for one in rights
        if one.entry is not None and any(c.person == person for c in one.entry.consents)
    ]
    if not showing:
        raise NotFound(
            f"No photo of the shoot has a consent of {person!r}.",
            hint="`muslin rights list` shows whose consents are on record.",
        )
    return showing


def _said(statement: Statement) -> Statement:
    if not (statement.licence or statement.owner or statement.consents):
        raise InvalidRequest(
            "Nothing was said of the rights.",
            hint="Give --own, or --licence TEXT and --owner NAME, or --person NAME.",
        )
    return statement


def _withdrawn(shoot: Shoot, photo: PhotoId, withdrawal: Withdrawal) -> RightsEntry:
    return RightsEntry(
        kind=EntryKind.WITHDRAWN,
        shoot=shoot.id,
        photo=photo,
        reason=withdrawal.reason,
        withdrawal=withdrawal.id,
        said_by=withdrawal.by,
        source="command",
        at=withdrawal.at,
    )


def _take_aliases(records: Records, retired: Sequence[Retirement]) -> None:
    for one in retired:
        if one.kind is RetiredKind.RELEASE:
            for alias, release in records.releases.aliases(one.name).items():
                if release == ReleaseId(one.subject):
                    records.releases.unpoint(one.name, alias, one.at, one.by)


def _named(person: str) -> str:
    if not person.strip():
        raise InvalidRequest(
            "What is said of rights needs a person's name.", hint='Say who you are: --as "Ada".'
        )
    return person.strip()


def _reason(reason: str) -> str:
    if not reason.strip():
        raise InvalidRequest(
            "A withdrawal needs a reason.", hint="Say why: --reason 'contract ended'."
        )
    return reason.strip()
