"""Rights from a first word to the last picture that falls with them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from muslin.domain.curation.captions import CaptionFormat
from muslin.domain.curation.rights import (
    OWN,
    Consent,
    RetiredKind,
    Standing,
    Statement,
)
from muslin.domain.dataset import SelectionRecipe
from muslin.domain.errors import InvalidRequest, NotFound, Retired, RightsMissing
from muslin.domain.fact import (
    DatasetId,
    RunId,
)
from muslin.domain.leaving import Alias, ExportFormat, ExportOrder, GenerateOrder
from muslin.domain.profile import Profile
from muslin.domain.training import ImportedFile
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.orders import RunOrder
from muslin.runtime.storage.records import Records
from muslin.runtime.storage.runs import SqlRuns
from muslin.runtime.studio import Studio
from muslin.runtime.whole import state_rights_of
from tests.runtime.desks.conftest import SHOOT
from tests.runtime.storage.makers import (
    a_run,
    a_shoot,
)
from tests.tools.studio import PaintsSeeds

OURS = Statement(licence=OWN, owner="Atelier Ada")
TODAY = date.today()  # noqa: DTZ011 - as the operator's calendar says
NAME = a_shoot().name


def standings(studio: Studio, name: str = NAME) -> dict[str, Standing]:
    return {one.file_name: one.standing for one in studio.rights(name)}


def test_a_person_states_rights_once_for_all_photos(shop: Studio) -> None:
    assert set(standings(shop).values()) == {Standing.UNSTATED}

    (entry,) = shop.state_rights(NAME, OURS, " Ada ")

    assert (entry.said_by, entry.owner, entry.photo) == ("Ada", "Atelier Ada", None)
    assert set(standings(shop).values()) == {Standing.GIVEN}


def test_one_photo_may_be_licensed_and_show_somebody(shop: Studio) -> None:
    shop.state_rights(NAME, OURS, "Ada")
    zoe = Consent(person="Zoe", until=TODAY + timedelta(days=10), channels=("shop",))

    shop.state_rights(NAME, Statement(consents=(zoe,)), "Ada", ["b.*"])

    rights = {one.file_name: one for one in shop.rights(NAME)}
    assert rights["b.jpg"].entry is not None
    assert rights["b.jpg"].entry.owner == "Atelier Ada"  # what was said of the shoot holds on
    assert rights["b.jpg"].until == zoe.until
    assert rights["a.jpg"].until is None
    ((shoot, ending),) = shop.expiring_rights(timedelta(days=10))
    assert (shoot.name, ending.file_name) == (NAME, "b.jpg")
    assert shop.expiring_rights(timedelta(days=9)) == []


@pytest.mark.parametrize("demand", ["warned", "required"])
def test_a_training_on_unstated_photos_is_told_or_refused(
    shop: Studio, demand: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSLIN_RIGHTS", demand)
    with Studio.open(shop._shop.home.root) as studio:
        if demand == "required":
            with pytest.raises(RightsMissing, match=r"1 of 1 photos .* a\.jpg") as refused:
                studio.rights_notes(DatasetId("dataset-1"))
            assert f"muslin rights set {NAME} --own" in refused.value.hint
        else:
            (note,) = studio.rights_notes(DatasetId("dataset-1"))
            assert "nobody has said who owns it" in note

        studio.state_rights(NAME, OURS, "Ada")
        assert studio.rights_notes(DatasetId("dataset-1")) == []
        soon = Statement(until=TODAY + timedelta(days=7))
        studio.state_rights(NAME, soon, "Ada")
        (note,) = studio.rights_notes(DatasetId("dataset-1"))
        assert f"first of a.jpg on {soon.until}" in note


def test_rights_that_ended_refuse_in_every_workspace(shop: Studio) -> None:
    ended = OURS.model_copy(update={"until": TODAY - timedelta(days=1)})
    shop.state_rights(NAME, ended, "Ada")

    with pytest.raises(RightsMissing, match="ended on"):
        shop.start_run("ss26", DatasetId("dataset-1"), Profile())


def test_a_withdrawal_lists_and_retires_all_that_the_photo_went_into(shop: Studio) -> None:
    withdrawal = shop.withdraw_rights(NAME, "Ada", "contract ended", ["a.jpg"])

    assert withdrawal.files == ("a.jpg",)
    assert [(one.kind, one.subject) for one in withdrawal.retired] == [
        (RetiredKind.DATASET, "dataset-1"),
        (RetiredKind.RUN, "run-1"),
        (RetiredKind.CHECKPOINT, "checkpoint-40"),
        (RetiredKind.RELEASE, "release-1"),
        (RetiredKind.PICTURE, "generation-0"),
        (RetiredKind.PICTURE, "generation-1"),
    ]
    assert shop.retired() == list(withdrawal.retired)
    assert standings(shop)["a.jpg"] is Standing.WITHDRAWN
    assert shop.aliases("ss26") == {}


def test_what_was_retired_is_refused_everywhere_with_the_reason(
    shop: Studio, tmp_path: Path
) -> None:
    shop.withdraw_rights(NAME, "Ada", "contract ended", ["a.jpg"])
    dataset, run = DatasetId("dataset-1"), RunId("run-1")
    order = GenerateOrder(release="release-1", prompts=("a red dress",))
    export = ExportOrder(release="release-1", format=ExportFormat.KOHYA)

    for refused_verb in (
        lambda: shop.generate(order),
        lambda: shop.export_release(export, tmp_path / "out"),
        lambda: shop.promote("release-1", Alias.LIVE),
        lambda: shop.release("report-1"),
        lambda: shop.start_validation(run),
        lambda: shop.start_run("ss26", dataset, Profile()),
    ):
        with pytest.raises(Retired, match="contract ended") as refused:
            refused_verb()
        assert "train anew" in refused.value.hint
    assert not (tmp_path / "out").exists()


def test_a_release_draws_behind_the_trigger_of_its_profile(
    shop: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Workshop, "renderer", lambda self, base: PaintsSeeds())
    led = a_run().model_copy(update={"profile": Profile(steps=40, trigger="sagelinen")})
    monkeypatch.setattr(SqlRuns, "get", lambda self, run: led)
    order = GenerateOrder(release="ss26", prompts=("a red dress",), width_px=64, height_px=64)

    (picture,) = shop.generate(order)

    assert picture.request.prompt == "sagelinen, a red dress"


def test_a_photo_that_went_nowhere_takes_nothing_along(shop: Studio) -> None:
    withdrawal = shop.withdraw_rights(NAME, "Ada", "contract ended", ["c.jpg"])

    assert withdrawal.retired == ()
    assert shop.aliases("ss26") == {Alias.LIVE: "release-1"}


def test_a_person_who_takes_back_consent_takes_their_photos_along(shop: Studio) -> None:
    shop.state_rights(NAME, OURS, "Ada")
    zoe = Statement(consents=(Consent(person="Zoe"),))
    shop.state_rights(NAME, zoe, "Ada", ["a.jpg", "c.jpg"])

    withdrawal = shop.withdraw_rights(NAME, "Ada", "Zoe asked", shown="Zoe")

    assert withdrawal.files == ("a.jpg", "c.jpg")
    assert any(one.kind is RetiredKind.RELEASE for one in withdrawal.retired)
    with pytest.raises(NotFound, match="Zoe"):
        shop.withdraw_rights(NAME, "Ada", "again", shown="Zoe")


def test_stating_rights_anew_frees_the_photo_and_not_what_was_retired(shop: Studio) -> None:
    shop.withdraw_rights(NAME, "Ada", "contract ended", ["a.jpg"])

    shop.state_rights(NAME, OURS, "Ada")
    assert standings(shop)["a.jpg"] is Standing.WITHDRAWN
    shop.state_rights(NAME, OURS, "Ada", ["a.jpg"])

    assert standings(shop)["a.jpg"] is Standing.GIVEN
    with pytest.raises(Retired):
        shop.promote("release-1", Alias.LIVE)


def test_an_adapter_that_was_only_proved_on_a_photo_did_not_learn_from_it(shop: Studio) -> None:
    imported = ImportedFile(file_name="x.safetensors", sha256="0" * 64, style="kohya")
    theirs = a_run(2).model_copy(update={"imported": imported})
    with shop._shop.storage.transaction() as connection:
        Records(connection).runs.add(theirs)

    withdrawal = shop.withdraw_rights(NAME, "Ada", "contract ended", ["a.jpg"])

    runs = [one.subject for one in withdrawal.retired if one.kind is RetiredKind.RUN]
    assert runs == ["run-1"]


@pytest.mark.parametrize(
    ("person", "reason", "files", "shown", "refusal"),
    [
        ("", "why", ["a.jpg"], "", InvalidRequest),
        ("Ada", " ", ["a.jpg"], "", InvalidRequest),
        ("Ada", "why", [], "", InvalidRequest),
        ("Ada", "why", ["lost.jpg"], "", NotFound),
        ("Ada", "why", [], "Kim", NotFound),
    ],
)
def test_a_withdrawal_that_says_too_little_is_refused_and_changes_nothing(
    shop: Studio,
    person: str,
    reason: str,
    files: list[str],
    shown: str,
    refusal: type[Exception],
) -> None:
    with pytest.raises(refusal):
        shop.withdraw_rights(NAME, person, reason, files, shown)

    assert shop.retired() == []
    assert set(standings(shop).values()) == {Standing.UNSTATED}


def test_a_statement_that_says_nothing_is_refused(shop: Studio) -> None:
    with pytest.raises(InvalidRequest, match="Nothing was said"):
        shop.state_rights(NAME, Statement(), "Ada")
    with pytest.raises(InvalidRequest, match="name"):
        shop.state_rights(NAME, OURS, " ")


def test_a_table_beside_the_photos_speaks_at_import_and_never_over_a_withdrawal(
    measured: Path, home: Path
) -> None:
    table = measured / "photos" / "rights.csv"
    table.write_text("file_name,licence,owner\n*,own,Atelier Ada\nlost.jpg,own,\n", "utf-8")
    try:
        with Studio.open(home) as studio:
            imported = studio.import_shoot(measured / "photos", SHOOT)
            assert set(standings(studio, SHOOT).values()) == {Standing.GIVEN}
            assert any("lost.jpg" in problem.reason for problem in imported.problems)
            studio.withdraw_rights(SHOOT, "Ada", "sold", ["tee-red.jpg"])
            table.write_text("file_name,licence\ntee-red.jpg,own\n", "utf-8")
            studio.import_shoot(measured / "photos", SHOOT)

            assert standings(studio, SHOOT)["tee-red.jpg"] is Standing.WITHDRAWN
    finally:
        table.unlink()


def test_a_withdrawn_photo_is_left_out_of_the_next_dataset_with_its_reason(
    studio: Studio,
) -> None:
    before = studio.freeze_dataset(SHOOT, SelectionRecipe())
    gone = before.photos[0].file_name
    studio.withdraw_rights(SHOOT, "Ada", "the shop sold it", [gone])

    after = studio.freeze_dataset(SHOOT, SelectionRecipe())

    assert gone not in {photo.file_name for photo in after.photos}
    choice = next(c for c in after.choices if c.file_name == gone)
    assert "the shop sold it" in choice.reason
    assert len(after.choices) == len(before.choices)
    with pytest.raises(Retired):
        studio.rights_notes(before.id)
    assert studio.rights_notes(after.id)  # unstated, and told so


def test_a_withdrawn_photo_is_not_handed_on(studio: Studio, tmp_path: Path) -> None:
    dataset = studio.freeze_dataset(SHOOT, SelectionRecipe())
    gone = dataset.photos[0].file_name
    studio.withdraw_rights(SHOOT, "Ada", "sold", [gone])

    written = studio.export_captions(SHOOT, CaptionFormat.IMAGEFOLDER, tmp_path / "all")

    assert tmp_path / "all" / gone not in written
    assert gone not in (tmp_path / "all" / "metadata.jsonl").read_text("utf-8")
    assert len(written) == 27  # 26 photos and the table
    with pytest.raises(Retired):
        studio.export_captions(dataset.id, CaptionFormat.IMAGEFOLDER, tmp_path / "set")


def test_a_run_states_rights_in_a_persons_name_or_is_not_understood(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="who states them"):
        RunOrder(folder=tmp_path, name="x", rights="own")

    assert RunOrder(folder=tmp_path, name="x", rights="own", approve_as="Ada").rights == "own"


@pytest.mark.parametrize(
    ("licence", "words"),
    [("own", "own photos of Ada, said by Ada"), ("CC0-1.0", "CC0-1.0, said by Ada")],
)
def test_a_run_writes_down_once_whose_the_photos_are(
    shop: Studio, tmp_path: Path, licence: str, words: str
) -> None:
    order = RunOrder(folder=tmp_path, name=NAME, rights=licence, approve_as="Ada")

    state_rights_of(shop, order)
    (first, *_) = shop.rights(NAME)
    state_rights_of(shop, order)

    assert first.words == words
    assert first.entry is not None
    assert first.entry.source == "run"
    assert shop.rights(NAME)[0].entry == first.entry
    with shop._shop.storage.reading() as connection:
        assert len(Records(connection).rights.of_shoot(a_shoot().id)) == 1


def test_a_run_that_lacks_rights_stops_before_any_work(
    measured: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSLIN_RIGHTS", "required")
    order = RunOrder(folder=measured / "photos", name=SHOOT)
    with Studio.open(home) as studio:
        with pytest.raises(RightsMissing):
            studio.run(order)
        assert studio.datasets() == []
        assert studio.jobs() == []
