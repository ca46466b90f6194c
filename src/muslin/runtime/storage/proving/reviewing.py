"""What people said of pictures, who is looking at which, and whether serving draws the same."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from muslin.domain.fact import ReportId
from muslin.domain.judging import Claim, Judgement, Parity
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import claims, judgements, parities


class SqlJudgements:
    """Judgements in SQL; one that is taken back stays. The caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._judgements = Shelf(connection, judgements, Judgement)

    def of_report(self, report: ReportId) -> list[Judgement]:
        """Everything that was said on a report's pictures, oldest first."""
        return self._judgements.all(judgements.c.report == report)

    def add(self, judgement: Judgement) -> None:
        """Keep a new judgement."""
        self._judgements.add(judgement, id=judgement.id, report=judgement.task.report)

    def undo(self, judgement: Judgement) -> None:
        """Keep a judgement that says since when it no longer counts."""
        self._judgements.replace(judgement, judgements.c.id == judgement.id)


class SqlClaims:
    """Claims in SQL, one to a task; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_report(self, report: ReportId) -> list[Claim]:
        """The claims on a report's pictures, those that ran out included."""
        bodies = self._connection.scalars(select(claims.c.body).where(claims.c.report == report))
        return [Claim.model_validate_json(body) for body in bodies]

    def put(self, claim: Claim) -> None:
        """Keep a claim, in place of one that was on the same task."""
        self.drop(claim.task)
        row = {"task": claim.task, "report": claim.report, "body": claim.model_dump_json()}
        self._connection.execute(insert(claims).values(row))

    def drop(self, task: str) -> None:
        """Let go of a task."""
        self._connection.execute(delete(claims).where(claims.c.task == task))


class SqlParities:
    """What came of drawing probes again, in SQL; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._parities = Shelf(connection, parities, Parity)

    def add(self, parity: Parity) -> None:
        """Keep what was found; it counts from now on."""
        self._parities.add(parity, report=parity.report)

    def of_report(self, report: ReportId) -> Parity | None:
        """What was found last for a report; None where nobody looked."""
        return self._parities.last(parities.c.report == report)
