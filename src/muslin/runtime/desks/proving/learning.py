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
from muslin.domain.proving.ranges import ProductRange, RangeCoverage
from muslin.domain.work import JobKind
from muslin.review.failures.cases import cases_of
from muslin.review.failures.compare import compare
from muslin.review.failures.plan import groups_of, plan_of
from muslin.runtime.desks.desk import Desk
from muslin.runtime.desks.proving.retraining import last_took
from muslin.runtime.storage.records import Records
from muslin.validation.pairwise import combinations_of, range_probes


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

    def cover(self, brand: ProductRange, name: str = "") -> RangeCoverage:
        """How many pictures a range takes and how long, before anything is drawn.

        The pace is that of the newest proof of `name`; unknown without one.
        """
        probes = range_probes(brand)
        whole, pairs = combinations_of(brand)
        pace = self._read(lambda records: pace_of(records, name))
        return RangeCoverage(
            prompts=len({probe.prompt for probe in probes}),
            pictures=len(probes),
            combinations=whole,
            pairs=pairs,
            seconds=None if pace is None else pace * len(probes),
            example=tuple(probe.prompt for probe in probes[:3]),
        )

    def set_range(self, brand: ProductRange, name: str) -> ProbeSetVersion:
        """Let the next proofs of a name cover this range, and what failed before."""
        from muslin.runtime.jobs.probing import next_version

        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            return next_version(records, name, range_probes(brand), "the range that was set", brand)

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


def pace_of(records: Records, name: str) -> float | None:
    """Seconds for one picture of the newest proof of a name, waiting included; None = unknown."""
    report = records.reports.latest_named(name)
    took = last_took(records, report, JobKind.VALIDATE) if report else None
    if report is None or took is None or not report.base.pictures:
        return None
    return took / ((1 + len(report.checkpoints)) * len(report.base.pictures))
