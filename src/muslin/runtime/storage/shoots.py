"""Shoots."""

from __future__ import annotations

from sqlalchemy import Connection

from muslin.domain.catalog import Shoot
from muslin.domain.errors import NameTaken
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import shoots


class SqlShoots:
    """Shoots in SQL, one to a name; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._shoots = Shelf(connection, shoots, Shoot)

    def find(self, name: str) -> Shoot | None:
        """The shoot of that name, if there is one."""
        return self._shoots.first(shoots.c.name == name)

    def add(self, shoot: Shoot) -> None:
        """Keep a new shoot. Raises NameTaken."""
        if self.find(shoot.name) is not None:
            raise NameTaken(
                f"There is a shoot named {shoot.name!r} already.",
                hint="Choose another name; `muslin shoots list` shows those in use.",
            )
        self._shoots.add(shoot, id=shoot.id, name=shoot.name)

    def all(self) -> list[Shoot]:
        """All shoots, oldest first."""
        return self._shoots.all()
