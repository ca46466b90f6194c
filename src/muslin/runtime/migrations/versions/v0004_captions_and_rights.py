"""People's changes to captions, the ledger of rights, and what was retired.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.schema import SchemaItem

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    """Make their tables."""
    _facts("caption_change", sa.Column("id", sa.String, nullable=False, unique=True), _shoot())
    _facts("rights_entry", _shoot(), sa.Column("photo", sa.String, index=True))
    _facts(
        "retirement",
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.UniqueConstraint("kind", "subject"),
    )


def _facts(name: str, *items: SchemaItem) -> None:
    number = sa.Column("number", sa.Integer, primary_key=True, autoincrement=True)
    body = sa.Column("body", sa.Text, nullable=False)
    op.create_table(name, number, *items, body, sqlite_autoincrement=True)


def _shoot() -> sa.Column[str]:
    return sa.Column("shoot", sa.String, sa.ForeignKey("shoot.id"), nullable=False, index=True)
