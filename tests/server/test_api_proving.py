"""Reviewing, learning, gates, rules and proposals over HTTP, and a release that is served first."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from muslin.domain.errors import GateClosed
from muslin.domain.house.people import Role
from muslin.runtime.studio import Studio
from tests.server.conftest import Visit
from tests.server.house import NAME, PHOTOS, PROBES, House

REPORT = "/api/v1/reports/report-1"
PROFILE = f"/api/v1/profiles/{NAME}"
FAILED = {"verdict": "failed", "flaws": [{"kind": "hands"}]}
RANGE = {"categories": ["dress", "coat"], "colours": ["red", "navy"]}


@pytest.fixture
def reviewer(visit: Visit) -> TestClient:
    return visit(Role.REVIEWER)


@pytest.fixture
def director(visit: Visit) -> TestClient:
    return visit(Role.DIRECTOR)


def items(client: TestClient, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(path).json()["items"]
    return found


def test_two_people_get_two_pictures_and_a_taken_one_is_refused(
    reviewer: TestClient, director: TestClient
) -> None:
    mine = reviewer.post(f"{REPORT}/next").json()
    theirs = director.post(f"{REPORT}/next").json()

    assert mine["task"] != theirs["task"]
    assert reviewer.post(f"{REPORT}/next").json()["task"] == mine["task"]
    assert len(items(reviewer, f"{REPORT}/queue")) == PROBES
    shown = reviewer.get(f"{REPORT}/pictures/{mine['left']}/file")
    assert shown.headers["content-type"] == "image/png"
    taken = reviewer.post("/api/v1/judgements", json={"task": theirs["task"], "verdict": "passed"})
    assert (taken.status_code, taken.json()["code"]) == (409, "picture_taken")


def test_a_picture_of_the_live_pile_is_found_by_its_task(reviewer: TestClient) -> None:
    sight = reviewer.post(f"{REPORT}/next", params={"pile": "live"}).json()
    generation = sight["task"].partition(".")[2]

    assert reviewer.get(f"/api/v1/pictures/{generation}").json()["picture"] == sight["left"]
    assert reviewer.post(f"{REPORT}/next", params={"pile": "none"}).status_code == 422


def test_a_judgement_is_the_callers_is_said_once_and_can_be_taken_back(
    reviewer: TestClient,
) -> None:
    task = reviewer.post(f"{REPORT}/next").json()["task"]
    said, once = {"task": task, **FAILED}, {"Idempotency-Key": task}

    first = reviewer.post("/api/v1/judgements", json=said, headers=once)
    again = reviewer.post("/api/v1/judgements", json=said, headers=once)

    assert first.status_code == 201, first.text
    assert first.json() == again.json()
    assert first.json()["person"] == "Reviewer"
    (case,) = items(reviewer, f"{REPORT}/failures")
    assert (case["kind"], case["by"]) == ("hands", "Reviewer")
    assert reviewer.post("/api/v1/judgements", json=said).json()["code"] == "invalid_request"
    undone = reviewer.post(f"{REPORT}/judgements/undo")
    assert undone.json()["undone_at"]
    assert items(reviewer, f"{REPORT}/failures") == []
    assert reviewer.post(f"{REPORT}/judgements/undo").status_code == 404
    assert len(items(reviewer, f"{REPORT}/judgements")) == 1


def test_a_guest_judges_by_their_link_and_not_over_the_api(visit: Visit) -> None:
    assert visit(Role.GUEST).post(f"{REPORT}/next").status_code == 403


def test_two_who_judged_the_same_are_compared(reviewer: TestClient, director: TestClient) -> None:
    task = "report-1.5"
    for one in (reviewer, director):
        assert one.post("/api/v1/judgements", json={"task": task, **FAILED}).status_code == 201

    accord = reviewer.get(f"{REPORT}/agreement").json()

    (pair,) = accord["agreements"]
    assert {pair["one"], pair["other"]} == {"Director", "Reviewer"}
    assert (pair["pictures"], pair["same"]) == (1, 1.0)
    assert accord["preferences"]["tuned"] == 0
    assert reviewer.get(f"{PROFILE}/autonomy").status_code == 200


def test_failures_gather_become_a_plan_and_are_compared(reviewer: TestClient) -> None:
    (group,) = items(reviewer, f"{REPORT}/failures/groups")
    plan = reviewer.get(f"{REPORT}/failures/plan").json()
    compared = reviewer.get(f"{PROFILE}/failures").json()

    assert (group["kind"], group["category"]) == ("hands", "dress")
    assert [one["group"]["kind"] for one in plan["collections"]] == ["hands"]
    assert (compared["before"], compared["after"]) == ("report-2", "report-1")
    assert [one["kind"] for one in compared["kinds"]] == ["hands"]
    assert reviewer.get("/api/v1/profiles/none/failures").json()["code"] == "invalid_request"


def test_a_range_is_counted_by_anybody_and_set_by_who_works(
    reviewer: TestClient, visit: Visit
) -> None:
    operator = visit(Role.OPERATOR)

    assert reviewer.post(f"{PROFILE}/probes/plan", json=RANGE).json()["pictures"] == 4
    assert items(reviewer, f"{PROFILE}/probes") == []
    assert reviewer.put(f"{PROFILE}/probes", json=RANGE).status_code == 403
    first = operator.put(f"{PROFILE}/probes", json=RANGE)
    assert first.json()["brand_range"]["categories"] == ["dress", "coat"]
    assert operator.put(f"{PROFILE}/probes", json=RANGE).json() == first.json()
    assert [one["version"] for one in items(reviewer, f"{PROFILE}/probes")] == [1]
    assert operator.put(f"{PROFILE}/probes", json={"categories": []}).status_code == 422


def test_rules_close_a_gate_until_somebody_who_may_answers_for_it(
    director: TestClient, visit: Visit
) -> None:
    operator = visit(Role.OPERATOR)
    rules = {"human": [{"name": "hems", "question": "Are the hems straight?"}]}
    excuse = {"check": "hems", "reason": "No hem is shown."}

    assert director.get("/api/v1/rules").json() is None
    assert operator.put(f"{PROFILE}/rules", json=rules).status_code == 403
    assert director.put(f"{PROFILE}/rules", json=rules).json()["by"] == "Director"
    assert director.put(f"{PROFILE}/rules", json=rules).json()["version"] == 1
    assert operator.get(f"{PROFILE}/rules").json()["rules"]["human"][0]["name"] == "hems"
    checks = {c["name"]: c for g in operator.get(f"{PROFILE}/gates").json() for c in g["checks"]}
    assert checks["hems"]["verdict"] == "unknown"
    assert operator.post(f"{REPORT}/overrides", json=excuse).status_code == 403
    said = director.post(f"{REPORT}/overrides", json=excuse)
    assert (said.status_code, said.json()["person"]) == (201, "Director")
    never = director.post(f"{REPORT}/overrides", json={**excuse, "check": "approval"})
    assert (never.status_code, never.json()["code"]) == (409, "gate_closed")
    kept = items(operator, f"{PROFILE}/gates/history")
    assert any(one["overrides"] for one in kept)
    assert director.put("/api/v1/rules", json={}).json()["name"] == ""


def test_rules_that_contradict_themselves_are_refused(director: TestClient) -> None:
    twice = {"human": [{"name": "hems", "question": "Straight?"}] * 2}

    refused = director.put("/api/v1/rules", json=twice)

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")


def test_evidence_opens_a_proposal_that_only_a_director_decides(
    reviewer: TestClient, director: TestClient, visit: Visit
) -> None:
    assert PHOTOS < 50  # so it is the failures that call for a training
    assert items(director, "/api/v1/proposals") == []
    for place in range(5):
        said = {"task": f"report-1.{place}", **FAILED}
        assert director.post("/api/v1/judgements", json=said).status_code == 201

    (proposal,) = items(reviewer, f"/api/v1/proposals?name={NAME}")

    decision = f"/api/v1/proposals/{proposal['id']}/decision"
    assert proposal["state"] == "open"
    assert visit(Role.OPERATOR).post(decision, json={"state": "approved"}).status_code == 403
    assert director.post(decision, json={"state": "open"}).status_code == 422
    assert director.post(decision, json={"state": "declined"}).json()["code"] == "invalid_request"
    no = director.post(decision, json={"state": "declined", "reason": "In May."})
    assert (no.status_code, no.json()["by"], no.json()["state"]) == (201, "Director", "declined")
    assert director.post(decision, json={"state": "approved"}).json()["code"] == "invalid_request"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/v1/releases", {"json": {"report": "report-1"}}),
        (f"/profiles/{NAME}/release", {"data": {"report": "report-1"}}),
    ],
)
def test_nothing_is_released_that_serving_draws_in_another_way(
    path: str,
    said: dict[str, Any],
    house: House,
    director: TestClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def closed(_: Studio, report: str) -> None:
        asked.append(report)
        raise GateClosed("Serving draws something else.", hint="Find out why.")

    monkeypatch.setattr(Studio, "check_parity", closed)
    before = house.studio.moves(NAME)

    assert director.post(path, **said).status_code == 409
    assert asked == ["report-1"]
    assert house.studio.moves(NAME) == before


def test_a_check_of_serving_needs_weights_that_can_be_read(
    reviewer: TestClient, visit: Visit
) -> None:
    assert reviewer.post(f"{REPORT}/parity").status_code == 403
    refused = visit(Role.OPERATOR).post(f"{REPORT}/parity")
    assert refused.json()["code"] in {"torn_checkpoint", "part_missing", "weights_missing"}
