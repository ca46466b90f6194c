"""What every desk of the studio works with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from muslin.domain.dataset import DatasetVersion
from muslin.domain.fact import DatasetId, ReportId, RunId
from muslin.domain.judging import ValidationReport
from muslin.domain.licence import Licence
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.storage.records import Records

T = TypeVar("T")


class Desk:
    """A part of the studio's verbs, with what all parts look up.

    Every method is one or more whole transactions.
    """

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop

    def permit(self, base: str) -> Licence:
        """The licence of a base that may be used here.

        Raises LicenceRefused and LicenceNotAccepted.
        """
        return self._shop.licences.permit(base)

    def dataset(self, id: DatasetId) -> DatasetVersion:
        """A frozen dataset."""
        return self._read(lambda records: records.datasets.get(id))

    def report(self, id: str) -> ValidationReport:
        """A report by its id, or the latest of a run's id or a name."""

        def find(records: Records) -> ValidationReport:
            of_run = records.reports.of_run(RunId(id))
            if of_run:
                return of_run[-1]
            return records.reports.latest_named(id) or records.reports.get(ReportId(id))

        return self._read(find)

    def _read(self, what: Callable[[Records], T]) -> T:
        with self._shop.storage.reading() as connection:
            return what(Records(connection))
