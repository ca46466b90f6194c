"""A real server in a thread and a real browser before it; skipped loudly without a browser."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn

from muslin.domain.house.people import Role
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.house.foreman import Foreman
from muslin.runtime.jobs.local import LocalExecutor
from muslin.runtime.studio import Studio
from muslin.server.app import create_app
from muslin.server.gatekeeper import COOKIE
from tests.server.house import House, furnish

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SLOW_MS = 60_000
ROOT = Path(__file__).parents[2]


class StudioWithShortProofs(Studio):
    """Imports and trains as ever; the proof is filed in a moment, see `tests.browser.tasks`."""

    def foreman(self) -> Foreman:
        queue = self._shop.queue
        return Foreman(LocalExecutor(self._shop.home, queue, tasks="tests.browser.tasks"), queue)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = os.environ.get("MUSLIN_CHROMIUM") or shutil.which("chromium")
    if found is None:
        pytest.skip("NOT TESTED in a browser: there is no chromium; set MUSLIN_CHROMIUM.")
    sync_api = pytest.importorskip("playwright.sync_api", reason="NOT TESTED in a browser")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@contextmanager
def serving(studio: Studio, *, works: bool) -> Iterator[str]:
    """The address of a server that serves a studio while the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = create_app(studio, {f"127.0.0.1:{port}"}, works=works)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with Workshop.open(tmp_path_factory.mktemp("house")) as shop:
        yield furnish(shop)


@pytest.fixture(scope="module")
def address(house: House) -> Iterator[str]:
    with serving(house.studio, works=False) as at:
        yield at


@pytest.fixture
def visit(browser: Browser, house: House, address: str) -> Iterator[Callable[..., Page]]:
    """Open a page of the furnished house as somebody, at a width, in the light or in the dark."""
    contexts = []

    def visit(path: str, role: Role = Role.OWNER, *, width: int = 1440, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            bypass_csp=False,
        )
        contexts.append(context)
        context.set_default_timeout(SLOW_MS)
        context.add_cookies([{"name": COOKIE, "value": house.sessions[role], "url": address}])
        page = context.new_page()
        page.goto(address + path)
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def empty_studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}:{ROOT}")  # jobs find `tests.browser.tasks`
    with Workshop.open(tmp_path / "studio") as shop:
        yield StudioWithShortProofs(shop)
