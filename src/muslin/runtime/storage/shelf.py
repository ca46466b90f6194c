"""What all nouns share: a table whose rows are facts."""

from __future__ import annotations

from typing import Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Table, insert, select, update

from muslin.domain.errors import NotFound
from muslin.domain.fact import Fact

AFact = TypeVar("AFact", bound=Fact)
Key = str | int | None


class Shelf(Generic[AFact]):
    """Facts of one kind; the caller owns the transaction."""

    def __init__(self, connection: Connection, table: Table, kind: type[AFact]) -> None:
        self._connection = connection
        self._table = table
        self._kind = kind

    def add(self, fact: AFact, **keys: Key) -> None:
        """Keep a new fact under the values of its key columns."""
        row = {**keys, "body": fact.model_dump_json()}
        self._connection.execute(insert(self._table).values(row))

    def replace(self, fact: AFact, *where: ColumnElement[bool], **keys: Key) -> int:
        """Put a fact in the place of those that match; returns how many there were."""
        row = {**keys, "body": fact.model_dump_json()}
        return self._connection.execute(update(self._table).where(*where).values(row)).rowcount

    def first(self, *where: ColumnElement[bool]) -> AFact | None:
        """The oldest fact that matches."""
        return self._one(where, self._table.c.number.asc())

    def last(self, *where: ColumnElement[bool]) -> AFact | None:
        """The newest fact that matches."""
        return self._one(where, self._table.c.number.desc())

    def all(
        self, *where: ColumnElement[bool], by: Column[str] | Column[int] | None = None
    ) -> list[AFact]:
        """All facts that match, ordered by a column or by age, oldest first."""
        order = self._table.c.number if by is None else by
        bodies = self._connection.scalars(
            select(self._table.c.body).where(*where).order_by(order, self._table.c.number)
        )
        return [self._kind.model_validate_json(body) for body in bodies]

    def get(self, noun: str, identity: str, *, hint: str) -> AFact:
        """The fact with that id. Raises NotFound with the hint."""
        found = self.first(self._table.c.id == identity)
        if found is None:
            raise NotFound(f"There is no {noun} {identity!r}.", hint=hint)
        return found

    def _one(
        self, where: tuple[ColumnElement[bool], ...], order: ColumnElement[int]
    ) -> AFact | None:
        found = select(self._table.c.body).where(*where).order_by(order).limit(1)
        body = self._connection.scalar(found)
        return None if body is None else self._kind.model_validate_json(body)
