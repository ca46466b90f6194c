"""When a look should be taught again, what that costs, and who said yes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from muslin.domain.fact import Fact, ReportId, RunId
from muslin.domain.findings import Verdict
from muslin.domain.training import Foreseen


class Trigger(StrEnum):
    """What calls for another training; without one there is none."""

    FAILURES = "failures"  # enough cases of one kind
    PHOTOS = "photos"  # enough new photos in the shoot
    DRIFT = "drift"  # live pictures fail more often than the proof's did


class Due(Fact):
    """A trigger that has fired; `key` is the same as long as nothing new has happened."""

    trigger: Trigger
    key: str
    words: str  # the evidence in one sentence


class ProposalState(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"


class Proposal(Fact):
    """Another training, proposed on evidence and with its price; nothing starts without a yes."""

    id: str
    name: str
    run: RunId  # the training that it would follow
    due: Due
    price: tuple[Foreseen, ...]
    opened_at: datetime
    state: ProposalState = ProposalState.OPEN
    by: str = ""  # a person, or "policy"
    reason: str = ""
    decided_at: datetime | None = None


class Challenge(Fact):
    """A challenger against the champion, on the probes that both drew."""

    champion: ReportId
    challenger: ReportId
    shared: int
    won: int  # probes with fewer faults than the champion's
    lost: int
    chance: float  # of a split this uneven if both were equal: two-sided sign test
    verdict: Verdict  # passed = the challenger is better
