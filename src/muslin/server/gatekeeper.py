"""The one door: every request passes here, and what is not expressly open is closed.

It knows the route before the route is called, so that a route which forgot to say who may call it
answers nobody. Checked in this order: the Host that was asked for (DNS rebinding), who is calling
(a session's cookie or a program's key), where a change comes from (Origin and a token that only
our own pages know, even on loopback), and whether the caller's role has the right.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, MutableMapping
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from muslin.domain.errors import NotAllowed, NotFound, NotSignedIn, StudioError
from muslin.domain.fact import now
from muslin.domain.house.people import AuditLine, Caller, PassKind
from muslin.runtime.studio import Studio
from muslin.server.access import Access, access_of
from muslin.server.errors import refuse

COOKIE = "muslin"
CSRF_HEADER = "x-csrf-token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; font-src 'self'; style-src 'self'; "
    "style-src-attr 'unsafe-inline'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""On every answer; a route may say its own policy instead."""


def csrf_of(secret: str) -> str:
    """The token of a session's pages: it follows from the cookie, which no page can read."""
    return hmac.new(secret.encode(), b"muslin csrf", hashlib.sha256).hexdigest()


class Gatekeeper:
    """Pure ASGI, so that streams pass through untouched."""

    def __init__(
        self, app: ASGIApp, *, routes: Iterable[BaseRoute], studio: Studio, hosts: frozenset[str]
    ) -> None:
        self._app, self._studio, self._hosts = app, studio, hosts
        self._routes = list(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # no route speaks websocket
        answer = _Answer(send)
        request = Request(scope, receive)
        try:
            await self._check(request)
        except StudioError as error:
            await refuse(request, error)(scope, receive, answer)
        else:
            await self._app(scope, receive, answer)
        if request.method not in SAFE:
            await run_in_threadpool(self._write_down, request, answer.status)

    async def _check(self, request: Request) -> None:
        self._check_host(request)
        access, path = self._route_of(request.scope)
        caller, is_browser = await run_in_threadpool(self._who, request)
        request.scope["caller"] = caller
        is_open = access is not None and access.right is None
        if request.method not in SAFE:
            self._check_origin(request, is_browser and not is_open)
        if is_open:
            return
        if caller is None:
            raise NotSignedIn("Nobody is signed in.", hint="Sign in, or send a key as Bearer.")
        if access is None:
            raise NotFound("There is nothing at this address.", hint="Home leads everywhere.")
        access.check(caller, path)

    def _check_host(self, request: Request) -> None:
        host = request.headers.get("host", "").lower()
        if host not in self._hosts:
            raise NotAllowed(
                f"This studio does not answer to the address {host!r}.",
                hint="Open it under the address that it printed, or start it with --allow-host.",
            )

    def _check_origin(self, request: Request, is_browser: bool) -> None:
        """A change must come from one of our own pages; a program with a key has no Origin."""
        origin = request.headers.get("origin")
        own = {f"{scheme}://{host}" for host in self._hosts for scheme in ("http", "https")}
        if origin is None and not is_browser and "authorization" in request.headers:
            return
        if origin not in own:
            raise NotAllowed(
                "This request does not come from the studio's own pages.",
                hint="Open the studio in a tab of its own and repeat it there.",
            )
        if is_browser:
            sent = request.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(sent, request.scope["csrf"]):
                raise NotAllowed(
                    "The page is from an older session.", hint="Reload the page and repeat."
                )

    def _who(self, request: Request) -> tuple[Caller | None, bool]:
        """Whoever calls, and whether by a cookie, which a browser sends by itself."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            caller = self._studio.caller(key.strip())
            is_key = caller is not None and caller.kind is PassKind.KEY
            return (caller if is_key else None), False
        secret = request.cookies.get(COOKIE)
        if not secret:
            return None, False
        caller = self._studio.caller(secret)
        if caller is None or caller.kind is PassKind.KEY:
            return None, False
        request.scope["csrf"] = csrf_of(secret)
        return caller, True

    def _route_of(self, scope: Scope) -> tuple[Access | None, dict[str, str]]:
        for route in self._routes:
            match, child = route.matches(scope)
            if match is Match.FULL:
                if isinstance(route, Mount):
                    return Access(None) if route.name == "static" else None, {}
                path: dict[str, str] = child.get("path_params", {})
                return access_of(child.get("endpoint")), path
        return None, {}

    def _write_down(self, request: Request, status: int) -> None:
        caller: Caller | None = request.scope.get("caller")
        line = AuditLine(
            at=now(),
            who=f"{caller.name}, {caller.role}" if caller else "nobody",
            what=f"{request.method} {request.url.path}"[:400],
            on=request.client.host if request.client else "",
            outcome=str(status),
        )
        self._studio.write_down(line)


class _Answer:
    """Sends on, with our headers, and remembers the status."""

    def __init__(self, send: Send) -> None:
        self._send, self.status = send, 0

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            said = {name.lower() for name, _ in message.get("headers", [])}
            ours = [(k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in said]
            message = {**message, "headers": [*message.get("headers", []), *ours]}
        await self._send(message)
