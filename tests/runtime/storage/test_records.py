from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.exc import IntegrityError

from muslin.domain.errors import NameTaken, NotFound
from muslin.domain.fact import (
    BlobId,
    CheckpointId,
    DatasetId,
    GenerationId,
    JobId,
    PhotoId,
    ReleaseId,
    ReportId,
    ReviewId,
    RunId,
    ShootId,
)
from muslin.domain.judging import Decision
from muslin.domain.leaving import Alias
from muslin.runtime.storage.database import Storage
from muslin.runtime.storage.records import Records
from tests.runtime.storage.makers import (
    AT,
    a_checkpoint,
    a_dataset,
    a_generation,
    a_photo,
    a_problem,
    a_release,
    a_report,
    a_review,
    a_run,
    a_shoot,
    some_measures,
)


@pytest.fixture
def records(storage: Storage) -> Iterator[Records]:
    with storage.transaction() as connection:
        yield Records(connection)


@pytest.fixture
def trained(records: Records) -> Records:
    records.shoots.add(a_shoot())
    records.datasets.add(a_dataset())
    records.runs.add(a_run())
    return records


@pytest.fixture
def released(trained: Records) -> Records:
    trained.reports.add(a_report())
    for n in (1, 2):
        trained.releases.add(a_release(n))
    return trained


def test_a_shoot_is_found_by_its_name(records: Records) -> None:
    for n in (2, 1):
        records.shoots.add(a_shoot(n))

    assert records.shoots.find("ss26-1") == a_shoot(1)
    assert records.shoots.find("aw26") is None
    assert records.shoots.all() == [a_shoot(2), a_shoot(1)]


def test_a_name_stands_for_one_shoot(records: Records) -> None:
    records.shoots.add(a_shoot())

    with pytest.raises(NameTaken, match="ss26-1"):
        records.shoots.add(a_shoot().model_copy(update={"id": ShootId("shoot-9")}))


def test_photos_come_by_file_name_and_one_photo_may_be_in_two_shoots(records: Records) -> None:
    for n in (1, 2):
        records.shoots.add(a_shoot(n))
    photos = records.photos
    for photo in (a_photo("b.jpg"), a_photo("a.jpg"), a_photo("a.jpg", shoot=2)):
        photos.add(photo)

    assert photos.of(ShootId("shoot-1")) == [a_photo("a.jpg"), a_photo("b.jpg")]
    assert photos.of(ShootId("shoot-2")) == [a_photo("a.jpg", shoot=2)]
    with pytest.raises(IntegrityError):
        photos.add(a_photo("a.jpg"))


def test_a_corrected_category_changes_only_its_photo(records: Records) -> None:
    records.shoots.add(a_shoot())
    for name in ("a.jpg", "b.jpg"):
        records.photos.add(a_photo(name))

    records.photos.update(a_photo("b.jpg", category="dress"))

    corrected = [a_photo("a.jpg"), a_photo("b.jpg", category="dress")]
    assert records.photos.of(ShootId("shoot-1")) == corrected
    with pytest.raises(NotFound):
        records.photos.update(a_photo("c.jpg"))


def test_the_problems_are_those_of_the_last_import(records: Records) -> None:
    records.shoots.add(a_shoot())
    shoot = ShootId("shoot-1")
    records.photos.set_problems(shoot, [a_problem("x.jpg"), a_problem("a.jpg")])
    assert records.photos.problems(shoot) == [a_problem("x.jpg"), a_problem("a.jpg")]

    records.photos.set_problems(shoot, [a_problem("b.jpg")])
    assert records.photos.problems(shoot) == [a_problem("b.jpg")]


def test_a_photo_of_no_shoot_is_refused(records: Records) -> None:
    with pytest.raises(IntegrityError):
        records.photos.add(a_photo("a.jpg"))


def test_a_newer_way_of_measuring_does_not_read_the_older_ones_values(records: Records) -> None:
    old, new = records.measures(1), records.measures(2)
    photo = PhotoId("sha-a.jpg")
    old.put(some_measures("a.jpg", sharpness=0.25))
    assert new.get(photo) is None

    new.put(some_measures("a.jpg", sharpness=0.75))
    new.put(some_measures("a.jpg", sharpness=0.5))

    assert old.get(photo) == some_measures("a.jpg", sharpness=0.25)
    assert new.get(photo) == some_measures("a.jpg", sharpness=0.5)


def test_a_dataset_is_found_by_id_shoot_and_digest(records: Records) -> None:
    records.shoots.add(a_shoot())
    for n in (1, 2):
        records.datasets.add(a_dataset(n))
    shoot = ShootId("shoot-1")

    assert records.datasets.get(DatasetId("dataset-2")) == a_dataset(2)
    assert records.datasets.of_shoot(shoot) == [a_dataset(1), a_dataset(2)]
    assert records.datasets.with_digest(shoot, "digest-1") == a_dataset(1)
    assert records.datasets.with_digest(shoot, "digest-9") is None


def test_runs_come_by_name_and_in_the_order_of_their_start(trained: Records) -> None:
    trained.runs.add(a_run(2, name="aw26"))
    trained.runs.add(a_run(3))

    assert trained.runs.get(RunId("run-2")) == a_run(2, name="aw26")
    assert trained.runs.named("ss26") == [a_run(1), a_run(3)]
    assert [run.id for run in trained.runs.all()] == ["run-1", "run-2", "run-3"]


