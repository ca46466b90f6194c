from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from muslin.domain.dataset import SelectionRecipe, Split
from muslin.domain.errors import InvalidRequest, NotFound
from muslin.domain.fact import DatasetId, RunId
from muslin.runtime.storage.records import Records
from muslin.runtime.studio import Studio
from tests.runtime.desks.conftest import SHOOT
from tests.runtime.storage.makers import a_run

ALL = SelectionRecipe(photos=30)
RANGE = """
[categories]
dress = 5
t-shirt = 4

[colours]
navy = 6

[[shots]]
category = "dress"
colour = "navy"
presentation = "hanger"
count = 2

[use]
backdrop = ["white", "outdoors"]
"""


@pytest.fixture
def range_file(tmp_path: Path) -> Path:
    file = tmp_path / "range.toml"
    file.write_text(RANGE, encoding="utf-8")
    return file


def test_a_shoot_is_judged_as_a_whole(studio: Studio, range_file: Path) -> None:
    check = studio.check_dataset(SHOOT, range_file)

    assert check.photos == 27
    assert 0 < check.score.score < 100
    assert {p.name for p in check.score.parts if p.value is None} == set()
    backdrop = next(one for one in check.baked_in if one.trait == "backdrop")
    assert backdrop.is_baked_in
    assert backdrop.conflicts == ("white", "outdoors")
    assert any(odd.file_name == "tee-olive-other-table.jpg" for odd in check.odd)
    shots = {(s.shot.category, s.shot.colour, s.shot.presentation) for s in check.coverage.missing}
    assert ("dress", "navy", "hanger") in shots
    assert check.coverage.met is not None


def test_a_dataset_is_judged_by_its_own_photos_and_words(studio: Studio) -> None:
    dataset = studio.freeze_dataset(SHOOT, SelectionRecipe())

    check = studio.check_dataset(dataset.id)

    assert check.photos == 20
    assert check.coverage.met is None
    assert not any(odd.respect == "backdrop" for odd in check.odd)  # selection left them out
    assert {one.standing for one in check.rights} == {"unstated"}


def test_a_range_that_makes_no_sense_is_refused(studio: Studio, tmp_path: Path) -> None:
    file = tmp_path / "range.toml"
    file.write_text("[categories]\ndress = -1\n", encoding="utf-8")

    with pytest.raises(InvalidRequest, match="dress"):
        studio.check_dataset(SHOOT, file)
    with pytest.raises(InvalidRequest, match="cannot be read"):
        studio.check_dataset(SHOOT, tmp_path / "missing.toml")


def test_an_unknown_set_is_named(studio: Studio) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        studio.check_dataset("nowhere")


def test_of_a_second_batch_only_the_new_photos_are_measured(
    sample_shoot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "photos"
    shutil.copytree(sample_shoot, folder)
    looked = 0
    with Studio.open(tmp_path / "home") as studio:
        studio.import_shoot(folder, SHOOT)
        assert studio.unmeasured(SHOOT) == 27
        first = studio.freeze_dataset(SHOOT, ALL)
        assert studio.unmeasured(SHOOT) == 0

        with Image.open(folder / "dress-red.jpg") as dress:
            ImageOps.flip(dress).save(folder / "new.jpg")
        imported = studio.import_shoot(folder, SHOOT)
        assert (imported.added, imported.known) == (1, 27)
        assert studio.unmeasured(SHOOT) == 1
        read = studio._shop.reader.read

        def count(picture: object) -> object:
            nonlocal looked
            looked += 1
            return read(picture)  # type: ignore[arg-type]

        monkeypatch.setattr(studio._shop.reader, "read", count)
        second = studio.freeze_dataset(SHOOT, ALL)

        assert looked == 1
        assert len(second.choices) == len(first.choices) + 1
        assert studio.diff_datasets(first.id, second.id).photos_in == ("new.jpg",)
        assert studio.datasets() == [first, second]
        assert studio.dataset(first.id) == first


def test_front_and_back_of_an_article_land_in_one_split(sample_shoot: Path, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    shutil.copytree(sample_shoot, folder)
    articles = "file_name,sku\n" + "".join(
        f"{path.name},KN-{n // 2}\n" for n, path in enumerate(sorted(folder.glob("*.jpg")))
    )
    (folder / "articles.csv").write_text(articles, encoding="utf-8")
    skus = dict(line.split(",") for line in articles.split()[1:])
    with Studio.open(tmp_path / "home") as studio:
        studio.import_shoot(folder, SHOOT)
        for seed in range(4):
            frozen = studio.freeze_dataset(SHOOT, SelectionRecipe(seed=seed, hold_out=4))
            held = {skus[p.file_name] for p in frozen.photos if p.split is Split.HOLD_OUT}
            taught = {skus[p.file_name] for p in frozen.photos if p.split is Split.TEACH}
            assert held
            assert held.isdisjoint(taught)


def test_a_dataset_tells_which_trainings_learn_from_it(studio: Studio) -> None:
    dataset = studio.freeze_dataset(SHOOT, SelectionRecipe())
    run = a_run().model_copy(update={"dataset": dataset.id, "id": RunId("run-7")})
    with studio._shop.storage.transaction() as connection:
        Records(connection).runs.add(run)

    assert studio.trained_on(dataset.id) == [run]
    assert studio.trained_on(DatasetId("dataset-0")) == []
