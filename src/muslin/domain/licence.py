"""Under which terms a base network may be used, and who agreed to them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from muslin.domain.fact import Fact

Use = Literal["commercial", "non-commercial"]
"""What a workspace is for; a shop that sells with its pictures is commercial."""


class Commercial(StrEnum):
    """Whether terms let a business use a network; ordered from free to forbidden."""

    YES = "yes"
    CONDITIONS = "conditions"
    UNKNOWN = "unknown"
    NO = "no"


class Evidence(StrEnum):
    """How well a record is founded; ordered from best to worst."""

    READ = "read"  # the licence's text, or the publisher's own page or card
    CLAIM = "claim"  # what a third party says of it
    UNCHECKED = "unchecked"  # nobody of ours looked; to be verified before it is relied on


class Standing(StrEnum):
    """What a workspace makes of a licence."""

    ALLOWED = "allowed"
    ACCEPTED = "accepted"  # its conditions, or terms that a person recorded
    TO_ACCEPT = "to accept"
    TO_RECORD = "to record"  # nobody knows the terms
    REFUSED = "refused"


class Licence(Fact):
    """The terms of one base; checkpoints, adapters and releases of the base inherit them.

    `digest` is the sha256 over terms, conditions and the licence text that lies with the base:
    when any of them changes, conditions are asked for again.
    """

    base: str  # key of the record, such as `sdxl`; or the base as it was named when none fits
    title: str
    terms: str  # SPDX id, or the name that the publisher gave them
    commercial: Commercial
    conditions: tuple[str, ...]
    source: str  # where the terms are published; empty when unknown
    looked_at: date | None  # None when nobody did
    evidence: Evidence
    note: str
    instead: tuple[str, ...]  # keys of bases to take where this one is refused
    digest: str


class LicenceAcceptance(Fact):
    """A named person agreed to the conditions of a base, or recorded its terms."""

    base: str
    terms: str
    conditions: tuple[str, ...]
    digest: str  # of the licence that the person was shown
    person: str
    at: datetime


class LicenceEntry(Fact):
    """A licence and where it stands in a workspace."""

    licence: Licence
    standing: Standing
    acceptance: LicenceAcceptance | None