def test_a_resumed_training_keeps_the_ids_of_equal_checkpoints(trained: Records) -> None:
    trained.runs.add_checkpoint(a_checkpoint(40))
    trained.runs.add_checkpoint(a_checkpoint(20))

    kept = trained.runs.add_checkpoint(a_checkpoint(20, name="checkpoint-again"))

    assert kept == a_checkpoint(20)
    assert trained.runs.checkpoints(RunId("run-1")) == [a_checkpoint(20), a_checkpoint(40)]


def test_overwritten_weights_take_the_place_of_the_old_ones(trained: Records) -> None:
    trained.runs.add_checkpoint(a_checkpoint(20))
    other = a_checkpoint(20, digest="other weights", name="checkpoint-other")

    assert trained.runs.add_checkpoint(other) == other

    assert trained.runs.checkpoints(RunId("run-1")) == [other]
    assert trained.runs.checkpoint(CheckpointId("checkpoint-other")) == other


def test_the_latest_report_of_a_name_is_the_last_one_made(trained: Records) -> None:
    for n in (2, 1):
        trained.reports.add(a_report(n))
    trained.reports.add(a_report(3, name="aw26"))

    assert trained.reports.latest_named("ss26") == a_report(1)
    assert trained.reports.latest_named("ss27") is None
    assert [r.id for r in trained.reports.of_run(RunId("run-1"))] == [
        "report-2",
        "report-1",
        "report-3",
    ]


@pytest.mark.parametrize("value", [math.inf, None])
def test_what_could_not_be_measured_is_read_back_as_it_was(
    trained: Records, value: float | None
) -> None:
    trained.reports.add(a_report(value=value))

    assert trained.reports.get(ReportId("report-1")) == a_report(value=value)


def test_decisions_of_the_same_second_keep_their_order(released: Records) -> None:
    decisions = [Decision.APPROVED, Decision.REJECTED, Decision.APPROVED, Decision.REJECTED]
    for n, decision in zip((9, 2, 7, 1), decisions, strict=True):
        released.reviews.add(a_review(n, decision))

    found = released.reviews.of_report(ReportId("report-1"))

    assert [review.decision for review in found] == decisions
    assert released.reviews.get(ReviewId("review-7")) == a_review(7, Decision.APPROVED)


def test_an_alias_means_one_release_of_its_name_at_a_time(released: Records) -> None:
    releases = released.releases
    releases.add(a_release(3, name="aw26"))
    for release, name in ((1, "ss26"), (2, "ss26"), (3, "aw26")):
        releases.point(name, Alias.LIVE, ReleaseId(f"release-{release}"), AT, "Ada")
    releases.point("ss26", Alias.PREVIOUS, ReleaseId("release-1"), AT, "Ada")

    assert releases.aliases("ss26") == {Alias.LIVE: "release-2", Alias.PREVIOUS: "release-1"}
    assert releases.holders(Alias.LIVE) == {"ss26": "release-2", "aw26": "release-3"}
    assert [release.id for release in releases.named("ss26")] == ["release-1", "release-2"]


def test_every_move_of_an_alias_is_remembered(released: Records) -> None:
    releases = released.releases
    for n in (1, 2):
        releases.point("ss26", Alias.LIVE, ReleaseId(f"release-{n}"), AT, "Ada")
    releases.unpoint("ss26", Alias.LIVE, AT, "Grace")

    assert releases.aliases("ss26") == {}
    moves = [(move.alias, move.release, move.by) for move in releases.moves("ss26")]
    assert moves == [
        (Alias.LIVE, "release-1", "Ada"),
        (Alias.LIVE, "release-2", "Ada"),
        (Alias.LIVE, None, "Grace"),
    ]


def test_an_alias_never_means_a_release_that_is_not_there(released: Records) -> None:
    with pytest.raises(IntegrityError):
        released.releases.point("ss26", Alias.LIVE, ReleaseId("release-9"), AT, "Ada")


def test_pictures_are_told_apart_by_the_release_that_made_them(released: Records) -> None:
    for n, release in ((1, "release-1"), (2, None), (3, "release-1")):
        released.generations.add(a_generation(n, release))

    made = released.generations.of_release(ReleaseId("release-1"))
    assert [generation.id for generation in made] == ["generation-1", "generation-3"]
    assert released.generations.of_release(None) == [a_generation(2, None)]


def test_a_drawn_probe_is_remembered_by_its_key(records: Records) -> None:
    assert records.rendered.get("probe-1") is None

    for picture in ("a", "b"):
        records.rendered.put("probe-1", BlobId(picture))

    assert records.rendered.get("probe-1") == "b"


LOOKUPS: list[Callable[[Records], object]] = [
    lambda records: records.datasets.get(DatasetId("nothing")),
    lambda records: records.runs.get(RunId("nothing")),
    lambda records: records.runs.checkpoint(CheckpointId("nothing")),
    lambda records: records.reports.get(ReportId("nothing")),
    lambda records: records.reviews.get(ReviewId("nothing")),
    lambda records: records.releases.get(ReleaseId("nothing")),
    lambda records: records.generations.get(GenerationId("nothing")),
    lambda records: records.jobs.get(JobId("nothing")),
]


@pytest.mark.parametrize("look_up", LOOKUPS)
def test_what_is_not_there_is_named_with_a_way_to_find_it(
    records: Records, look_up: Callable[[Records], object]
) -> None:
    with pytest.raises(NotFound, match="nothing") as refusal:
        look_up(records)
    assert "muslin " in refusal.value.hint or "metadata" in refusal.value.hint
