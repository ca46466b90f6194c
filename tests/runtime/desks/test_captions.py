from __future__ import annotations

import sys
from pathlib import Path

import pytest

from muslin.domain.curation.captions import (
    CaptionAction,
    CaptionFaultKind,
    CaptionFilter,
    CaptionFormat,
    CaptionOrder,
)
from muslin.domain.dataset import SelectionRecipe
from muslin.domain.errors import InvalidRequest, NotFound
from muslin.runtime.curation.tokens import token_count
from muslin.runtime.jobs.probing import probes_of
from muslin.runtime.storage.records import Records
from muslin.runtime.studio import Studio
from tests.runtime.desks.conftest import SHOOT

TEES = CaptionFilter(category="t-shirt")


def an_order(action: str, words: str, by: str = "", where: CaptionFilter = TEES) -> CaptionOrder:
    return CaptionOrder(action=CaptionAction(action), words=words, by=by, where=where, person="Ada")


def texts(studio: Studio) -> dict[str, str]:
    return {p.file_name: p.caption.text for p in studio.captions(SHOOT)}


def test_a_persons_words_survive_freezing_and_keep_their_author(studio: Studio) -> None:
    before = studio.freeze_dataset(SHOOT, SelectionRecipe())
    change = studio.change_captions(SHOOT, an_order("replace", "t-shirt", "tee"))

    after = studio.freeze_dataset(SHOOT, SelectionRecipe())
    again = studio.freeze_dataset(SHOOT, SelectionRecipe(seed=1))

    edited = {edit.file_name for edit in change.edits}
    for version in (after, again):
        for photo in version.photos:
            assert (photo.caption.author == "Ada") is (photo.file_name in edited)
            assert "t-shirt" not in photo.caption.text
    assert after.digest != before.digest
    diff = studio.diff_datasets(before.id, after.id)
    assert {c.file_name for c in diff.recaptioned} <= edited
    assert diff.photos_in == diff.photos_out == ()


def test_undo_brings_back_the_very_same_dataset(studio: Studio) -> None:
    before = studio.freeze_dataset(SHOOT, SelectionRecipe())
    studio.change_captions(SHOOT, an_order("add", "cotton"))
    studio.change_captions(SHOOT, an_order("remove", "cotton"))
    studio.change_captions(SHOOT, an_order("set", "a tee", where=CaptionFilter(file="tee-red.jpg")))

    for _ in range(3):
        studio.undo_captions(SHOOT, "Bo")

    assert studio.freeze_dataset(SHOOT, SelectionRecipe()) == before
    changes = studio.caption_changes(SHOOT)
    assert [c.person for c in changes] == ["Ada"] * 3 + ["Bo"] * 3
    assert changes[3].undoes == changes[2].id


def test_the_brands_vocabulary_is_read_from_the_studios_folder(studio: Studio, home: Path) -> None:
    (home / "vocabulary.toml").write_text(
        '[categories]\nt-shirt = "tee"\n[colours]\nnavy = "midnight"\n', encoding="utf-8"
    )

    frozen = studio.freeze_dataset(SHOOT, SelectionRecipe())

    assert texts(studio)["tee-navy.jpg"] == "a midnight tee"
    assert frozen.vocabulary.categories == {"t-shirt": "tee"}
    assert any("tee" in photo.caption.text.split() for photo in frozen.photos)


def test_a_vocabulary_that_makes_no_sense_is_refused_with_the_way_out(
    studio: Studio, home: Path
) -> None:
    (home / "vocabulary.toml").write_text('[categorys]\na = "b"\n', encoding="utf-8")

    with pytest.raises(InvalidRequest, match="categorys") as refused:
        studio.captions(SHOOT)

    assert "[categories]" in refused.value.hint


@pytest.mark.parametrize("format", CaptionFormat)
def test_what_is_exported_comes_back_without_a_change(
    studio: Studio, format: CaptionFormat, tmp_path: Path
) -> None:
    studio.change_captions(SHOOT, an_order("add", 'rib neck, "Rosa"'))
    out = tmp_path / "out"

    written = studio.export_captions(SHOOT, format, out)
    change, problems = studio.import_captions(SHOOT, out, "Bo")

    assert change is None
    assert problems == []
    assert (out / "tee-red.jpg") in written
    assert (out / "tee-red.jpg").read_bytes().startswith(b"\xff\xd8")


def test_captions_written_elsewhere_carry_the_name_of_who_brought_them(
    studio: Studio, tmp_path: Path
) -> None:
    (tmp_path / "tee-red.txt").write_text("the red tee of the cover\n", encoding="utf-8")

    change, _ = studio.import_captions(SHOOT, tmp_path, "Bo")

    assert change is not None
    (edit,) = change.edits
    assert edit.after is not None
    assert (edit.after.text, edit.after.author) == ("the red tee of the cover", "Bo")


def test_a_dataset_is_exported_with_its_own_photos_alone(studio: Studio, tmp_path: Path) -> None:
    dataset = studio.freeze_dataset(SHOOT, SelectionRecipe(photos=12))

    studio.export_captions(dataset.id, CaptionFormat.KOHYA, tmp_path)

    assert {p.stem for p in tmp_path.glob("*.txt")} == {
        Path(photo.file_name).stem for photo in dataset.photos
    }


def test_lint_counts_with_the_bases_own_tokenizer(studio: Studio) -> None:
    long = "a red tee, " + "very " * 90 + "red"
    studio.change_captions(SHOOT, an_order("set", long, where=CaptionFilter(file="tee-red.jpg")))

    found = studio.lint_captions(SHOOT)

    (fault,) = [f for f in found.faults if f.kind is CaptionFaultKind.TOO_LONG]
    assert fault.files == ("tee-red.jpg",)
    assert found.length_by == "counted by the tokenizer of starter"


def test_the_starters_tokenizer_counts_beginning_and_end() -> None:
    tokens = token_count("starter")

    assert tokens.count("") == 2
    assert tokens.count("a red dress") == 5


def test_without_the_training_part_length_is_estimated_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "muslin.networks.diffusion.opening", None)

    assert "not here" in token_count("starter").source


def test_an_unknown_shoot_is_named(studio: Studio) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        studio.captions("nowhere")
    with pytest.raises(NotFound, match="nowhere"):
        studio.lint_captions("nowhere")
    with pytest.raises(InvalidRequest, match="no folder"):
        studio.import_captions(SHOOT, Path("/nowhere/at/all"), "Ada")


def test_a_training_is_proved_in_the_brands_words_behind_the_trigger(
    studio: Studio, home: Path
) -> None:
    (home / "vocabulary.toml").write_text('[categories]\nt-shirt = "tee"\n', encoding="utf-8")
    dataset = studio.freeze_dataset(SHOOT, SelectionRecipe())
    with studio._shop.storage.reading() as connection:
        photos = {photo.id: photo for photo in Records(connection).photos.of(dataset.shoot)}

    probes = probes_of(studio._shop, dataset, photos, "sagelinen").probes

    assert all(probe.prompt.startswith("sagelinen, ") for probe in probes)
    tees = [probe.prompt for probe in probes if probe.category == "t-shirt"]
    assert tees
    assert all(prompt.endswith(" tee") for prompt in tees)
