"""Validation reports, the pictures drawn for them, and what people decided on them."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from muslin.domain.fact import BlobId, ReportId, ReviewId, RunId
from muslin.domain.judging import Review, ValidationReport
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import rendered, reports, reviews


class SqlReports:
    """Reports in SQL; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._reports = Shelf(connection, reports, ValidationReport)

    def get(self, report: ReportId) -> ValidationReport:
        """The report with that id. Raises NotFound."""
        hint = "`muslin runs list` shows the runs; `muslin reports show` takes a run's name, too."
        return self._reports.get("report", report, hint=hint)

    def add(self, report: ValidationReport) -> None:
        """Keep a new report."""
        self._reports.add(report, id=report.id, run=report.run, name=report.name)

    def of_run(self, run: RunId) -> list[ValidationReport]:
        """The reports of a run, oldest first."""
        return self._reports.all(reports.c.run == run)

    def named(self, name: str) -> list[ValidationReport]:
        """The reports of one name, oldest first."""
        return self._reports.all(reports.c.name == name)

    def latest_named(self, name: str) -> ValidationReport | None:
        """The newest report of the runs of one name."""
        return self._reports.last(reports.c.name == name)


class SqlRendered:
    """Which probes are drawn already, in SQL; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> BlobId | None:
        """The picture kept under a key, if any."""
        found = select(rendered.c.picture).where(rendered.c.key == key)
        picture: str | None = self._connection.scalar(found)
        return None if picture is None else BlobId(picture)

    def put(self, key: str, picture: BlobId) -> None:
        """Keep a picture under a key, in place of another."""
        again = update(rendered).where(rendered.c.key == key).values(picture=picture)
        if not self._connection.execute(again).rowcount:
            self._connection.execute(insert(rendered).values(key=key, picture=picture))


class SqlReviews:
    """Reviews in SQL, never changed once added; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._reviews = Shelf(connection, reviews, Review)

    def get(self, review: ReviewId) -> Review:
        """The review with that id. Raises NotFound."""
        return self._reviews.get(
            "review", review, hint="`muslin reports show` tells a report's reviews."
        )

    def add(self, review: Review) -> None:
        """Keep a new decision; it counts from now on."""
        self._reviews.add(review, id=review.id, report=review.report)

    def of_report(self, report: ReportId) -> list[Review]:
        """The decisions on a report, oldest first: the last one counts."""
        return self._reviews.all(reviews.c.report == report)
