"""Every route, whoever stands before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle, pairwise

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from starlette.testclient import TestClient

from muslin.domain.fact import fresh, now
from muslin.domain.house.people import RIGHTS, Pass, PassKind, Right, Role
from muslin.runtime.house.secrets import digest_of, fresh_secret
from muslin.runtime.storage.records import Records
from muslin.server.access import Access, access_of, allow
from muslin.server.app import _add
from muslin.server.gatekeeper import COOKIE, SAFE, csrf_of
from tests.server.conftest import Visit
from tests.server.house import House

DENIED = {401, 403}


def routes_of(app: FastAPI) -> Iterator[tuple[str, str, Access]]:
    """Method, path pattern and access of every route that is not a static file."""
    for route in app.router.routes:
        if isinstance(route, APIRoute):
            access = access_of(route.endpoint)
            assert access is not None, route.path
            for method in route.methods or ():
                yield method, route.path, access


def address(pattern: str, house: House) -> str:
    """A path that exists, for a pattern."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: house.names[found.group(1)], pattern)


def closed(app: FastAPI) -> list[tuple[str, str, Access]]:
    return [(m, p, a) for m, p, a in routes_of(app) if a.right is not None]


def knock(client: TestClient, method: str, path: str) -> int:
    return client.request(method, path, headers={"Accept": "application/json"}).status_code


def test_there_are_routes_to_walk_and_only_the_doors_are_open(app: FastAPI) -> None:
    open_ones = {path for _, path, access in routes_of(app) if access.right is None}

    assert len(closed(app)) > 100
    assert open_ones == {"/sign-in", "/welcome", "/guest"}


def test_nobody_gets_in_anywhere(app: FastAPI, house: House, visit: Visit) -> None:
    stranger = visit(None)

    for method, pattern, _ in closed(app):
        assert knock(stranger, method, address(pattern, house)) == 401, (method, pattern)


@pytest.mark.parametrize("kind", [PassKind.SESSION, PassKind.KEY, PassKind.GUEST])
def test_what_has_expired_opens_nothing(
    kind: PassKind, app: FastAPI, house: House, visit: Visit
) -> None:
    secret = fresh_secret()
    owner = house.studio.people()[0].id
    old = Pass(
        id=fresh("pass"),
        kind=kind,
        person=None if kind is PassKind.GUEST else owner,
        created_at=now() - timedelta(days=9),
        expires_at=now() - timedelta(seconds=1),
    )
    with house.shop.storage.transaction() as connection:
        Records(connection).passes.add(old, digest_of(secret))
    late = visit(None)
    if kind is PassKind.KEY:
        late.headers["Authorization"] = f"Bearer {secret}"
    else:
        late.cookies.set(COOKIE, secret)
        late.headers["X-CSRF-Token"] = csrf_of(secret)

    every = 1 if kind is PassKind.SESSION else 8  # the same door for all, so a few will do
    for method, pattern, _ in closed(app)[::every]:
        assert knock(late, method, address(pattern, house)) == 401, (method, pattern)


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.OWNER])
def test_a_role_opens_only_what_it_has_the_right_to(
    role: Role, app: FastAPI, house: House, visit: Visit
) -> None:
    client, walked = visit(role), 0

    for method, pattern, access in closed(app):
        guest_may = access.queue is not None
        may = access.right in RIGHTS[role] and (role is not Role.GUEST or guest_may)
        if not may:
            walked += 1
            assert knock(client, method, address(pattern, house)) == 403, (method, pattern)
    assert walked > 10


def test_a_guest_opens_one_review_and_no_other(house: House, visit: Visit) -> None:
    guest = visit(Role.GUEST)

    assert guest.get("/reviews/report-1").status_code == 200
    assert guest.get("/reviews/report-2").status_code == 403
    picture = house.names["picture"]
    assert guest.get(f"/reviews/report-1/pictures/{picture}.png").status_code == 200
    assert guest.get(f"/reviews/report-2/pictures/{picture}.png").status_code == 403
    assert guest.get("/").status_code == 403


