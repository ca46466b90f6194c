"""Every page as it is painted: nothing for axe to find, nothing wider than the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from muslin.domain.house.people import Role
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.studio import Studio
from tests.browser.conftest import serving
from tests.server.house import NAME

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = Path(__file__).parent / "axe" / "axe.min.js"
PAGES = (
    "/",
    "/shoots",
    "/profiles",
    f"/profiles/{NAME}/photos",
    f"/profiles/{NAME}/dataset",
    f"/profiles/{NAME}/training",
    f"/profiles/{NAME}/proof",
    "/reviews/report-1",
    f"/profiles/{NAME}/release",
    "/make",
    "/library",
    "/library/picture-0",
    "/settings",
    "/nowhere",
)
OUTSIDE = ("/sign-in", "/welcome?token=x", "/guest?token=x")


def findings(page: Page) -> list[str]:
    """What axe finds by WCAG 2.1 A and AA; axe is run from its file, so that our policy stays."""
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate(
        "() => axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
    )
    assert len(found["passes"]) > 3  # it did look
    return [
        f"{v['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for v in found["violations"]
        for node in v["nodes"]
    ]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_is_too_wide(path: str, visit: Callable[..., Page]) -> None:
    complaints: list[str] = []
    for width, dark in ((1440, False), (390, True)):
        page = visit(path, width=width, dark=dark)
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.wait_for_load_state("networkidle")

        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.context.close()
    assert complaints == []


@pytest.mark.parametrize("path", OUTSIDE)
def test_axe_finds_nothing_before_the_door(path: str, browser: Browser, address: str) -> None:
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.goto(address + path)

    assert findings(page) == []
    page.context.close()


def test_a_guest_sees_one_review_and_no_way_elsewhere(visit: Callable[..., Page]) -> None:
    page = visit("/reviews/report-1", Role.GUEST)
    page.locator("#place").get_by_text("1 of 8").wait_for()

    assert findings(page) == []
    assert page.locator("nav a").count() == 0
    natural = "() => document.getElementById('large').naturalWidth"
    page.wait_for_load_state("networkidle")
    assert page.evaluate(natural) > 0


def test_empty_pages_say_what_will_be_there(browser: Browser, tmp_path: Path) -> None:
    with Workshop.open(tmp_path) as shop, serving(Studio(shop), works=False) as address:
        page = browser.new_context(reduced_motion="reduce").new_page()
        page.goto(f"{address}/welcome?token={Studio(shop).welcome_owner()}")
        page.get_by_label("Password").fill("ada plans a coat")
        page.get_by_role("button", name="Open the studio").click()
        for path, words in (
            ("/", "Bring the photos of one shoot."),
            ("/shoots", "Drop photos or a ZIP here"),
            ("/profiles", "No profile yet."),
            ("/make", "Pictures appear here as they are drawn"),
            ("/library", "No pictures yet."),
        ):
            page.goto(address + path)
            page.get_by_text(words).wait_for()
            assert findings(page) == []
        page.context.close()
