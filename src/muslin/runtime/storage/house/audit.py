"""What people did, line by line; the database itself refuses to change one."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from muslin.domain.house.people import AuditLine
from muslin.runtime.storage.tables import audit


class SqlAudit:
    """The audit log in SQL, append-only; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, line: AuditLine) -> None:
        """Write a line at the end."""
        self._connection.execute(
            insert(audit).values(line.model_dump(mode="json", exclude={"number"}))
        )

    def newest(self, count: int) -> list[AuditLine]:
        """The newest lines, newest first."""
        wanted = select(audit).order_by(audit.c.number.desc()).limit(count)
        return [
            AuditLine.model_validate(dict(row))
            for row in self._connection.execute(wanted).mappings()
        ]
