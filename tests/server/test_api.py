"""The studio's verbs for programs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from muslin.cli.errors import STATUS as EXIT_STATUS
from muslin.domain.house.people import Role
from muslin.runtime.studio import Studio
from muslin.server.errors import STATUS
from tests.server.conftest import Visit
from tests.server.house import NAME, House, a_garment

NOT_OVER_HTTP = {
    "open": "is how a server begins",
    "run": "is its steps, one call each",
    "import_shoot": "reads a folder of the machine; `receive` and `take_in` stand for it",
    "check_folder": "reads a folder of the machine",
    "folder_page": "reads a folder of the machine",
    "import_captions": "reads a folder of the machine",
    "export_captions": "writes a folder of the machine",
    "save_sight": "writes a folder of the machine; `proof_picture` hands out what it would write",
    "shoot_page": "is a file to keep; `check_shoot` says the same",
    "permit_shoot": "is asked by `run`",
    "is_trained": "is asked by `run`",
    "follow": "carries a job itself; the server's foreman does",
    "foreman": "is the server's own",
    "draw_next": "is the painter's",
    "generate": "draws at once; `order_pictures` stands for it",
    "save_pictures": "writes a folder of the machine",
    "export_release": "writes a folder of the machine",
    "import_adapter": "reads a file of the machine",
    "fetch_weights": "downloads gigabytes; a person at the machine decides",
    "caller": "is the gatekeeper's",
    "write_down": "is the gatekeeper's",
    "welcome_owner": "is `muslin serve`'s",
    "welcomed": "is the welcome page's",
    "choose_password": "is the welcome page's",
    "sign_in": "is for browsers",
    "welcome_again": "is for Settings",
    "answer_given": "is how an Idempotency-Key works",
    "keep_answer": "is how an Idempotency-Key works",
    "permit": "is asked by every verb that opens a base",
    "licence": "`licences` lists all",
    "seconds_each": "is shown by Make",
    "faces": "is shown on cards",
    "photo_thumb": "is for pages",
    "generation_thumb": "is for pages",
    "proof_photo": "is for the review page",
    "report_page": "is for the proof page",
}


@pytest.fixture
def api(visit: Visit) -> TestClient:
    return visit(Role.OWNER)


def test_every_verb_answers_over_http_or_has_a_reason_not_to(root: Path) -> None:
    verbs = {n for n in dir(Studio) if not n.startswith("_") and callable(getattr(Studio, n))}
    called = {
        node.attr
        for path in (root / "src/muslin/server/api").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "studio"
    }

    assert verbs - called == NOT_OVER_HTTP.keys()


def test_every_refusal_has_an_http_status() -> None:
    assert STATUS.keys() == EXIT_STATUS.keys()


def test_a_refusal_says_its_code_and_the_way_out(api: TestClient) -> None:
    answer = api.get("/api/v1/datasets/none")

    assert answer.status_code == 404
    body = answer.json()
    assert body["code"] == "not_found"
    assert "dataset 'none'" in body["message"]
    assert body["hint"]


def test_a_value_out_of_bounds_is_a_refusal_like_any_other(api: TestClient) -> None:
    answer = api.post(f"/api/v1/shoots/{NAME}/datasets", json={"photos": 500})

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"
    assert "photos" in answer.json()["message"]


def test_lists_come_in_parts_that_together_are_the_whole(api: TestClient) -> None:
    ids: list[str] = []
    start: int | None = 0
    while start is not None:
        part = api.get("/api/v1/pictures", params={"start": start, "limit": 4}).json()
        ids += [one["id"] for one in part["items"]]
        start = part["next_start"]

    assert ids == [f"picture-{n}" for n in (5, 4, 3, 2, 1, 0)]
    assert part["total"] == 6


def test_pictures_are_found_by_words_and_release(api: TestClient) -> None:
    def found(**wanted: str) -> int:
        total: int = api.get("/api/v1/pictures", params=wanted).json()["total"]
        return total

    assert found(words="NAVY skirt") == 2
    assert found(words="navy coat") == 0
    assert found(release="release-2") == 6
    assert found(release="release-1") == 0


def test_the_same_key_orders_once_and_another_body_is_refused(
    api: TestClient, house: House
) -> None:
    order = {"release": NAME, "prompts": ["a red dress"], "count": 2}
    before = len(house.studio.picture_orders())
    once = {"Idempotency-Key": "monday"}

    first = api.post("/api/v1/orders", json=order, headers=once)
    again = api.post("/api/v1/orders", json=order, headers=once)
    other = api.post("/api/v1/orders", json={**order, "count": 3}, headers=once)

    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    assert other.json()["code"] == "invalid_request"
    assert len(house.studio.picture_orders()) == before + 1
    assert api.post("/api/v1/orders", json=order).json()["id"] != first.json()["id"]


def test_photos_arrive_file_by_file_and_are_taken_in_as_one_job(
    api: TestClient, house: House
) -> None:
    for n in range(3):
        sent = api.put(f"/api/v1/shoots/new/files/{n}.jpg", content=a_garment("red", n))
        assert sent.status_code == 204
    bad = api.put("/api/v1/shoots/new/files/x.exe", content=b"MZ\x90\0 not a photo")
    out = api.put("/api/v1/shoots/new/files/%2e%2e/%2e%2e/x.jpg", content=a_garment("red"))

    assert bad.json()["code"] == "upload_refused"
    assert out.status_code in {404, 422}
    assert len(api.get("/api/v1/shoots/new/files").json()) == 3
    job = api.post("/api/v1/shoots/new/import").json()
    assert job["kind"] == "intake"
    assert api.post("/api/v1/shoots/new/import").json()["id"] == job["id"]
    assert house.studio.standing("new").job is not None
    assert api.post(f"/api/v1/jobs/{job['id']}/cancel").json()["state"] == "cancelled"
    assert api.post(f"/api/v1/jobs/{job['id']}/resume").json()["state"] == "queued"


def test_a_decision_carries_the_name_of_whoever_is_signed_in(visit: Visit) -> None:
    reviewer = visit(Role.REVIEWER)
    said = {"decision": "rejected", "reasons": ["The navy is not ours."]}

    answer = reviewer.post("/api/v1/reports/report-1/reviews", json=said)

    assert answer.status_code == 201
    assert answer.json()["person"] == "Reviewer"


def test_rolling_back_and_forth_is_written_down_by_name(visit: Visit) -> None:
    director = visit(Role.DIRECTOR)

    assert director.post(f"/api/v1/profiles/{NAME}/rollback").json()["id"] == "release-1"
    promoted = director.post("/api/v1/releases/release-2/promote", json={"alias": "live"})
    assert promoted.status_code == 200
    moves = director.get(f"/api/v1/profiles/{NAME}/moves").json()
    assert [(m["alias"], m["release"], m["by"]) for m in moves if m["alias"] == "live"][-2:] == [
        ("live", "release-1", "Director"),
        ("live", "release-2", "Director"),
    ]


def test_people_come_and_go(api: TestClient, visit: Visit) -> None:
    invited = api.post("/api/v1/people", json={"name": "Mia", "role": "operator"}).json()
    stranger = visit(None)
    come = {"token": invited["token"], "password": "a coat of many"}

    assert stranger.post("/welcome", data=come).status_code == 303
    assert stranger.get("/api/v1/me").json()["name"] == "Mia"
    assert visit(None).post("/welcome", data=come).status_code == 422  # the link works once
    gone = {"role": "operator", "active": False}
    api.put(f"/api/v1/people/{invited['person']['id']}", json=gone)
    assert stranger.get("/api/v1/me").status_code == 401
    owner = next(p for p in api.get("/api/v1/people").json() if p["role"] == "owner")
    last = api.put(f"/api/v1/people/{owner['id']}", json={"role": "reviewer"})
    assert last.json()["code"] == "invalid_request"


def test_the_description_names_every_call(api: TestClient) -> None:
    described = api.get("/api/v1/openapi.json").json()

    assert described["openapi"].startswith("3.1")
    assert {"/api/v1/orders", "/v1/images/generations"} <= described["paths"].keys()
    assert "/settings" not in described["paths"]
    refusal = described["components"]["schemas"]["Refusal"]
    assert set(refusal["required"]) == {"code", "message", "hint"}


def test_a_picture_is_handed_out_without_a_way_to_its_file(api: TestClient, house: House) -> None:
    photo = house.names["photo"]

    assert api.get("/api/v1/pictures/picture-0/file").headers["content-type"] == "image/png"
    thumb = api.get(f"/pictures/photos/{photo}/320.jpg")
    assert thumb.content[:3] == b"\xff\xd8\xff"
    assert api.get(f"/pictures/photos/{photo}/321.jpg").status_code == 422
    report = house.studio.report("report-1")
    assert api.get(f"/pictures/photos/{report.page}/320.jpg").status_code == 404
    assert api.get(f"/reviews/report-1/pictures/{photo}.png").status_code == 404
    assert api.get("/pictures/photos/..%2f..%2fmuslin.db/320.jpg").status_code == 404
