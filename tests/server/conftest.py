from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TypeAlias

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from muslin.domain.house.people import Role
from muslin.runtime.bootstrap import Workshop
from muslin.server.app import create_app
from muslin.server.gatekeeper import COOKIE, csrf_of
from tests.server.house import House, furnish

ROOT = "http://studio.test"
Visit: TypeAlias = Callable[[Role | None], TestClient]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with Workshop.open(tmp_path_factory.mktemp("house")) as shop:
        yield furnish(shop)


@pytest.fixture(scope="module")
def app(house: House) -> FastAPI:
    return create_app(house.studio, {"studio.test"}, works=False)


@pytest.fixture(scope="module")
def visit(app: FastAPI, house: House) -> Iterator[Visit]:
    """A browser that is signed in as a role, with everything that our own pages send."""
    stack = ExitStack()

    def visit(role: Role | None) -> TestClient:
        client = stack.enter_context(TestClient(app, base_url=ROOT, follow_redirects=False))
        client.headers["Origin"] = ROOT
        if role is not None:
            client.cookies.set(COOKIE, house.sessions[role])
            client.headers["X-CSRF-Token"] = csrf_of(house.sessions[role])
        return client

    with stack:
        yield visit
