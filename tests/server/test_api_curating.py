"""Captions, datasets and rights over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from muslin.domain.fact import now
from muslin.domain.house.people import Role
from tests.server.conftest import Visit
from tests.server.house import NAME, PHOTOS, House

CAPTIONS = f"/api/v1/shoots/{NAME}/captions"
RIGHTS = f"/api/v1/shoots/{NAME}/rights"


@pytest.fixture
def operator(visit: Visit) -> TestClient:
    return visit(Role.OPERATOR)


def items(client: TestClient, path: str, **wanted: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(path, params=wanted).json()["items"]
    return found


def test_many_captions_change_at_once_and_are_taken_back(operator: TestClient) -> None:
    asked = {"action": "add", "words": "on linen", "where": {"file": "look-0*"}}

    done = operator.post(f"{CAPTIONS}/changes", json=asked)

    assert done.status_code == 201
    assert done.json()["person"] == "Operator"
    changed = items(operator, CAPTIONS, author="Operator")
    assert [one["file_name"] for one in changed] == [f"look-{n:02}.jpg" for n in range(10)]
    assert all(one["caption"]["text"].endswith("on linen") for one in changed)
    assert operator.post(f"{CAPTIONS}/undo").json()["undoes"] == done.json()["id"]
    assert items(operator, CAPTIONS, text="on linen") == []
    assert len(items(operator, f"{CAPTIONS}/changes")) == 2


def test_a_change_with_a_key_is_made_once(operator: TestClient) -> None:
    asked, once = {"action": "add", "words": "pressed"}, {"Idempotency-Key": "pressed"}
    before = len(items(operator, f"{CAPTIONS}/changes"))

    first = operator.post(f"{CAPTIONS}/changes", json=asked, headers=once)
    again = operator.post(f"{CAPTIONS}/changes", json=asked, headers=once)

    assert first.json() == again.json()
    assert len(items(operator, f"{CAPTIONS}/changes")) == before + 1
    operator.post(f"{CAPTIONS}/undo")


def test_captions_that_would_stay_the_same_are_refused(operator: TestClient) -> None:
    asked = {"action": "replace", "words": "tartan", "by": "plaid"}

    assert operator.post(f"{CAPTIONS}/changes", json=asked).json()["code"] == "invalid_request"


def test_a_reviewer_reads_captions_and_changes_none(visit: Visit) -> None:
    reviewer = visit(Role.REVIEWER)
    asked = {"action": "add", "words": "on linen"}

    assert len(items(reviewer, CAPTIONS)) == PHOTOS
    assert reviewer.post(f"{CAPTIONS}/changes", json=asked).status_code == 403
    assert reviewer.get(f"/api/v1/captions/{NAME}/lint").status_code == 403


def test_a_lint_says_what_all_captions_share(operator: TestClient) -> None:
    lint = operator.get(f"/api/v1/captions/{NAME}/lint", params={"trigger": "ss26"}).json()

    assert lint["captions"] == PHOTOS
    assert "shared" in {fault["kind"] for fault in lint["faults"]}
    assert operator.get("/api/v1/captions/none/lint").status_code == 404


def test_frozen_versions_are_listed_checked_and_compared(operator: TestClient) -> None:
    assert [one["id"] for one in items(operator, "/api/v1/datasets")] == ["dataset-1"]
    diff = operator.get("/api/v1/datasets/dataset-1/diff", params={"before": "dataset-1"}).json()
    assert (diff["kept"], diff["same_digest"]) == (10, True)
    assert [one["id"] for one in items(operator, "/api/v1/datasets/dataset-1/runs")] == ["run-1"]
    assert operator.get("/api/v1/datasets/dataset-1/check").json()["photos"] == 10
    assert operator.get(f"/api/v1/datasets/{NAME}/check").json()["photos"] == PHOTOS
    assert operator.get(f"/api/v1/shoots/{NAME}/unmeasured").json() == {"photos": 0}


@pytest.mark.parametrize("call", ["runs", "check", "rights", "diff?before=dataset-1"])
def test_a_version_that_is_not_there_is_not_found(call: str, operator: TestClient) -> None:
    assert operator.get(f"/api/v1/datasets/none/{call}").status_code == 404


def test_a_check_of_a_set_reads_no_file_of_the_machine(operator: TestClient) -> None:
    wanted = {"range_file": "/etc/hostname"}

    plain = operator.get("/api/v1/datasets/dataset-1/check")
    assert operator.get("/api/v1/datasets/dataset-1/check", params=wanted).json() == plain.json()


def test_what_is_said_of_rights_carries_a_name_and_an_end(operator: TestClient) -> None:
    said = {
        "files": ["look-00.jpg"],
        "licence": "own",
        "consents": [{"person": "Mia", "until": "2999-12-31"}],
    }

    stated = operator.post(RIGHTS, json=said)

    assert stated.status_code == 201
    (entry,) = stated.json()["entries"]
    assert (entry["said_by"], entry["source"]) == ("Operator", "api")
    first, *others = items(operator, RIGHTS)
    assert (first["standing"], first["until"]) == ("given", "2999-12-31")
    assert {one["standing"] for one in others} == {"unstated"}
    assert items(operator, "/api/v1/rights/expiring", days="3650") == []
    assert operator.post(RIGHTS, json={}).json()["code"] == "invalid_request"
    assert operator.post(RIGHTS, json={**said, "files": ["none.jpg"]}).status_code == 404


def test_rights_that_end_soon_are_listed(operator: TestClient) -> None:
    ends = (now() + timedelta(days=9)).date().isoformat()
    said = {"files": ["look-01.jpg"], "licence": "a photographer's", "until": ends}
    assert operator.post(RIGHTS, json=said).status_code == 201

    (ending,) = items(operator, "/api/v1/rights/expiring", days="10")

    assert (ending["shoot"], ending["rights"]["file_name"]) == (NAME, "look-01.jpg")
    assert items(operator, "/api/v1/rights/expiring", days="8") == []


def test_rights_that_have_ended_forbid_to_learn(operator: TestClient) -> None:
    said = {"files": ["look-01.jpg"], "licence": "a photographer's", "until": "2020-01-01"}
    operator.post(RIGHTS, json=said)

    refused = operator.get("/api/v1/datasets/dataset-1/rights")

    assert (refused.status_code, refused.json()["code"]) == (403, "rights_missing")
    operator.post(RIGHTS, json={**said, "until": "2999-12-31"})
    assert operator.get("/api/v1/datasets/dataset-1/rights").json()  # of the others, a note


def test_only_who_may_release_takes_rights_back_and_all_that_learnt_falls(
    house: House, operator: TestClient, visit: Visit
) -> None:
    director, asked = visit(Role.DIRECTOR), {"reason": "Mia said so", "files": ["look-02.jpg"]}

    assert operator.post(f"{RIGHTS}/withdraw", json=asked).status_code == 403
    assert items(operator, "/api/v1/rights/retired") == []
    assert director.post(f"{RIGHTS}/withdraw", json={"reason": "x"}).status_code == 422
    withdrawn = director.post(f"{RIGHTS}/withdraw", json=asked)

    assert withdrawn.status_code == 201
    assert (withdrawn.json()["by"], withdrawn.json()["files"]) == ("Director", ["look-02.jpg"])
    retired = {(one["kind"], one["subject"]) for one in items(operator, "/api/v1/rights/retired")}
    assert {("dataset", "dataset-1"), ("run", "run-1"), ("release", "release-2")} <= retired
    assert house.studio.aliases(NAME) == {}
    gone = operator.post("/api/v1/runs", json={"name": "again", "dataset": "dataset-1"})
    assert (gone.status_code, gone.json()["code"]) == (410, "retired")
