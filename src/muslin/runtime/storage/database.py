"""One database, and transactions on it that either happen or do not.

SQLite's settings, and why: WAL, so that readers and one writer do not wait for each other;
`synchronous=FULL`, so that a commit survives a power cut; `BEGIN IMMEDIATE`, because a deferred
transaction that reads and then writes fails with "database is locked" whatever its timeout
(sqlite.org/lang_transaction.html, 2.2).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from shutil import disk_usage
from types import TracebackType
from typing import Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from muslin.domain.errors import HomeUnusable, InvalidRequest, StudioError
from muslin.runtime.disk import disk_full, home_unusable
from muslin.runtime.home import Home
from muslin.runtime.migrations import NEWEST
from muslin.runtime.settings import Settings

BUSY_TIMEOUT_MS = 30_000
"""How long a write waits for another; every transaction of ours ends within milliseconds."""

CHECKPOINT_PAGES = 1000
"""SQLite's own default: move the log into the database whenever it has grown to 4 MB."""

_FULL_BELOW_BYTES = 1 << 20  # with less free than this an I/O error is told as a full disk


class Storage:
    """The studio's database; safe to use from several threads and processes."""

    def __init__(self, engine: Engine, place: Path) -> None:
        self._writing = engine
        self._reading = engine.execution_options(begin="BEGIN")
        self._place = place

    @classmethod
    def open(
        cls, home: Home, settings: Settings, *, checkpoint_pages: int = CHECKPOINT_PAGES
    ) -> Self:
        """Open the studio's database, made or brought up to date first.

        `checkpoint_pages` = 0 leaves moving the log into the database to other processes: SQLite
        before 3.51.3 can damage a database when two of them do it at once (its release notes).
        Raises HomeUnusable when it cannot be used or a newer version made it, and DiskFull.
        """
        engine = _engine(home, settings)
        if engine.dialect.name == "sqlite":
            _set_up_sqlite(engine, checkpoint_pages)
        storage = cls(engine, home.database)
        with ExitStack() as on_error:
            on_error.callback(storage.close)
            storage._bring_up_to_date()
            on_error.pop_all()
        return storage

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Everything in the block happens at once and durably, or not at all.

        Raises DiskFull and HomeUnusable. Not to be nested: the inner one would wait for the outer.
        """
        with self._plainly(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the database, which keeps no writer waiting."""
        with self._plainly(), self._reading.begin() as connection:
            yield connection

    def version(self) -> str | None:
        """The number of the newest migration that was made; None on an empty database."""
        with self.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return version

    def close(self) -> None:
        """Let go of all connections; the storage may be used again afterwards."""
        self._writing.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _bring_up_to_date(self) -> None:
        version = self.version()
        if version == NEWEST:
            return
        if version is not None and version > NEWEST:
            raise _too_new(self._place, version)
        from muslin.runtime.migrations.upgrade import upgrade  # alembic, when needed

        with self.transaction() as connection:
            upgrade(connection)

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            if (told := _refusal(error, self._place)) is None:
                raise
            raise told from error


def _engine(home: Home, settings: Settings) -> Engine:
    if not settings.database_url:
        return create_engine(URL.create("sqlite", database=str(home.database)))
    try:
        return create_engine(settings.database_url)
    except (ArgumentError, ModuleNotFoundError) as error:
        raise InvalidRequest(
            f"MUSLIN_DATABASE_URL names no database that can be reached from here: {error}.",
            hint="Unset it to use SQLite, or write postgresql+psycopg://… and install psycopg.",
        ) from error


def _set_up_sqlite(engine: Engine, checkpoint_pages: int) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        with closing(connection.cursor()) as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.execute(f"PRAGMA wal_autocheckpoint = {checkpoint_pages}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql(options.get("begin", "BEGIN IMMEDIATE"))


def _refusal(error: DatabaseError, place: Path) -> StudioError | None:
    """What a person is told; None for what only a defect of ours can cause."""
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_refusal(error.orig, place)
    if isinstance(error, OperationalError):
        return HomeUnusable(
            f"The database does not work: {error.orig}.",
            hint="See that MUSLIN_DATABASE_URL is right and its server runs.",
        )
    return None


def _sqlite_refusal(error: sqlite3.Error, place: Path) -> StudioError | None:
    said = getattr(error, "sqlite_errorname", "")
    if said == "SQLITE_FULL":
        return disk_full(place)
    if said.startswith("SQLITE_IOERR") and disk_usage(place.parent).free < _FULL_BELOW_BYTES:
        return disk_full(place)
    if said.startswith(("SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return home_unusable(place, str(error))
    if said.startswith("SQLITE_BUSY"):
        return HomeUnusable(
            f"{place} was kept busy by another program for {BUSY_TIMEOUT_MS // 1000} s.",
            hint="Close whatever else has the database open, and repeat.",
        )
    if said.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return HomeUnusable(
            f"{place} is damaged or no database: {error}.",
            hint="Restore the studio's folder from a copy, or choose another with --home.",
        )
    return None


def _too_new(place: Path, version: str) -> HomeUnusable:
    return HomeUnusable(
        f"{place} was made by a newer version of muslin (its tables are at {version}, "
        f"this version knows {NEWEST}).",
        hint="Update with `pip install --upgrade muslin`, or choose another folder with --home.",
    )