def test_a_page_of_somebody_else_changes_nothing(app: FastAPI, house: House, visit: Visit) -> None:
    owner = visit(Role.OWNER)
    origins = cycle(["http://evil.test", "null", "http://studio.test.evil.test", ""])

    for method, pattern, _ in routes_of(app):
        if method in SAFE:
            continue
        headers = {"Accept": "application/json", "Origin": next(origins)}
        answer = owner.request(method, address(pattern, house), headers=headers)
        assert answer.status_code == 403, (method, pattern, headers)


def test_our_own_pages_must_send_their_token(app: FastAPI, house: House, visit: Visit) -> None:
    owner = visit(Role.OWNER)
    owner.headers["X-CSRF-Token"] = csrf_of(house.sessions[Role.DIRECTOR])

    for method, pattern, _ in closed(app):
        if method not in SAFE:
            assert knock(owner, method, address(pattern, house)) == 403, (method, pattern)


def test_no_other_name_of_this_machine_is_answered(
    app: FastAPI, house: House, visit: Visit
) -> None:
    owner = visit(Role.OWNER)
    static = ("GET", "/static/css/tokens.css", Access(None))

    for method, pattern, _ in [*routes_of(app), static]:
        headers = {"Host": "rebound.test", "Accept": "application/json"}
        answer = owner.request(method, address(pattern, house), headers=headers)
        assert answer.status_code == 403, (method, pattern)


def test_what_forgot_to_say_who_may_call_it_cannot_be_added() -> None:
    router = APIRouter()

    @router.get("/forgotten")
    def forgotten() -> str:
        return "open"

    with pytest.raises(TypeError, match="who may call it"):
        _add(FastAPI(), router)


def test_what_was_added_behind_its_back_stays_closed(app: FastAPI, visit: Visit) -> None:
    @app.get("/behind")
    def behind() -> str:
        return "open"

    assert knock(visit(Role.OWNER), "GET", "/behind") == 404
    assert knock(visit(None), "GET", "/docs") == 401


def test_a_key_opens_the_api_without_an_origin(house: House, visit: Visit) -> None:
    program = visit(None)
    del program.headers["Origin"]
    program.headers["Authorization"] = f"Bearer {house.studio.give_key('Operator', 'a script')}"

    assert program.get("/api/v1/me").json()["role"] == "operator"
    assert program.post("/api/v1/jobs/none/cancel").status_code == 404
    assert program.put("/api/v1/house", json={"brand": "Mine"}).status_code == 403


def test_a_session_is_no_key_and_a_key_no_session(house: House, visit: Visit) -> None:
    session, key = house.sessions[Role.OWNER], house.studio.give_key("Owner", "a script")
    client = visit(None)

    client.headers["Authorization"] = f"Bearer {session}"
    assert client.get("/api/v1/me").status_code == 401
    del client.headers["Authorization"]
    client.cookies.set(COOKIE, key)
    assert client.get("/api/v1/me").status_code == 401


def test_everything_that_is_tried_is_written_down_and_stays(house: House, visit: Visit) -> None:
    visit(Role.REVIEWER).post("/settings/brand", data={"name": "Mine"})

    line = house.studio.audit(1)[0]
    assert (line.who, line.what, line.outcome) == (
        "Reviewer, reviewer",
        "POST /settings/brand",
        "403",
    )
    for change in ("UPDATE audit SET who = 'nobody'", "DELETE FROM audit"):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            house.shop.storage.transaction() as connection,
        ):
            connection.execute(text(change))
    assert house.studio.audit(1)[0] == line


def test_every_answer_says_what_a_page_may_do(visit: Visit) -> None:
    headers = visit(Role.OWNER).get("/").headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    cookie = visit(None).post("/sign-in", data={"name": "owner", "password": "ada plans a coat"})
    assert cookie.status_code == 303
    said = cookie.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said


def test_rights_grow_with_the_role() -> None:
    order = [Role.REVIEWER, Role.OPERATOR, Role.DIRECTOR, Role.OWNER]

    for less, more in pairwise(order):
        assert RIGHTS[less] < RIGHTS[more]
    assert RIGHTS[Role.OWNER] == frozenset(Right)
    assert allow(Right.OWN)(lambda: None) is not None
