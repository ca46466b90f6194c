"""The brand's rules, the gates as they were found, and who overrode what."""

from __future__ import annotations

from sqlalchemy import Connection

from muslin.domain.fact import ReportId
from muslin.domain.leaving import Override
from muslin.domain.proving.gates import GateRecord
from muslin.domain.proving.rules import RulesVersion
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import gate_overrides, gates, rules

HOUSE = ""
"""The name under which the rules of the whole house are kept."""


class SqlRules:
    """Rules in SQL, every version kept; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._rules = Shelf(connection, rules, RulesVersion)

    def add(self, version: RulesVersion) -> None:
        """Keep new rules; they count from now on."""
        self._rules.add(version, name=version.name, version=version.version)

    def of(self, name: str) -> list[RulesVersion]:
        """Every version of the rules of one name, oldest first."""
        return self._rules.all(rules.c.name == name)

    def that_count(self, name: str) -> RulesVersion | None:
        """The newest rules of a name, else of the whole house; None where nobody set any."""
        return self._rules.last(rules.c.name == name) or self._rules.last(rules.c.name == HOUSE)


class SqlOverrides:
    """Overrides in SQL, none ever changed or taken away; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._overrides = Shelf(connection, gate_overrides, Override)

    def add(self, override: Override) -> None:
        """Keep a new override."""
        self._overrides.add(override, report=override.report)

    def of_report(self, report: ReportId) -> tuple[Override, ...]:
        """What was overridden of one report's gate, oldest first."""
        return tuple(self._overrides.all(gate_overrides.c.report == report))


class SqlGates:
    """Gates as they were found, in SQL, never changed; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._gates = Shelf(connection, gates, GateRecord)

    def add(self, record: GateRecord) -> None:
        """Keep how a gate came out."""
        self._gates.add(record, name=record.name, phase=record.phase)

    def of(self, name: str) -> list[GateRecord]:
        """Every record of one name, oldest first."""
        return self._gates.all(gates.c.name == name)
