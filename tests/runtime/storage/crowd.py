"""What several processes do to one database at the same time."""

from __future__ import annotations

from sqlalchemy import text

from muslin.runtime.home import Home
from muslin.runtime.settings import Settings
from muslin.runtime.storage.database import Storage


def open_and_close(home: Home) -> None:
    """Open the studio's database, and make it when it is missing."""
    Storage.open(home, Settings()).close()


def count_up(home: Home, times: int) -> None:
    """Read a number and write the next one, each time in one transaction."""
    with Storage.open(home, Settings()) as storage:
        for _ in range(times):
            with storage.transaction() as connection:
                count = connection.scalar(text("SELECT n FROM counter"))
                connection.execute(text("UPDATE counter SET n = :n"), {"n": count + 1})
