"""Gating: the brand's non-negotiables, the five gates, and overrides by name."""

from __future__ import annotations

from dataclasses import replace

from muslin.domain.errors import InvalidRequest
from muslin.domain.fact import now
from muslin.domain.leaving import Override
from muslin.domain.proving.gates import GateRecord
from muslin.domain.proving.rules import Rules, RulesVersion
from muslin.release.gate import gate
from muslin.release.override import override
from muslin.release.phases import phase_gates, with_earlier
from muslin.runtime.desks.desk import Desk
from muslin.runtime.desks.proving.judging import write_report_page
from muslin.runtime.proving.dossier import challenge_of, dossier_of, dossier_of_report, record_gates
from muslin.runtime.storage.records import Records


class GatingDesk(Desk):
    """What must hold, how it stands, and who excused what."""

    def set_rules(self, rules: Rules, by: str, name: str = "") -> RulesVersion:
        """Make rules count from now on for a name, or for the whole house.

        The same rules again change nothing. Raises InvalidRequest without a person.
        """
        if not by.strip():
            raise InvalidRequest("Rules need a person's name.", hint="Say who sets them with --as.")
        with self._shop.storage.transaction() as connection:
            kept = Records(connection).rules
            known = kept.of(name)
            if known and known[-1].rules == rules:
                return known[-1]
            version = RulesVersion(
                name=name, version=len(known) + 1, rules=rules, by=by.strip(), at=now()
            )
            kept.add(version)
        return version

    def rules(self, name: str = "") -> RulesVersion | None:
        """The rules that count for a name, its own or the house's; None where there are none."""
        return self._read(lambda records: records.rules.that_count(name))

    def gates(self, name: str) -> list[GateRecord]:
        """The five gates of a name as they stand now; what changed is written down."""
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            dossier = dossier_of(records, name)
            record_gates(records, dossier)
            latest = {record.phase: record for record in records.gates.of(name)}
        return [latest[gate.phase] for gate in phase_gates(dossier)]

    def gate_history(self, name: str) -> list[GateRecord]:
        """Every record of a name's gates, oldest first."""
        return self._read(lambda records: records.gates.of(name))

    def override(self, report: str, check: str, person: str, reason: str) -> Override:
        """Let one check not hold a release back, in a person's name; kept and shown for ever.

        Raises InvalidRequest and GateClosed.
        """
        found = self.report(report)
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            dossier = replace(
                dossier_of_report(records, found), challenge=challenge_of(records, found)
            )
            decision = gate(found, dossier.reviews, with_earlier(dossier))
            said = override(decision, found.id, check, person, reason)
            records.overrides.add(said)
            record_gates(records, dossier_of_report(records, found))
        write_report_page(self._shop, found)
        return said
