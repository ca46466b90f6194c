"""The tables: what is searched for has a column, the rest of a fact is its JSON in `body`.

Nothing here is particular to SQLite. `number` keeps the order in which things were said, which
the clock, exact to the second, does not.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.sql.schema import SchemaItem

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _facts(name: str, *items: SchemaItem) -> Table:
    """A table of facts in the order in which they were added; numbers are never used twice."""
    number = Column("number", Integer, primary_key=True, autoincrement=True)
    body = Column("body", Text, nullable=False)
    return Table(name, METADATA, number, *items, body, sqlite_autoincrement=True)


def _id() -> Column[str]:
    return Column("id", String, nullable=False, unique=True)


def _key(name: str) -> Column[str]:
    return Column(name, String, nullable=False)


def _of(name: str, target: str) -> Column[str]:
    return Column(name, String, ForeignKey(target), nullable=False, index=True)


shoots = _facts("shoot", _id(), Column("name", String, nullable=False, unique=True))
photos = _facts(
    "photo",
    _of("shoot", "shoot.id"),
    _key("id"),
    _key("file_name"),
    UniqueConstraint("shoot", "id"),
)
problems = _facts("problem", _of("shoot", "shoot.id"))
measures = _facts(
    "measures",
    _key("photo"),
    Column("version", Integer, nullable=False),
    UniqueConstraint("photo", "version"),
)
datasets = _facts(
    "dataset",
    _id(),
    _of("shoot", "shoot.id"),
    _key("digest"),
    UniqueConstraint("shoot", "digest"),
)
runs = _facts(
    "run", _id(), Column("name", String, nullable=False, index=True), _of("dataset", "dataset.id")
)
checkpoints = _facts(
    "checkpoint",
    _id(),
    _of("run", "run.id"),
    Column("step", Integer, nullable=False),
    UniqueConstraint("run", "step"),
)
reports = _facts(
    "report", _id(), _of("run", "run.id"), Column("name", String, nullable=False, index=True)
)
reviews = _facts("review", _id(), _of("report", "report.id"))
rendered = Table(
    "rendered",
    METADATA,
    Column("key", String, primary_key=True),
    _key("picture"),
)
releases = _facts(
    "release",
    _id(),
    Column("name", String, nullable=False, index=True),
    _of("report", "report.id"),
)
generations = _facts(
    "generation", _id(), Column("release", String, ForeignKey("release.id"), index=True)
)

licence_acceptances = _facts(
    "licence_acceptance", Column("base", String, nullable=False, index=True), _key("digest")
)

rules = _facts(
    "rules",
    _key("name"),
    Column("version", Integer, nullable=False),
    UniqueConstraint("name", "version"),
)
gate_overrides = _facts("gate_override", _of("report", "report.id"))
gates = _facts("gate", Column("name", String, nullable=False, index=True), _key("phase"))
judgements = _facts("judgement", _id(), _of("report", "report.id"))
claims = Table(
    "claim",
    METADATA,
    Column("task", String, primary_key=True),
    _of("report", "report.id"),
    Column("body", Text, nullable=False),
)
probe_sets = _facts(
    "probe_set",
    _key("name"),
    Column("version", Integer, nullable=False),
    _key("digest"),
    UniqueConstraint("name", "version"),
)
proposals = _facts("proposal", _id(), Column("name", String, nullable=False, index=True))
parities = _facts("parity", _of("report", "report.id"))
caption_changes = _facts("caption_change", _id(), _of("shoot", "shoot.id"))
rights_entries = _facts(
    "rights_entry",
    _of("shoot", "shoot.id"),
    Column("photo", String, index=True),  # null = all photos of the shoot
)
retirements = _facts(
    "retirement", _key("kind"), _key("subject"), UniqueConstraint("kind", "subject")
)

aliases = Table(
    "alias",
    METADATA,
    Column("name", String, primary_key=True),
    Column("alias", String, primary_key=True),
    Column("release", String, ForeignKey("release.id"), nullable=False),
)
alias_history = Table(
    "alias_history",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    _key("name"),
    _key("alias"),
    Column("release", String, ForeignKey("release.id")),  # null = the alias was taken away
    _key("at"),
    _key("by"),
    Index(None, "name", "alias"),
    sqlite_autoincrement=True,
)

jobs = Table(
    "job",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    _id(),
    _key("kind"),
    Column("key", String, nullable=False, unique=True),
    _key("subject"),
    Column("state", String, nullable=False, index=True),
    Column("fence", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("strikes", Integer, nullable=False),  # deaths in a row without progress
    Column("lease_until", Float),  # seconds since 1970, null unless running
    Column("holder", Text),  # the supervisor's ProcessIdentity, null unless running
    Column("error_code", String),
    Column("error", Text),
    Column("hint", Text),
    _key("created_at"),
    Column("finished_at", String),
    sqlite_autoincrement=True,
)
attempts = Table(
    "attempt",
    METADATA,
    _of("job", "job.id"),
    Column("fence", Integer, nullable=False),
    Column("holder", Text, nullable=False),
    Column("child", Text),  # its ProcessIdentity, once it has introduced itself
    Column("advanced", Boolean, nullable=False),  # got further than every attempt before
    _key("started_at"),
    Column("ended_at", String),
    Column("outcome", String),
    UniqueConstraint("job", "fence"),
)
events = Table(
    "event",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("job", String, ForeignKey("job.id"), nullable=False),
    Column("fence", Integer, nullable=False),
    _key("kind"),
    _key("at"),
    Column("step", String),  # of progress: which step of the work, and how far
    Column("done", Integer),
    Column("body", Text, nullable=False),
    Index(None, "job", "number"),
    Index(None, "job", "step", "done"),
    sqlite_autoincrement=True,
)

people = _facts(
    "person", _id(), Column("name", String, nullable=False, unique=True), _key("password")
)
passes = _facts(
    "pass",
    _id(),
    Column("kind", String, nullable=False, index=True),
    Column("person", String, ForeignKey("person.id"), index=True),  # null = a guest
    Column("digest", String, nullable=False, unique=True),
)
audit = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    _key("at"),
    _key("who"),
    _key("what"),
    _key("on"),
    _key("outcome"),
    sqlite_autoincrement=True,
)
picture_orders = _facts("picture_order", _id(), Column("state", String, nullable=False, index=True))
sayings = Table(
    "saying",
    METADATA,
    Column("name", String, primary_key=True),
    Column("words", Text, nullable=False),
)
answers = Table(
    "answer",
    METADATA,
    Column("name", String, primary_key=True),
    Column("words", Text, nullable=False),
)
