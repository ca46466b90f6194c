"""Releasing: releases, their aliases, adapters in and out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from muslin.domain.curation.rights import RetiredKind
from muslin.domain.errors import InvalidRequest, NotFound
from muslin.domain.fact import ReleaseId, now
from muslin.domain.leaving import Alias, ExportedRelease, ExportOrder, Release
from muslin.domain.training import ImportedAdapter, ImportOrder
from muslin.release.phases import with_earlier
from muslin.release.registry import make_release, promote, roll_back
from muslin.runtime.curation.rights import refuse_retired
from muslin.runtime.desks.desk import Desk
from muslin.runtime.exchange.export import export_release
from muslin.runtime.exchange.take_in import import_adapter
from muslin.runtime.proving.dossier import challenge_of, dossier_of_report, record_gates
from muslin.runtime.storage.records import Records
from muslin.runtime.storage.releases import AliasMove


class ReleasingDesk(Desk):
    """Release, promote, roll back, exchange."""

    def release(self, report: str, alias: Alias = Alias.LIVE) -> Release:
        """Release what a report picked and a person approved. Raises GateClosed."""
        found = self.report(report)
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            refuse_retired(records, RetiredKind.RUN, found.run)
            dossier = dossier_of_report(records, found)
            if alias is Alias.LIVE:
                dossier = replace(dossier, challenge=challenge_of(records, found))
            base = dossier.run.profile.base
            release = make_release(found, dossier.reviews, base, with_earlier(dossier))
            known = next(
                (r for r in records.releases.named(found.name) if r.review == release.review), None
            )
            if known is None:
                records.releases.add(release)
            _point(records, known or release, alias)
            record_gates(records, dossier_of_report(records, found))
        return known or release

    def releases(self) -> list[Release]:
        """All releases."""
        return self._read(lambda records: records.releases.all())

    def aliases(self, name: str) -> dict[Alias, ReleaseId]:
        """Where the aliases of a name point."""
        return self._read(lambda records: records.releases.aliases(name))

    def release_of(self, wanted: str) -> Release:
        """A release by id, name, `name@alias`, or an alias that only one name has."""
        return self._read(lambda records: resolve(records, wanted))

    def moves(self, name: str) -> list[AliasMove]:
        """Every move of a name's aliases, oldest first: when and by whom."""
        return self._read(lambda records: records.releases.moves(name))

    def export_release(self, order: ExportOrder, out: Path) -> ExportedRelease:
        """Write a release for another tool, with its card, into a new folder."""
        release = self._read(lambda records: usable(records, order.release))
        return export_release(self._shop, release, order, out)

    def import_adapter(self, file: Path, order: ImportOrder) -> ImportedAdapter:
        """Take in another tool's adapter, to be proved, reviewed and released like a training."""
        return import_adapter(self._shop, file, order)

    def promote(self, release: str, alias: Alias, by: str | None = None) -> Release:
        """Point an alias to a release; what was live becomes previous.

        `by` is who did it; None = whoever approved the release.
        """
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            found = records.releases.get(ReleaseId(release))
            refuse_retired(records, RetiredKind.RELEASE, found.id)
            _point(records, found, alias, by)
        return found

    def roll_back(self, name: str, by: str = "rollback") -> Release:
        """Make the previous release of a name live again."""
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            before = records.releases.aliases(name)
            after = roll_back(before)
            found = records.releases.get(after[Alias.LIVE])
            refuse_retired(records, RetiredKind.RELEASE, found.id)
            _write_aliases(records, name, before, after, by=by)
        return found


def _point(records: Records, release: Release, alias: Alias, by: str | None = None) -> None:
    before = records.releases.aliases(release.name)
    after = promote(before, release.id, alias)
    person = by or records.reviews.get(release.review).person
    _write_aliases(records, release.name, before, after, by=person)


def _write_aliases(
    records: Records,
    name: str,
    before: dict[Alias, ReleaseId],
    after: dict[Alias, ReleaseId],
    by: str,
) -> None:
    at = now()
    for alias in before.keys() - after.keys():
        records.releases.unpoint(name, alias, at, by)
    for alias, release in after.items():
        if before.get(alias) != release:
            records.releases.point(name, alias, release, at, by)


def usable(records: Records, wanted: str) -> Release:
    """A release as `resolve` finds it. Raises Retired where it may not be used any more."""
    found = resolve(records, wanted)
    refuse_retired(records, RetiredKind.RELEASE, found.id)
    return found


def resolve(records: Records, wanted: str) -> Release:
    """A release by id, name (its live one), `name@alias`, or an alias that only one name has."""
    name, _, alias = wanted.partition("@")
    if alias or records.releases.named(name):
        aliases = records.releases.aliases(name)
        chosen = aliases.get(Alias(alias or "live")) if alias in {"", *Alias} else None
        if chosen is None:
            raise NotFound(
                f"{name!r} has no release under the alias {alias or 'live'!r}.",
                hint="`muslin releases list` shows releases and their aliases.",
            )
        return records.releases.get(chosen)
    if wanted in set(Alias):
        holders = records.releases.holders(Alias(wanted))
        if len(holders) > 1:
            names = ", ".join(f"{name}@{wanted}" for name in sorted(holders))
            raise InvalidRequest(f"{wanted!r} is ambiguous.", hint=f"Name one of {names}.")
        if holders:
            return records.releases.get(next(iter(holders.values())))
    return records.releases.get(ReleaseId(wanted))
