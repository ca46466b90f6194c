"""What people agreed to of the licences of bases, and what they said of rights in photos."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from muslin.domain.curation.rights import RetiredKind, Retirement, RightsEntry
from muslin.domain.fact import ShootId
from muslin.domain.licence import LicenceAcceptance
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import licence_acceptances, photos, retirements, rights_entries


class SqlAcceptances:
    """Acceptances in SQL, none ever changed or taken away; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._acceptances = Shelf(connection, licence_acceptances, LicenceAcceptance)

    def add(self, acceptance: LicenceAcceptance) -> None:
        """Keep a new acceptance."""
        self._acceptances.add(acceptance, base=acceptance.base, digest=acceptance.digest)

    def of(self, base: str) -> list[LicenceAcceptance]:
        """What was agreed to of one base, oldest first."""
        return self._acceptances.all(licence_acceptances.c.base == base)

    def all(self) -> list[LicenceAcceptance]:
        """Everything that was agreed to, oldest first."""
        return self._acceptances.all()


class SqlRights:
    """The ledger of rights in SQL, which only grows; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._entries = Shelf(connection, rights_entries, RightsEntry)

    def add(self, entry: RightsEntry) -> None:
        """Write a new entry; it counts from now on."""
        self._entries.add(entry, shoot=entry.shoot, photo=entry.photo)

    def of_shoot(self, shoot: ShootId) -> list[RightsEntry]:
        """What was said of a shoot and of each of its photos, in whatever shoot; oldest first."""
        e = rights_entries.c
        inside = select(photos.c.id).where(photos.c.shoot == shoot)
        return self._entries.all((e.shoot == shoot) & e.photo.is_(None) | e.photo.in_(inside))


class SqlRetirements:
    """What may not be used any more, in SQL; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._retirements = Shelf(connection, retirements, Retirement)

    def add_new(self, found: Iterable[Retirement]) -> None:
        """Retire what is not retired yet; the first reason stays."""
        for one in found:
            if self.of(one.kind, one.subject) is None:
                self._retirements.add(one, kind=one.kind, subject=one.subject)

    def of(self, kind: RetiredKind, subject: str) -> Retirement | None:
        """Why something may not be used any more; None where it may."""
        r = retirements.c
        return self._retirements.first(r.kind == kind, r.subject == subject)

    def all(self) -> list[Retirement]:
        """Everything that was retired, oldest first."""
        return self._retirements.all()
