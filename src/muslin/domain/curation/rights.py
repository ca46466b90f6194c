"""Rights in photos: who owns them, who is shown and agreed, who said so, and what was taken back.

Everything said of rights is an entry in a ledger that only grows; where rights stand today follows
from its entries.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from pydantic import Field

from muslin.domain.fact import Fact, PhotoId, ShootId

WithdrawalId = NewType("WithdrawalId", str)

OWN = "own"
"""The licence of photos that belong to whoever runs the workspace."""


class Consent(Fact):
    """What a person who is shown agreed to, in the words of their contract.

    New York's Fashion Workers Act (Labor Law art. 36, in force since 19 June 2025) asks for scope,
    purpose, pay and duration in writing; other places ask for less.
    """

    person: str = Field(min_length=1, max_length=200)
    scope: str = Field("", max_length=1000, description="what for, such as product pictures")
    channels: tuple[str, ...] = Field((), description="where, such as shop, marketplace, social")
    until: date | None = Field(None, description="last day; none = no end was agreed")
    pay: str = Field("", max_length=1000, description="what was paid or agreed, as text")


class EntryKind(StrEnum):
    """What an entry of the ledger does."""

    STATED = "stated"
    WITHDRAWN = "withdrawn"


class RightsEntry(Fact):
    """What somebody said of the rights in one photo, or in all photos of a shoot (photo None)."""

    kind: EntryKind
    shoot: ShootId
    photo: PhotoId | None
    licence: str = Field("", max_length=1000)  # OWN, or the licence's name and source
    owner: str = Field("", max_length=200)
    until: date | None = None  # last day of the licence
    consents: tuple[Consent, ...] = ()
    reason: str = ""  # why rights were withdrawn
    withdrawal: WithdrawalId | None = None
    said_by: str = Field(min_length=1, max_length=200)
    source: str  # "command", "run", "api", or the file's name
    at: datetime


class Standing(StrEnum):
    """Where the rights in a photo stand on a day."""

    GIVEN = "given"
    UNSTATED = "unstated"  # nobody said anything
    NO_CONSENT = "no_consent"  # a person is shown, and nobody's consent is on record
    EXPIRED = "expired"  # the licence or somebody's consent has ended
    WITHDRAWN = "withdrawn"


BARRED = (Standing.EXPIRED, Standing.WITHDRAWN)
"""Standings that no workspace trains on: somebody said so."""


class PhotoRights(Fact):
    """The rights in one photo of a shoot, and in words why they stand so."""

    photo: PhotoId
    file_name: str
    standing: Standing
    words: str
    entry: RightsEntry | None  # what holds; None = nothing was said
    until: date | None  # the first day on which something ends


class Statement(Fact):
    """What a person states; of what is left empty, the statement before keeps holding."""

    licence: str = ""
    owner: str = ""
    until: date | None = None
    consents: tuple[Consent, ...] = ()


class RetiredKind(StrEnum):
    """What a withdrawn photo may have gone into."""

    DATASET = "dataset"
    RUN = "run"
    CHECKPOINT = "checkpoint"
    RELEASE = "release"
    PICTURE = "picture"


class Retirement(Fact):
    """Something that may not be used any more, and why."""

    kind: RetiredKind
    subject: str  # its id
    name: str  # what people call it
    reason: str
    withdrawal: WithdrawalId
    by: str
    at: datetime


class Withdrawal(Fact):
    """Photos whose rights were taken back, and everything that they went into."""

    id: WithdrawalId
    files: tuple[str, ...]
    reason: str
    by: str
    at: datetime
    retired: tuple[Retirement, ...]
