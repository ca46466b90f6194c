"""Learning from failures: cases, groups, what to collect, what became better."""

from __future__ import annotations

from muslin.domain.errors import InvalidRequest
from muslin.domain.judging import Judgement, ProbeSetVersion, ValidationReport
from muslin.domain.proving.failures import (
    CollectionPlan,
    FailureCase,
    FailureComparison,
    FailureGroup,
)
from muslin.review.failures.cases import cases_of
from muslin.review.failures.compare import compare
from muslin.review.failures.plan import groups_of, plan_of
from muslin.runtime.desks.desk import Desk
from muslin.runtime.storage.records import Records


class LearningDesk(Desk):
    """What went wrong, and what follows from it."""

    def failures(self, report: str) -> list[FailureCase]:
        """Every failure of a report's picked checkpoint, found by machines or people."""
        found = self.report(report)
        return cases_of(found, self._said(found))

    def failure_groups(self, report: str) -> list[FailureGroup]:
        """A report's failures by kind, garment and colour or backdrop, the surest rate first."""
        found = self.report(report)
        dataset = self._read(
            lambda records: records.datasets.get(records.runs.get(found.run).dataset)
        )
        return groups_of(self.failures(report), found, dataset)

    def collection_plan(self, report: str) -> CollectionPlan:
        """Which photos to bring, and how many, so that the next training does better."""
        return plan_of(self.failure_groups(report), self.report(report))

    def compare_failures(
        self, name: str, before: str | None = None, after: str | None = None
    ) -> FailureComparison:
        """How often each kind came up in two reports of a name; its last two unless named.

        Raises InvalidRequest when there is only one report yet.
        """
        reports = self._read(lambda records: records.reports.named(name))
        if len(reports) < 2 and not (before and after):
            raise InvalidRequest(
                f"{name!r} has {len(reports)} reports; a comparison takes two.",
                hint="Train on the next dataset under the same name and validate it.",
            )
        old = self.report(before) if before else reports[-2]
        new = self.report(after) if after else reports[-1]
        return compare(old, new, [*self._said(old), *self._said(new)])

    def probe_sets(self, name: str) -> list[ProbeSetVersion]:
        """Every version of the probes of a name, oldest first."""
        return self._read(lambda records: records.probe_sets.of(name))

    def _said(self, report: ValidationReport) -> list[Judgement]:
        return self._read(lambda records: records.judgements.of_report(report.id))


def all_failures(records: Records, name: str) -> list[FailureCase]:
    """Every failure that a name ever had, oldest report first."""
    return [
        case
        for report in records.reports.named(name)
        for case in cases_of(report, records.judgements.of_report(report.id))
    ]
