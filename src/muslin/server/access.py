"""Who may call a route: said at each, and what says nothing is closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request

from muslin.domain.errors import NotAllowed
from muslin.domain.house.people import Caller, Right, Role

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_MARK = "muslin_access"


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks for: a right, or nothing (`right` None = open to everybody).

    `queue` is the path parameter that names the report; a guest may call the route for the
    report of the link alone. Without it, a guest may not call the route at all.
    """

    right: Right | None
    queue: str | None = None

    def check(self, caller: Caller, path: dict[str, str]) -> None:
        """Raises NotAllowed when the caller may not."""
        if self.right is None:
            return
        if caller.role is Role.GUEST:
            if self.queue is None or path.get(self.queue) != caller.queue:
                raise NotAllowed(
                    "This link opens one review and nothing else.",
                    hint="Ask whoever sent it for an account.",
                )
            return
        if not caller.may(self.right):
            raise NotAllowed(
                f"As {caller.role}, {caller.name} may not do this.",
                hint=f"It needs the right to {self.right}; the owner gives roles in Settings.",
            )


def allow(right: Right, *, queue: str | None = None) -> Callable[[Endpoint], Endpoint]:
    """Open a route to whoever has a right; `queue` also lets that report's guests in."""
    return _marked(Access(right, queue))


def public(endpoint: Endpoint) -> Endpoint:
    """Open a route to everybody; only for what one needs to come in."""
    return _marked(Access(None))(endpoint)


def access_of(endpoint: object) -> Access | None:
    """What a route asks for; None = nothing was said, so it stays closed."""
    return getattr(endpoint, _MARK, None)


def caller_of(request: Request) -> Caller:
    """Whoever calls; the gatekeeper has let nobody else through."""
    caller: Caller = request.scope["caller"]
    return caller


def _marked(access: Access) -> Callable[[Endpoint], Endpoint]:
    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _MARK, access)
        return endpoint

    return mark
