"""Coming in, and following what happens."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from muslin.domain.errors import NotSignedIn
from muslin.domain.fact import JobId
from muslin.domain.house.people import Role
from muslin.domain.progress import Progress
from muslin.domain.work import JobKind
from muslin.runtime.jobs.identity import ProcessIdentity
from muslin.server.doors.patience import TRIES, WAIT_S, Patience
from tests.server.conftest import Visit
from tests.server.house import PASSWORD, House


def test_a_password_opens_a_session_and_signing_out_ends_it_everywhere(visit: Visit) -> None:
    browser = visit(None)

    wrong = browser.post("/sign-in", data={"name": "Director", "password": "not this one"})
    assert wrong.status_code == 401
    assert "do not belong together" in wrong.text
    right = browser.post("/sign-in", data={"name": "director", "password": PASSWORD})
    assert right.headers["location"] == "/"
    home = browser.get("/")
    assert home.status_code == 200
    cookie = browser.cookies["muslin"]
    token = re.search(r'name="csrf" content="(\w+)"', home.text)
    assert token is not None
    browser.post("/sign-out", headers={"X-CSRF-Token": token[1]})
    copied = visit(None)
    copied.cookies.set("muslin", cookie)
    assert copied.get("/api/v1/me").status_code == 401


def test_a_stranger_is_led_to_the_door(visit: Visit) -> None:
    answer = visit(None).get("/library", headers={"Accept": "text/html"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_guessing_is_slowed_down() -> None:
    now = [0.0]
    patience = Patience(clock=lambda: now[0])
    for _ in range(TRIES):
        patience.check("Ada")
        patience.failed("ada")

    with pytest.raises(NotSignedIn):
        patience.check("ADA")
    patience.check("Grace")
    now[0] = WAIT_S + 1
    patience.check("Ada")


def test_a_guest_comes_in_by_the_link_and_decides(house: House, visit: Visit) -> None:
    secret = house.studio.give_guest_link(house.studio.report("report-2").id, "Grace")
    guest = visit(None)

    assert "Open the review" in guest.get(f"/guest?token={secret}").text
    came = guest.post("/guest", data={"token": secret})
    assert came.headers["location"] == "/reviews/report-2"
    shown = guest.get("/reviews/report-2")
    token = re.search(r'name="csrf" content="(\w+)"', shown.text)
    assert token is not None
    said = {"decision": "rejected", "reason": "Wrong colour"}
    sent = guest.post("/reviews/report-2", data=said, headers={"X-CSRF-Token": token[1]})
    assert sent.status_code == 204
    last = house.studio.reviews(house.studio.report("report-2").id)[-1]
    assert (last.person, last.reasons) == ("Grace (guest)", ("Wrong colour",))


def a_job_that_is_over(house: House) -> JobId:
    queue = house.shop.queue
    job = queue.submit(JobKind.VALIDATE, "run-1")
    claim = queue.claim(ProcessIdentity.here(), job.id)
    assert claim is not None
    for done in range(1, 4):
        claim.attempt.report(Progress("validate", done, 3, unit="pictures", note="base"))
    with claim.attempt.finishing():
        pass
    return job.id


def ids_of(stream: TestClient, job: JobId, after: str | None) -> list[int]:
    headers = {"Last-Event-ID": after} if after else {}
    answer = stream.get(f"/jobs/{job}/events", headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "event: over" in answer.text
    return [int(number) for number in re.findall(r"^id: (\d+)$", answer.text, re.MULTILINE)]


def test_a_stream_that_broke_goes_on_after_the_last_event(house: House, visit: Visit) -> None:
    job, stream = a_job_that_is_over(house), visit(Role.REVIEWER)

    whole = ids_of(stream, job, None)
    rest = ids_of(stream, job, str(whole[2]))

    assert len(whole) == 6  # submitted, claimed, three pictures, done
    assert rest == whole[3:]
    assert visit(Role.REVIEWER).get("/jobs/none/events").status_code == 404
