"""People, the secrets that let them in, what they did, and the pictures that they ordered.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make their tables; the audit log refuses every change, by the database's own hand."""
    _facts(
        "person",
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("password", sa.String, nullable=False),
    )
    _facts(
        "pass",
        sa.Column("kind", sa.String, nullable=False, index=True),
        sa.Column("person", sa.String, sa.ForeignKey("person.id"), index=True),
        sa.Column("digest", sa.String, nullable=False, unique=True),
    )
    _facts("picture_order", sa.Column("state", sa.String, nullable=False, index=True))
    for name in ("saying", "answer"):
        op.create_table(
            name,
            sa.Column("name", sa.String, primary_key=True),
            sa.Column("words", sa.Text, nullable=False),
        )
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        *(sa.Column(n, sa.String, nullable=False) for n in ("at", "who", "what", "on", "outcome")),
        sqlite_autoincrement=True,
    )
    _append_only("audit")


def _facts(name: str, *items: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        *items,
        sa.Column("body", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )


def _append_only(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
            )
    elif op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE RULE {table}_no_update AS ON UPDATE TO {table} DO INSTEAD NOTHING")
        op.execute(f"CREATE RULE {table}_no_delete AS ON DELETE TO {table} DO INSTEAD NOTHING")
