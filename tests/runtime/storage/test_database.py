from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from muslin.domain.errors import DiskFull, HomeUnusable, InvalidRequest
from muslin.runtime.home import Home, open_home
from muslin.runtime.migrations import NEWEST
from muslin.runtime.migrations.upgrade import settings_of
from muslin.runtime.settings import Settings
from muslin.runtime.storage.database import Storage
from muslin.runtime.storage.records import Records
from muslin.runtime.storage.tables import METADATA
from tests.runtime.conftest import fill
from tests.runtime.processes import run_at_once
from tests.runtime.storage.crowd import count_up, open_and_close
from tests.runtime.storage.makers import a_photo, a_shoot


def test_a_new_database_has_the_newest_tables(storage: Storage) -> None:
    with storage.transaction() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
        newest = ScriptDirectory.from_config(settings_of(connection)).get_current_head()

    assert differences == []
    assert storage.version() == NEWEST == newest


def test_what_was_said_is_there_when_the_studio_opens_again(home: Home) -> None:
    with Storage.open(home, Settings()) as storage, storage.transaction() as connection:
        Records(connection).shoots.add(a_shoot())

    with Storage.open(home, Settings()) as again, again.reading() as connection:
        assert Records(connection).shoots.all() == [a_shoot()]


def test_a_transaction_that_fails_says_nothing(storage: Storage) -> None:
    def fail_midway() -> None:
        with storage.transaction() as connection:
            Records(connection).shoots.add(a_shoot())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_midway()

    with storage.reading() as connection:
        assert Records(connection).shoots.all() == []


def test_commits_outlive_a_power_cut_and_links_are_kept(storage: Storage) -> None:
    with storage.reading() as connection:
        settings = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    full = 2  # sqlite.org/pragma.html#pragma_synchronous
    assert settings == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 30_000,
    }


def test_processes_that_read_and_then_write_wait_for_each_other(home: Home) -> None:
    with Storage.open(home, Settings()) as storage, storage.transaction() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))

    run_at_once(4, count_up, home, 25)

    with Storage.open(home, Settings()) as storage, storage.reading() as connection:
        assert connection.scalar(text("SELECT n FROM counter")) == 100


def test_a_new_studio_may_be_opened_by_many_at_once(home: Home) -> None:
    run_at_once(6, open_and_close, home)

    with Storage.open(home, Settings()) as storage:
        assert storage.version() == NEWEST


def test_reading_keeps_no_writer_waiting(storage: Storage) -> None:
    with storage.reading() as reader:
        before = Records(reader).shoots.all()
        with storage.transaction() as writer:
            Records(writer).shoots.add(a_shoot())
        after = Records(reader).shoots.all()

    assert before == after == []


def test_a_database_of_a_newer_version_is_refused_untouched(home: Home) -> None:
    with Storage.open(home, Settings()) as storage, storage.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(HomeUnusable, match="newer version") as refusal:
        Storage.open(home, Settings())

    assert "Update" in refusal.value.hint
    with closing(sqlite3.connect(home.database)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


@pytest.mark.parametrize("contents", [b"not a database at all, but long enough", b"SQLite format"])
def test_a_file_that_is_no_database_is_refused(home: Home, contents: bytes) -> None:
    home.database.write_bytes(contents * 100)

    with pytest.raises(HomeUnusable, match="damaged or no database"):
        Storage.open(home, Settings())

    assert home.database.read_bytes() == contents * 100


def test_a_folder_in_the_databases_place_is_refused(home: Home) -> None:
    home.database.mkdir()

    with pytest.raises(HomeUnusable, match=r"muslin\.db"):
        Storage.open(home, Settings())


@pytest.mark.parametrize("url", ["nonsense", "oracle+nothing://there", "postgresql+absent://x/y"])
def test_a_database_url_that_leads_nowhere_is_refused(home: Home, url: str) -> None:
    with pytest.raises(InvalidRequest, match="MUSLIN_DATABASE_URL"):
        Storage.open(home, Settings(database_url=url))


def test_a_database_elsewhere_is_used_when_it_is_named(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.db"
    Storage.open(home, Settings(database_url=f"sqlite:///{elsewhere}")).close()

    assert elsewhere.exists()
    assert not home.database.exists()


def test_a_full_disk_takes_nothing_back_and_nothing_half(small_disk: Path) -> None:
    home = open_home(small_disk / "studio")
    with Storage.open(home, Settings()) as storage:
        with storage.transaction() as connection:
            Records(connection).shoots.add(a_shoot())
        fill(small_disk)

        with pytest.raises(DiskFull):
            _add_photos(storage, 2_000)

        (small_disk / "filler").unlink()
        with storage.transaction() as connection:
            Records(connection).photos.add(a_photo("after.jpg"))
            kept = Records(connection)
            assert kept.shoots.all() == [a_shoot()]
            assert kept.photos.of(a_shoot().id) == [a_photo("after.jpg")]
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"


def _add_photos(storage: Storage, count: int) -> None:
    with storage.transaction() as connection:
        for n in range(count):
            Records(connection).photos.add(a_photo(f"{n}.jpg"))


def test_a_disk_too_full_for_a_new_database_is_refused_and_left_clean(small_disk: Path) -> None:
    home = open_home(small_disk / "studio")
    fill(small_disk, leaving_bytes=16_384)

    with pytest.raises(DiskFull):
        Storage.open(home, Settings())

    (small_disk / "filler").unlink()
    with Storage.open(home, Settings()) as storage:
        assert storage.version() == NEWEST
