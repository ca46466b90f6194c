"""Which probes each validation draws."""

from __future__ import annotations

from sqlalchemy import Connection

from muslin.domain.judging import ProbeSetVersion
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import probe_sets


class SqlProbeSets:
    """Probe sets in SQL, every version kept; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._sets = Shelf(connection, probe_sets, ProbeSetVersion)

    def add(self, version: ProbeSetVersion) -> None:
        """Keep a new version."""
        self._sets.add(version, name=version.name, version=version.version, digest=version.digest)

    def of(self, name: str) -> list[ProbeSetVersion]:
        """Every version of one name, oldest first."""
        return self._sets.all(probe_sets.c.name == name)
