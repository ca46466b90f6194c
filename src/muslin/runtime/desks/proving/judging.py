"""Judging: reports and what people decide on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from muslin.domain.fact import ReportId
from muslin.domain.judging import Decision, Review, ValidationReport
from muslin.review.decide import decide
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.desks.desk import Desk
from muslin.runtime.disk import write_atomic
from muslin.runtime.jobs.work import report_page
from muslin.runtime.proving.dossier import dossier_of_report, record_gates
from muslin.runtime.storage.records import Records
from muslin.validation.page_parts.addenda import with_overrides


class JudgingDesk(Desk):
    """Look at a proof, decide."""

    def report_page(self, id: str) -> Path:
        """The HTML page of a report; written anew where it is missing."""
        found = self.report(id)
        page = report_page(self._shop.home, found)
        return page if page.exists() else write_report_page(self._shop, found)

    def reviews(self, report: ReportId) -> list[Review]:
        """The decisions on a report, oldest first: the last one counts."""
        return self._read(lambda records: records.reviews.of_report(report))

    def review(
        self, report: str, person: str, decision: Decision, reasons: Sequence[str] = ()
    ) -> Review:
        """Write down a named person's decision on a report."""
        found = self.report(report)
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            excused = records.overrides.of_report(found.id)
            review = decide(found, person, decision, reasons, excused)
            records.reviews.add(review)
            record_gates(records, dossier_of_report(records, found))
        return review


def write_report_page(shop: Workshop, report: ValidationReport) -> Path:
    """Write a report's page anew, with everything that was overridden on it."""
    with shop.storage.reading() as connection:
        overrides = Records(connection).overrides.of_report(report.id)
    page = report_page(shop.home, report)
    write_atomic(page, with_overrides(shop.blobs.get(report.page), overrides))
    return page
