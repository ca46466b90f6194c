"""Make the migrations that a database lacks, inside the caller's transaction."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def settings_of(connection: Connection) -> Config:
    """What Alembic needs to know; there is no alembic.ini."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "muslin.runtime:migrations")
    config.set_main_option("path_separator", "os")
    return config


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest version; nothing happens when they are."""
    command.upgrade(settings_of(connection), "head")
