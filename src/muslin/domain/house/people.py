"""Who may come in, and what they may do there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from muslin.domain.fact import Fact, ReportId


class Role(StrEnum):
    """What a person is in the house; each may do what all after it may."""

    OWNER = "owner"
    DIRECTOR = "director"
    OPERATOR = "operator"
    REVIEWER = "reviewer"
    GUEST = "guest"


class Right(StrEnum):
    """What a verb asks of whoever calls it."""

    LOOK = "look"  # see everything that is in the studio
    JUDGE = "judge"  # decide on pictures
    WORK = "work"  # bring photos, train, make pictures
    RELEASE = "release"  # let a look out, or take it back
    OWN = "own"  # people, keys, the house's name


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.DIRECTOR: frozenset(Right) - {Right.OWN},
    Role.OPERATOR: frozenset({Right.LOOK, Right.JUDGE, Right.WORK}),
    Role.REVIEWER: frozenset({Right.LOOK, Right.JUDGE}),
    Role.GUEST: frozenset({Right.JUDGE}),
}
"""What each role may do; a guest only in the one queue that the link names."""


class Person(Fact):
    """Somebody who works in the studio; `active` False = may no longer come in."""

    id: str
    name: str = Field(min_length=1, max_length=80)
    role: Role
    active: bool = True
    created_at: datetime


class PassKind(StrEnum):
    """What a secret opens."""

    WELCOME = "welcome"  # once: choose a password
    SESSION = "session"  # a browser that is signed in
    KEY = "key"  # a program
    GUEST = "guest"  # one review queue, without an account


class Pass(Fact):
    """A secret that was given out, of which only the sha256 is kept."""

    id: str
    kind: PassKind
    person: str | None = None  # id; None for a guest
    label: str = ""  # what a key is for, or who a guest is
    queue: ReportId | None = None  # the only report that a guest may review
    created_at: datetime
    expires_at: datetime


class Caller(Fact):
    """Whoever calls a verb: a person in a role, or a guest of one queue."""

    name: str
    role: Role
    kind: PassKind
    pass_id: str
    queue: ReportId | None = None

    def may(self, right: Right) -> bool:
        """Whether the role has this right."""
        return right in RIGHTS[self.role]


class AuditLine(Fact):
    """Something that somebody did, or tried to; never changed, never deleted."""

    number: int = 0  # given when it is kept
    at: datetime
    who: str
    what: str  # the verb, such as `POST /releases/{name}/rollback`
    on: str  # what it was done to
    outcome: str  # an HTTP status
