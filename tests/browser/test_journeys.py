"""The ways that a person goes most often, counted in clicks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from muslin.domain.errors import StudioError
from muslin.domain.house.people import Role
from muslin.domain.leaving import Alias
from muslin.networks.diffusion.base import open_base
from muslin.runtime.studio import Studio
from tests.browser.conftest import SLOW_MS, serving
from tests.server.house import NAME, PASSWORD, House

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WORKING_MS = 600_000  # a machine that others use, too


class Hand:
    """Clicks and types, and counts both."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.others = page, 0, 0

    def click(self, words: str) -> None:
        """Click the button that begins with these words."""
        self.clicks += 1
        self.page.get_by_role("button", name=re.compile(f"^{words}")).click()

    def follow(self, words: str) -> None:
        """Click the link of the page itself that begins with these words."""
        self.clicks += 1
        main = self.page.get_by_role("main")
        main.get_by_role("link", name=re.compile(f"^{words}")).click()

    def fill(self, label: str, text: str) -> None:
        """Type into the field of that label."""
        self.others += 1
        self.page.get_by_label(label).fill(text)

    def give(self, selector: str, files: list[Path]) -> None:
        """Hand over files."""
        self.others += 1
        self.page.set_input_files(selector, files)

    @property
    def interactions(self) -> int:
        """All of them."""
        return self.clicks + self.others


def test_photos_become_a_trusted_release_in_eight_clicks(
    browser: Browser, empty_studio: Studio, sample_shoot: Path
) -> None:
    try:
        open_base("starter")
    except StudioError as error:
        pytest.skip(f"NOT TESTED from photos to a release in the browser: {error}")
    secret = empty_studio.welcome_owner()
    with serving(empty_studio, works=True) as address:
        page = browser.new_context().new_page()
        page.set_default_timeout(WORKING_MS)
        page.goto(f"{address}/welcome?token={secret}")
        hand = Hand(page)
        hand.fill("Password", PASSWORD)
        hand.click("Open the studio")
        hand.follow("Bring photos")
        photos = sorted(path for path in sample_shoot.rglob("*") if path.is_file())
        hand.give("#files", photos[:26])
        hand.click("Import")
        page.wait_for_url("**/dataset")  # by itself, once every photo was looked at
        hand.click("Freeze")
        page.get_by_text("Details", exact=True).click()  # only so that the test is short
        page.get_by_label("Steps").fill("2")
        hand.click("Train")
        page.wait_for_url("**/proof")  # by itself, once it was drawn
        hand.follow("Review 4")
        hand.click("Approve")
        page.wait_for_url("**/release")
        hand.click("Release to live")
        page.get_by_text("approved by owner").wait_for()  # one picture is drawn as served first

    (release,) = empty_studio.releases()
    assert empty_studio.aliases(release.name) == {Alias.LIVE: release.id}
    assert empty_studio.reviews(release.report)[-1].person == "owner"
    assert hand.clicks <= 8
    assert hand.interactions <= 12


def test_what_is_live_is_taken_back_in_three_clicks_after_seeing_what_it_made(
    visit: Callable[..., Page], house: House
) -> None:
    before = house.studio.aliases(NAME)
    page = visit(f"/profiles/{NAME}/release", Role.DIRECTOR)
    hand = Hand(page)

    hand.click("Roll back")
    page.get_by_role("heading", name="6 pictures were made with what is live now").wait_for()
    hand.click("Bring the previous release back")
    page.get_by_text("Director made release-1 live").wait_for()

    assert hand.clicks <= 3
    after = house.studio.aliases(NAME)
    assert after[Alias.LIVE] == before[Alias.PREVIOUS]
    house.studio.roll_back(NAME)


def test_a_review_is_done_by_keys_alone_and_outlives_a_reload(
    visit: Callable[..., Page], house: House
) -> None:
    page = visit("/reviews/report-1", Role.REVIEWER)
    place, asked = page.locator("#place"), page.locator("#asked")
    place.get_by_text("1 of 8").wait_for()
    first = asked.text_content()

    page.keyboard.press("Space")
    assert "untuned" in (place.text_content() or "")
    page.keyboard.press("p")
    page.keyboard.press("4")
    page.keyboard.press("x")
    page.keyboard.press("x")
    page.keyboard.press("u")
    assert place.text_content() == "3 of 8"
    page.reload()
    place.get_by_text("3 of 8").wait_for()
    assert page.locator(".stitches").get_attribute("aria-label") == "2 of 8 looked at, 1 failed"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert asked.text_content() == first

    page.get_by_role("button", name="Reject").click()
    page.get_by_text("Reviewer rejected this just now: Cloth looks wrong").wait_for()
    last = house.studio.reviews(house.studio.report("report-1").id)[-1]
    assert last.reasons == ("Cloth looks wrong",)


def test_four_hundred_decisions_typed_at_speed_are_four_hundred_decisions(
    visit: Callable[..., Page],
) -> None:
    page = visit("/reviews/report-1", Role.OPERATOR)
    page.locator("#place").get_by_text("1 of 8").wait_for()

    for _ in range(50):
        for key in "ppxpxppp":
            page.keyboard.press(key)
        for _ in range(7):
            page.keyboard.press("ArrowLeft")

    kept = json.loads(page.evaluate("localStorage.getItem('muslin-review-report-1')"))
    assert len(kept["past"]) == 400
    assert [kept["marks"][str(n)]["pass"] for n in range(8)] == [k == "p" for k in "ppxpxppp"]


def test_the_question_mark_shows_every_key_of_the_page(visit: Callable[..., Page]) -> None:
    page = visit("/reviews/report-1")
    page.keyboard.press("?")

    said = page.locator("#keys dd").all_text_contents()
    assert {"Pass", "Fail", "Undo", "Wrong colour", "Search"} <= set(said)
    page.keyboard.press("p")  # the sheet is open: nothing is judged behind it
    page.keyboard.press("Escape")
    assert page.locator("#place").text_content() == "1 of 8"


def test_a_refusal_is_said_on_the_page_that_it_happened_on(visit: Callable[..., Page]) -> None:
    page = visit("/settings")
    page.get_by_label("Name", exact=True).fill("Reviewer")
    page.get_by_role("button", name="Invite").click()

    page.get_by_text("There is a person named 'Reviewer' already.").wait_for(timeout=SLOW_MS)
    assert page.url.endswith("/settings")
