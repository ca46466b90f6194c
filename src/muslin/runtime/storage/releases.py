"""Releases, the aliases that point to them, and the pictures made with them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from muslin.domain.fact import Fact, GenerationId, ReleaseId
from muslin.domain.leaving import Alias, Generation, Release
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import alias_history, aliases, generations, releases


class AliasMove(Fact):
    """An alias was pointed to a release, or to none, by somebody."""

    name: str
    alias: Alias
    release: ReleaseId | None
    at: datetime
    by: str


class SqlReleases:
    """Releases and aliases in SQL; the caller owns the transaction.

    Every move of an alias is written down and never changed.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._releases = Shelf(connection, releases, Release)

    def get(self, release: ReleaseId) -> Release:
        """The release with that id. Raises NotFound."""
        return self._releases.get("release", release, hint="`muslin releases list` shows them.")

    def add(self, release: Release) -> None:
        """Keep a new release."""
        self._releases.add(release, id=release.id, name=release.name, report=release.report)

    def all(self) -> list[Release]:
        """All releases, oldest first."""
        return self._releases.all()

    def named(self, name: str) -> list[Release]:
        """The releases of one name, oldest first."""
        return self._releases.all(releases.c.name == name)

    def point(self, name: str, alias: Alias, release: ReleaseId, at: datetime, by: str) -> None:
        """Let a name's alias mean this release, whatever it meant before."""
        self._clear(name, alias)
        self._connection.execute(insert(aliases).values(name=name, alias=alias, release=release))
        self._remember(AliasMove(name=name, alias=alias, release=release, at=at, by=by))

    def unpoint(self, name: str, alias: Alias, at: datetime, by: str) -> None:
        """Let a name's alias mean nothing."""
        self._clear(name, alias)
        self._remember(AliasMove(name=name, alias=alias, release=None, at=at, by=by))

    def aliases(self, name: str) -> dict[Alias, ReleaseId]:
        """What each alias of a name means; those that mean nothing are absent."""
        a = aliases.c
        rows = self._connection.execute(
            select(a.alias, a.release).where(a.name == name).order_by(a.alias)
        )
        return {Alias(row.alias): ReleaseId(row.release) for row in rows}

    def holders(self, alias: Alias) -> dict[str, ReleaseId]:
        """What an alias means for each name that has it."""
        a = aliases.c
        rows = self._connection.execute(
            select(a.name, a.release).where(a.alias == alias).order_by(a.name)
        )
        return {row.name: ReleaseId(row.release) for row in rows}

    def moves(self, name: str) -> list[AliasMove]:
        """Every move of a name's aliases, oldest first."""
        h = alias_history.c
        rows = self._connection.execute(
            select(h.name, h.alias, h.release, h.at, h.by).where(h.name == name).order_by(h.number)
        )
        return [AliasMove.model_validate(dict(row._mapping)) for row in rows]

    def _clear(self, name: str, alias: Alias) -> None:
        same = (aliases.c.name == name, aliases.c.alias == alias)
        self._connection.execute(delete(aliases).where(*same))

    def _remember(self, move: AliasMove) -> None:
        row = move.model_dump(mode="json")
        self._connection.execute(insert(alias_history).values(row))


class SqlGenerations:
    """Generations in SQL; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._generations = Shelf(connection, generations, Generation)

    def get(self, generation: GenerationId) -> Generation:
        """The generation with that id. Raises NotFound."""
        return self._generations.get(
            "generation", generation, hint="A picture's metadata holds the id that it was made as."
        )

    def add(self, generation: Generation) -> None:
        """Keep a new generation."""
        self._generations.add(generation, id=generation.id, release=generation.release)

    def all(self) -> list[Generation]:
        """Everything that was made, oldest first."""
        return self._generations.all()

    def of_release(self, release: ReleaseId | None) -> list[Generation]:
        """What was made with a release, oldest first; None = with the base network, untuned."""
        return self._generations.all(generations.c.release == release)
