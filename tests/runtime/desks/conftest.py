"""A studio that has measured the sample shoot once; every test gets a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from muslin.domain.fact import ReleaseId
from muslin.domain.judging import Decision
from muslin.domain.leaving import Alias
from muslin.runtime.home import open_home
from muslin.runtime.storage.records import Records
from muslin.runtime.studio import Studio
from tests.runtime.storage.makers import (
    AT,
    a_checkpoint,
    a_dataset,
    a_generation,
    a_photo,
    a_release,
    a_report,
    a_review,
    a_run,
    a_shoot,
)

SHOOT = "sage"


@pytest.fixture(scope="session")
def measured(sample_shoot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the photos and a home that knows them."""
    place = tmp_path_factory.mktemp("measured")
    shutil.copytree(sample_shoot, place / "photos")
    with Studio.open(place / "home") as studio:
        studio.import_shoot(place / "photos", SHOOT)
        studio.check_shoot(SHOOT)
    return place


@pytest.fixture
def home(measured: Path, tmp_path: Path) -> Path:
    shutil.copytree(measured / "home", tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    with Studio.open(home) as opened:
        yield opened


@pytest.fixture
def shop(tmp_path: Path, new_database: Path) -> Iterator[Studio]:
    """A studio with three photos, the first of them in a release that has drawn two pictures."""
    home = open_home(tmp_path / "shop")
    shutil.copy(new_database, home.database)
    with Studio.open(home.root) as studio:
        with studio._shop.storage.transaction() as connection:
            keep_chain(Records(connection))
        yield studio


def keep_chain(records: Records) -> None:
    records.shoots.add(a_shoot())
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        records.photos.add(a_photo(name))
    records.datasets.add(a_dataset())
    records.runs.add(a_run())
    records.runs.add_checkpoint(a_checkpoint(40))
    records.reports.add(a_report())
    records.reviews.add(a_review(1, Decision.APPROVED))
    records.releases.add(a_release())
    records.releases.point("ss26", Alias.LIVE, ReleaseId("release-1"), AT, "Ada")
    for n in range(2):
        records.generations.add(a_generation(n, "release-1"))
