"""What people agreed to of the licences of bases."""

from __future__ import annotations

from sqlalchemy import Connection

from muslin.domain.licence import LicenceAcceptance
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import licence_acceptances


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
