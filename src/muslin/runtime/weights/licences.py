"""The door that every base goes through before anything is planned, trained or drawn with it."""

from __future__ import annotations

from collections.abc import Sequence

from muslin.domain.errors import InvalidRequest, LicenceNotAccepted, LicenceRefused
from muslin.domain.fact import now
from muslin.domain.licence import (
    Commercial,
    Licence,
    LicenceAcceptance,
    LicenceEntry,
    Standing,
    Use,
)
from muslin.networks.licences import all_licences, licence_of, licence_under
from muslin.runtime.storage.database import Storage
from muslin.runtime.storage.licences import SqlAcceptances

FREE = "starter"
"""What is named where a refused base has no better alternative: it is always allowed."""


class Licences:
    """Which bases a workspace may use, and what people agreed to."""

    def __init__(self, storage: Storage, use: Use) -> None:
        self._storage, self._use = storage, use

    def all(self) -> list[LicenceEntry]:
        """Every known base, then those of which a person recorded the terms."""
        with self._storage.reading() as connection:
            said = SqlAcceptances(connection).all()
        known = [entry_of(licence, said, self._use) for licence in all_licences()]
        keys = {entry.licence.base for entry in known}
        others = dict.fromkeys(a.base for a in said if a.base not in keys)
        return [*known, *(entry_of(licence_of(base), said, self._use) for base in others)]

    def entry(self, base: str) -> LicenceEntry:
        """The licence of a base and where it stands here."""
        licence = licence_of(base)
        with self._storage.reading() as connection:
            said = SqlAcceptances(connection).of(licence.base)
        return entry_of(licence, said, self._use)

    def permit(self, base: str) -> Licence:
        """The licence of a base that may be used here.

        Raises LicenceRefused when its terms forbid what the workspace is for, and
        LicenceNotAccepted when nobody agreed to its conditions yet, or knows its terms.
        """
        entry = self.entry(base)
        if entry.standing is Standing.REFUSED:
            raise refused(entry.licence)
        if entry.standing in (Standing.TO_ACCEPT, Standing.TO_RECORD):
            raise not_accepted(base, entry.licence)
        return entry.licence

    def accept(self, base: str, person: str, terms: str = "") -> LicenceAcceptance:
        """Write down that a person agrees to a base's conditions, or which terms it has.

        Raises InvalidRequest for a nameless person, for terms of a base whose terms are known and
        for a base that nobody needs to agree to, LicenceNotAccepted when the terms are unknown and
        not given, and LicenceRefused for terms that forbid what the workspace is for.
        """
        licence = licence_to_accept(base, terms)
        if licence.commercial is Commercial.NO and self._use == "commercial":
            raise refused(licence)
        acceptance = LicenceAcceptance(
            base=licence.base,
            terms=licence.terms,
            conditions=licence.conditions,
            digest=licence.digest,
            person=named(person),
            at=now(),
        )
        with self._storage.transaction() as connection:
            SqlAcceptances(connection).add(acceptance)
        return acceptance


def entry_of(licence: Licence, said: Sequence[LicenceAcceptance], use: Use) -> LicenceEntry:
    """Where a licence stands, given everything that people agreed to, oldest first.

    An acceptance counts for the text that the person was shown, never for a changed one.
    """
    agreed = [a for a in said if (a.base, a.digest) == (licence.base, licence.digest)]
    acceptance = agreed[-1] if agreed else None
    return LicenceEntry(
        licence=licence, standing=standing(licence, acceptance, use), acceptance=acceptance
    )


def standing(licence: Licence, acceptance: LicenceAcceptance | None, use: Use) -> Standing:
    """What a workspace makes of a licence; outside of business all are allowed."""
    if acceptance is not None and licence.commercial is not Commercial.NO:
        return Standing.ACCEPTED
    if use == "non-commercial":
        return Standing.ALLOWED
    return {
        Commercial.YES: Standing.ALLOWED,
        Commercial.CONDITIONS: Standing.TO_ACCEPT,
        Commercial.UNKNOWN: Standing.TO_RECORD,
        Commercial.NO: Standing.REFUSED,
    }[licence.commercial]


def licence_to_accept(base: str, terms: str) -> Licence:
    """The licence that a person is about to agree to."""
    licence = licence_of(base)
    if licence.commercial is Commercial.UNKNOWN:
        if not terms.strip():
            raise not_accepted(base, licence)
        return licence_under(licence, terms)
    if terms.strip():
        raise InvalidRequest(
            f"The terms of {licence.title} are known: {licence.terms}.",
            hint="Leave --terms out; it is for a base whose terms nobody knows.",
        )
    if licence.commercial is Commercial.YES:
        raise InvalidRequest(
            f"{licence.title} is under {licence.terms}, which asks for no acceptance.",
            hint="Use it; `muslin weights licences` shows which bases ask.",
        )
    return licence


def named(person: str) -> str:
    """A person's name. Raises InvalidRequest for none."""
    if not person.strip():
        raise InvalidRequest(
            "An acceptance needs a person's name.", hint="Say who agrees: --by 'Ada'."
        )
    return person.strip()


def refused(licence: Licence) -> LicenceRefused:
    """The refusal of a base whose terms forbid business, with what to take instead."""
    free = {other.base: other for other in all_licences()}
    instead = [free[key] for key in (*licence.instead, FREE) if key in free]
    names = ", ".join(f"{other.title} ({other.terms})" for other in instead)
    because = f" {licence.note}" if licence.note else ""
    return LicenceRefused(
        f"{licence.title} is under {licence.terms}, which allows no commercial use.{because}",
        hint=f"Take {names}; or, where nothing is sold, set MUSLIN_USE=non-commercial.",
    )


def not_accepted(base: str, licence: Licence) -> LicenceNotAccepted:
    """The refusal of a base that a person has to look at first, with what to look at."""
    if licence.commercial is Commercial.UNKNOWN:
        return LicenceNotAccepted(
            f"Nobody knows the terms of {base}, so a commercial workspace does not use it.",
            hint="Read them and write them down: "
            f"muslin weights accept {base} --by NAME --terms 'Apache-2.0'.",
        )
    conditions = " ".join(f"({n}) {words}" for n, words in enumerate(licence.conditions, start=1))
    return LicenceNotAccepted(
        f"{licence.title} is under {licence.terms}, which has conditions: {conditions}",
        hint=f"Read {licence.source} and agree once: muslin weights accept {base} --by NAME.",
    )
