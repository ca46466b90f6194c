"""Which probes each validation draws, and which trainings were proposed."""

from __future__ import annotations

from sqlalchemy import Connection

from muslin.domain.judging import ProbeSetVersion
from muslin.domain.proving.retraining import Proposal
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import probe_sets, proposals


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


class SqlProposals:
    """Proposals in SQL, none ever taken away; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._proposals = Shelf(connection, proposals, Proposal)

    def get(self, proposal: str) -> Proposal:
        """The proposal with that id. Raises NotFound."""
        return self._proposals.get("proposal", proposal, hint="`muslin proposals list` shows them.")

    def add(self, proposal: Proposal) -> None:
        """Keep a new proposal."""
        self._proposals.add(proposal, id=proposal.id, name=proposal.name)

    def decide(self, proposal: Proposal) -> None:
        """Keep what was decided on a proposal."""
        self._proposals.replace(proposal, proposals.c.id == proposal.id)

    def of(self, name: str) -> list[Proposal]:
        """Every proposal of one name, oldest first."""
        return self._proposals.all(proposals.c.name == name)

    def all(self) -> list[Proposal]:
        """Every proposal, oldest first."""
        return self._proposals.all()
