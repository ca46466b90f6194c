"""Rules, gates and overrides, what people judged, probes by version, and proposals to train again.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make their tables."""
    _facts(
        "rules",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("name", "version", name="uq_rules_name_version"),
    )
    _facts("gate_override", _of_report("gate_override"))
    _facts(
        "gate",
        sa.Column("name", sa.String, nullable=False, index=True),
        sa.Column("phase", sa.String, nullable=False),
    )
    _facts(
        "judgement",
        sa.Column("id", sa.String, nullable=False),
        _of_report("judgement"),
        sa.UniqueConstraint("id", name="uq_judgement_id"),
    )
    op.create_table(
        "claim",
        sa.Column("task", sa.String, primary_key=True),
        _of_report("claim"),
        sa.Column("body", sa.Text, nullable=False),
    )
    _facts(
        "probe_set",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.UniqueConstraint("name", "version", name="uq_probe_set_name_version"),
    )
    _facts(
        "proposal",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False, index=True),
        sa.UniqueConstraint("id", name="uq_proposal_id"),
    )
    _facts("parity", _of_report("parity"))


def _facts(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        *columns,
        sa.Column("body", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )


def _of_report(table: str) -> sa.Column[str]:
    key = sa.ForeignKey("report.id", name=f"fk_{table}_report")
    return sa.Column("report", sa.String, key, nullable=False, index=True)
