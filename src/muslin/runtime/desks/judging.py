"""Judging: reports and what people decide on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from muslin.domain.fact import ReportId
from muslin.domain.judging import Decision, Review
from muslin.review.decide import decide
from muslin.runtime.desks.desk import Desk
from muslin.runtime.disk import write_atomic
from muslin.runtime.jobs.work import report_page
from muslin.runtime.storage.records import Records


class JudgingDesk(Desk):
    """Look at a proof, decide."""

    def report_page(self, id: str) -> Path:
        """The HTML page of a report; written anew where it is missing."""
        found = self.report(id)
        page = report_page(self._shop.home, found)
        if not page.exists():
            write_atomic(page, self._shop.blobs.get(found.page))
        return page

    def reviews(self, report: ReportId) -> list[Review]:
        """The decisions on a report, oldest first: the last one counts."""
        return self._read(lambda records: records.reviews.of_report(report))

    def review(
        self, report: str, person: str, decision: Decision, reasons: Sequence[str] = ()
    ) -> Review:
        """Write down a named person's decision on a report."""
        review = decide(self.report(report), person, decision, reasons)
        with self._shop.storage.transaction() as connection:
            Records(connection).reviews.add(review)
        return review
