"""Weights of others: licences and files."""

from __future__ import annotations

from pathlib import Path

from muslin.domain.licence import LicenceAcceptance, LicenceEntry
from muslin.domain.progress import Report, silent
from muslin.networks.external import external_file
from muslin.runtime.desks.desk import Desk
from muslin.runtime.weights.fetch import fetch, take


class WeightsDesk(Desk):
    """What may be used here, and how it gets here."""

    def licence(self, base: str) -> LicenceEntry:
        """The licence of a base, and where it stands here."""
        return self._shop.licences.entry(base)

    def licences(self) -> list[LicenceEntry]:
        """The licences of all bases that are known here."""
        return self._shop.licences.all()

    def accept_licence(self, base: str, person: str, terms: str = "") -> LicenceAcceptance:
        """Write down that a person agrees to a base's conditions, or which terms it has."""
        return self._shop.licences.accept(base, person, terms)

    def fetch_weights(self, name: str, report: Report = silent, source: Path | None = None) -> Path:
        """Download weights, or copy them from a folder; where they lie afterwards."""
        file = external_file(name)
        self.permit(file.licence)
        if source is None:
            return fetch(self._shop.home.weights, file, report)
        return take(self._shop.home.weights, file, source, report)
