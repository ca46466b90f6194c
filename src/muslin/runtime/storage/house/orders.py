"""Ordered pictures, answers that were given before, and what the house is called."""

from __future__ import annotations

from sqlalchemy import Connection, Table, delete, insert, select

from muslin.domain.house.orders import OrderState, PictureOrder
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import answers, picture_orders, sayings


class SqlPictureOrders:
    """Orders of pictures in SQL; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._orders = Shelf(connection, picture_orders, PictureOrder)

    def add(self, order: PictureOrder) -> None:
        """Keep a new order."""
        self._orders.add(order, id=order.id, state=order.state)

    def get(self, order: str) -> PictureOrder:
        """The order with that id. Raises NotFound."""
        return self._orders.get("order", order, hint="Make shows the newest orders.")

    def open(self) -> list[PictureOrder]:
        """Orders that are not over, oldest first."""
        return self._orders.all(picture_orders.c.state == OrderState.OPEN)

    def all(self) -> list[PictureOrder]:
        """All orders, oldest first."""
        return self._orders.all()

    def change(self, order: PictureOrder) -> None:
        """Keep how far an order has come, unless it is over already."""
        still = (picture_orders.c.id == order.id, picture_orders.c.state == OrderState.OPEN)
        self._orders.replace(order, *still, state=order.state)


class SqlWords:
    """Short texts by name, one table each; the caller owns the transaction."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection, self._table = connection, table

    def get(self, name: str) -> str | None:
        """What was said under a name, if anything."""
        found: str | None = self._connection.scalar(
            select(self._table.c.words).where(self._table.c.name == name)
        )
        return found

    def put(self, name: str, words: str) -> None:
        """Say something under a name, in place of what was said before."""
        self._connection.execute(delete(self._table).where(self._table.c.name == name))
        self._connection.execute(insert(self._table).values(name=name, words=words))


def settings_of_the_house(connection: Connection) -> SqlWords:
    """What the owner decides, such as the brand's name."""
    return SqlWords(connection, sayings)


def answers_given(connection: Connection) -> SqlWords:
    """What was answered under an idempotency key."""
    return SqlWords(connection, answers)
