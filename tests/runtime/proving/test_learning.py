"""Failures of one proof become probes of the next; versions of the probes are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from muslin.curation.measure import MEASURING_VERSION
from muslin.domain.dataset import DatasetVersion
from muslin.domain.errors import InvalidRequest
from muslin.domain.fact import PhotoId
from muslin.domain.judging import FailureKind
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.jobs.probing import probes_for
from muslin.runtime.rules import read_range
from muslin.runtime.storage.records import Records
from muslin.runtime.studio import Studio
from tests.review.sitting import a_drawn_report
from tests.runtime.storage.makers import a_dataset, a_photo, a_run, a_shoot, some_measures

FILES = ("a.jpg", "b.jpg")
RUN = a_run(name="knitwear")


def two_photos() -> DatasetVersion:
    one = a_dataset()
    photos = tuple(
        one.photos[0].model_copy(update={"photo": PhotoId(f"sha-{name}"), "file_name": name})
        for name in FILES
    )
    return one.model_copy(update={"photos": photos})


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with Workshop.open(tmp_path / "studio") as shop:
        with shop.storage.transaction() as connection:
            records = Records(connection)
            records.shoots.add(a_shoot())
            for name in FILES:
                records.photos.add(a_photo(name))
                records.measures(MEASURING_VERSION).put(some_measures(name))
            records.datasets.add(two_photos())
            records.runs.add(RUN)
        yield shop


def test_probes_keep_their_version_until_something_failed(shop: Workshop) -> None:
    first, again = probes_for(shop, RUN), probes_for(shop, RUN)
    with shop.storage.transaction() as connection:
        Records(connection).reports.add(a_drawn_report((FailureKind.COLOUR,), ()))
    after = probes_for(shop, RUN)

    assert first == again
    assert (first.version, first.carried, after.version, after.carried) == (1, 0, 2, 2)
    assert after.probes[: len(first.probes)] == first.probes
    assert {p.prompt for p in after.probes[len(first.probes) :]} == {"a red dress"}
    assert Studio(shop).probe_sets("knitwear") == [first, after]


def test_two_reports_of_a_name_are_compared_and_one_is_not_enough(shop: Workshop) -> None:
    studio = Studio(shop)
    with shop.storage.transaction() as connection:
        Records(connection).reports.add(a_drawn_report((FailureKind.COLOUR,), ()))
    with pytest.raises(InvalidRequest, match="1 reports"):
        studio.compare_failures("knitwear")

    with shop.storage.transaction() as connection:
        Records(connection).reports.add(a_drawn_report((), (), n=2))
    (change,) = studio.compare_failures("knitwear").kinds

    assert (change.kind, change.mended, change.broken) == (FailureKind.COLOUR, 1, 0)


def test_a_report_becomes_a_list_for_the_photographer(shop: Workshop) -> None:
    with shop.storage.transaction() as connection:
        Records(connection).reports.add(a_drawn_report((FailureKind.COLOUR,), ()))
    studio = Studio(shop)

    (case,) = studio.failures("knitwear")
    (group,) = studio.failure_groups("knitwear")
    plan = studio.collection_plan("knitwear")

    assert group.cases == (case.id,)
    assert plan.photos == 10  # 1 of 2 failed, at most 91 %


def test_a_range_that_was_set_is_what_the_next_proof_draws(shop: Workshop, root: Path) -> None:
    brand, studio = read_range(root / "examples" / "range.toml"), Studio(shop)
    first = probes_for(shop, RUN)

    planned = studio.cover(brand, "knitwear")
    chosen = studio.set_range(brand, "knitwear")
    with shop.storage.transaction() as connection:
        Records(connection).reports.add(a_drawn_report((FailureKind.COLOUR,)))
    after = probes_for(shop, RUN)

    assert (planned.pictures, planned.combinations) == (len(chosen.probes), 360)
    assert planned.pictures <= 22 + 1
    assert planned.seconds is None  # no proof has finished yet
    assert (first.version, chosen.version, after.version) == (1, 2, 3)
    assert after.brand_range == brand
    assert after.probes[: len(chosen.probes)] == chosen.probes
    assert len(after.probes) == len(chosen.probes) + 2
