"""The first tables.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.schema import SchemaItem

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Make them; constraints take their names from the naming convention of the tables."""
    _make_catalogue()
    _make_training()
    _make_judging()
    _make_leaving()
    _make_work()


def _make_catalogue() -> None:
    _facts("shoot", _id(), _text("name", unique=True))
    _facts(
        "photo",
        _of("shoot"),
        _text("id"),
        _text("file_name"),
        sa.UniqueConstraint("shoot", "id"),
    )
    _facts("problem", _of("shoot"))
    _facts(
        "measures",
        _text("photo"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("photo", "version"),
    )


def _make_training() -> None:
    _facts(
        "dataset",
        _id(),
        _of("shoot"),
        _text("digest"),
        sa.UniqueConstraint("shoot", "digest"),
    )
    _facts("run", _id(), _text("name", index=True), _of("dataset"))
    _facts(
        "checkpoint",
        _id(),
        _of("run"),
        sa.Column("step", sa.Integer, nullable=False),
        sa.UniqueConstraint("run", "step"),
    )


def _make_judging() -> None:
    _facts("report", _id(), _of("run"), _text("name", index=True))
    _facts("review", _id(), _of("report"))
    op.create_table("rendered", sa.Column("key", sa.String, primary_key=True), _text("picture"))


def _make_leaving() -> None:
    _facts("release", _id(), _text("name", index=True), _of("report"))
    _facts(
        "generation",
        _id(),
        sa.Column("release", sa.String, sa.ForeignKey("release.id"), index=True),
    )
    op.create_table(
        "alias",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("alias", sa.String, primary_key=True),
        sa.Column("release", sa.String, sa.ForeignKey("release.id"), nullable=False),
    )
    op.create_table(
        "alias_history",
        _number(),
        _text("name"),
        _text("alias"),
        sa.Column("release", sa.String, sa.ForeignKey("release.id")),
        _text("at"),
        _text("by"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alias_history_name_alias", "alias_history", ["name", "alias"])


def _make_work() -> None:
    op.create_table(
        "job",
        _number(),
        _id(),
        _text("kind"),
        _text("key", unique=True),
        _text("subject"),
        _text("state", index=True),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("strikes", sa.Integer, nullable=False),
        sa.Column("lease_until", sa.Float),
        sa.Column("holder", sa.Text),
        sa.Column("error_code", sa.String),
        sa.Column("error", sa.Text),
        sa.Column("hint", sa.Text),
        _text("created_at"),
        sa.Column("finished_at", sa.String),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "attempt",
        _of("job"),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("child", sa.Text),
        sa.Column("advanced", sa.Boolean, nullable=False),
        _text("started_at"),
        sa.Column("ended_at", sa.String),
        sa.Column("outcome", sa.String),
        sa.UniqueConstraint("job", "fence"),
    )
    _make_events()


def _make_events() -> None:
    op.create_table(
        "event",
        _number(),
        sa.Column("job", sa.String, sa.ForeignKey("job.id"), nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        _text("kind"),
        _text("at"),
        sa.Column("step", sa.String),
        sa.Column("done", sa.Integer),
        sa.Column("body", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_job_number", "event", ["job", "number"])
    op.create_index("ix_event_job_step_done", "event", ["job", "step", "done"])


def _facts(name: str, *items: SchemaItem) -> None:
    body = sa.Column("body", sa.Text, nullable=False)
    op.create_table(name, _number(), *items, body, sqlite_autoincrement=True)


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.Integer, primary_key=True, autoincrement=True)


def _id() -> sa.Column[str]:
    return _text("id", unique=True)


def _of(noun: str) -> sa.Column[str]:
    return sa.Column(noun, sa.String, sa.ForeignKey(f"{noun}.id"), nullable=False, index=True)


def _text(name: str, *, unique: bool = False, index: bool = False) -> sa.Column[str]:
    # None, not False: SQLAlchemy then leaves the column's own constraint out.
    return sa.Column(name, sa.String, nullable=False, unique=unique or None, index=index or None)
