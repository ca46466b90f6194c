"""What the pages say, to whom."""

from __future__ import annotations

import pytest

from muslin.domain.house.people import Role
from muslin.server.pages.home import sentence_of
from muslin.server.words import amount_of_bytes, counted, duration, title
from tests.server.conftest import Visit
from tests.server.house import NAME, House

PAGES = {
    "/": "Make pictures",
    "/shoots": "Shoots",
    "/profiles": "Profiles",
    f"/profiles/{NAME}/photos": "It ends in the middle.",
    f"/profiles/{NAME}/dataset": "Backdrop is beige",
    f"/profiles/{NAME}/training": "Ss26 has learnt",
    f"/profiles/{NAME}/proof": "The one after 40 steps is the closest to the brand.",
    "/reviews/report-1": "Backdrop is not ours",
    f"/profiles/{NAME}/release": "Ss26 is live",
    "/make": "Pictures appear here as they are drawn",
    "/library": "6\u00a0pictures",
    "/library?words=navy": "2\u00a0pictures of",
    "/library/picture-0": "trainedAlgorithmicMedia",
    "/settings": "People",
}


@pytest.mark.parametrize("role", [Role.OWNER, Role.REVIEWER])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_what_it_is_for(path: str, role: Role, visit: Visit) -> None:
    answer = visit(role).get(path)

    assert answer.status_code == 200
    assert PAGES[path] in answer.text


def test_nobody_is_shown_what_they_may_not_do(visit: Visit) -> None:
    reviewer = visit(Role.REVIEWER)

    assert "Roll back" not in reviewer.get(f"/profiles/{NAME}/release").text
    assert "Choose files" not in reviewer.get("/shoots").text
    assert "Invite" not in reviewer.get("/settings").text
    assert "Roll back" in visit(Role.DIRECTOR).get(f"/profiles/{NAME}/release").text


def test_words_of_others_stay_words(visit: Visit) -> None:
    owner = visit(Role.OWNER)

    answer = owner.get("/library", params={"words": "<script>alert(1)</script>"})

    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert owner.post("/settings/brand", data={"name": "<b>Mine</b>"}).status_code == 204
    assert "&lt;b&gt;Mine&lt;/b&gt;" in owner.get("/").text
    assert owner.post("/settings/brand", data={"name": "Maison Okafor"}).status_code == 204


def test_a_refusal_on_a_page_is_a_page(visit: Visit) -> None:
    answer = visit(Role.OWNER).get("/profiles/nothing", headers={"Accept": "text/html"})

    assert answer.status_code == 404
    assert "There is no profile" in answer.text
    assert "Go home" in answer.text


def test_home_says_what_waits_in_one_sentence(house: House) -> None:
    assert sentence_of(house.studio.standings()) == "All is done."


def test_times_and_amounts_are_said_as_people_say_them() -> None:
    assert [duration(s).replace("\u00a0", " ") for s in (0.2, 40, 100, 7500)] == [
        "1 s",
        "40 s",
        "2 min",
        "2 h 5 min",
    ]
    assert amount_of_bytes(3.4e9) == "3.4\u00a0GB"
    assert amount_of_bytes(2e6) == "2\u00a0MB"
    assert counted(1, "photo") == "1\u00a0photo"
    assert counted(1200, "photo") == "1\u202f200\u00a0photos"
    assert title("ss26-knitwear") == "Ss26 knitwear"
    assert title("shoot-2026-11-29") == "Shoot 2026-11-29"
