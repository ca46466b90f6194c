from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from muslin.domain.dataset import SelectionRecipe
from muslin.domain.errors import InvalidRequest, LicenceNotAccepted, LicenceRefused
from muslin.domain.fact import DatasetId
from muslin.domain.licence import Commercial, Standing
from muslin.domain.profile import Profile
from muslin.runtime.home import Home
from muslin.runtime.migrations.upgrade import settings_of
from muslin.runtime.orders import RunOrder
from muslin.runtime.settings import Settings
from muslin.runtime.storage.database import Storage
from muslin.runtime.storage.records import Records
from muslin.runtime.storage.tables import METADATA
from muslin.runtime.studio import Studio
from muslin.runtime.weights.glance import licences_in_words
from muslin.runtime.weights.licences import Licences
from tests.runtime.storage.makers import a_shoot

DEV = "black-forest-labs/FLUX.1-dev"
SDXL = "stabilityai/stable-diffusion-xl-base-1.0"


@pytest.fixture
def shop(storage: Storage) -> Licences:
    return Licences(storage, "commercial")


def rail_folder(folder: Path, day: int = 22) -> Path:
    folder.mkdir(exist_ok=True)
    text = f"CreativeML Open RAIL-M, August {day}, 2022"
    (folder / "LICENSE").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("base", ["starter", "Tongyi-MAI/Z-Image", "z-image"])
def test_a_free_base_is_used_without_a_question(shop: Licences, base: str) -> None:
    assert shop.permit(base).commercial is Commercial.YES


def test_a_shop_is_refused_a_non_commercial_base_with_the_reason_and_a_way_out(
    shop: Licences,
) -> None:
    with pytest.raises(LicenceRefused, match="no commercial use") as refusal:
        shop.permit(DEV)

    assert "FLUX.1 dev Non-Commercial License" in str(refusal.value)
    assert "FLUX.1 schnell (Apache-2.0)" in refusal.value.hint
    with pytest.raises(LicenceRefused):
        shop.accept(DEV, "Ada")


def test_where_nothing_is_sold_no_base_is_refused(storage: Storage) -> None:
    studio = Licences(storage, "non-commercial")

    assert studio.permit(DEV).commercial is Commercial.NO
    assert studio.permit("somebody/knitwear-xl").commercial is Commercial.UNKNOWN


def test_conditions_are_asked_once_and_who_agreed_is_kept(shop: Licences, storage: Storage) -> None:
    with pytest.raises(LicenceNotAccepted, match="Attachment A") as refusal:
        shop.permit(SDXL)
    acceptance = shop.accept(SDXL, " Ada ")

    assert f"muslin weights accept {SDXL} --by NAME" in refusal.value.hint
    again = Licences(storage, "commercial")
    assert again.permit(SDXL).digest == acceptance.digest
    assert again.entry("sdxl").standing is Standing.ACCEPTED  # all ids of one record
    assert again.entry(SDXL).acceptance == acceptance
    assert acceptance.person == "Ada"


def test_agreeing_for_one_base_agrees_for_no_other(shop: Licences) -> None:
    shop.accept(SDXL, "Ada")

    with pytest.raises(LicenceNotAccepted):
        shop.permit("PixArt-alpha/PixArt-Sigma-XL-2-1024-MS")


def test_a_licence_text_that_changes_is_asked_again(shop: Licences, tmp_path: Path) -> None:
    folder = str(rail_folder(tmp_path / "ours"))
    shop.accept(folder, "Ada")
    before = shop.entry(folder).standing
    rail_folder(tmp_path / "ours", day=23)

    assert before is Standing.ACCEPTED
    assert shop.entry(folder).standing is Standing.TO_ACCEPT
    assert shop.entry(folder).acceptance is None


def test_what_nobody_knows_blocks_until_a_person_writes_the_terms_down(shop: Licences) -> None:
    base = "somebody/knitwear-xl"
    with pytest.raises(LicenceNotAccepted, match="Nobody knows"):
        shop.permit(base)
    with pytest.raises(LicenceNotAccepted):
        shop.accept(base, "Ada")
    with pytest.raises(LicenceRefused):
        shop.accept(base, "Ada", terms="cc-by-nc-4.0")

    acceptance = shop.accept(base, "Ada", terms="Contract 12 with Somebody Ltd")

    assert shop.permit(base).digest == acceptance.digest
    assert acceptance.terms == "Contract 12 with Somebody Ltd"
    assert base in {entry.licence.base for entry in shop.all()}


@pytest.mark.parametrize(
    ("base", "person", "terms"), [("starter", "Ada", ""), (SDXL, " ", ""), (SDXL, "Ada", "MIT")]
)
def test_an_acceptance_without_a_person_or_a_question_is_refused(
    shop: Licences, base: str, person: str, terms: str
) -> None:
    with pytest.raises(InvalidRequest):
        shop.accept(base, person, terms)


def test_nothing_is_planned_trained_run_or_drawn_with_a_refused_base(tmp_path: Path) -> None:
    profile, dataset = Profile(base=DEV), DatasetId("dataset-1")
    recipe = SelectionRecipe()
    order = RunOrder(folder=tmp_path, name="knitwear", profile=profile, recipe=recipe)
    with Studio.open(tmp_path / "studio") as studio:
        for work in (
            lambda: studio.plan(dataset, profile),
            lambda: studio.start_run("knitwear", dataset, profile),
            lambda: studio.run(order),
            lambda: studio._shop.renderer(DEV),
        ):
            with pytest.raises(LicenceRefused):
                work()

        assert studio.shoots() == []
        assert studio.jobs() == []
        assert studio.runs() == []


def test_a_setting_makes_a_workspace_non_commercial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSLIN_USE", "non-commercial")
    with Studio.open(tmp_path / "studio") as studio:
        assert studio.permit(DEV).base == "flux1-dev"

    monkeypatch.setenv("MUSLIN_USE", "anything")
    with pytest.raises(InvalidRequest, match="MUSLIN_USE"):
        Studio.open(tmp_path / "studio")


def test_the_doctor_says_what_the_workspace_is_for_and_who_agreed(
    shop: Licences, storage: Storage
) -> None:
    database = storage._place
    before = licences_in_words(database, "commercial")
    shop.accept(SDXL, "Ada")

    assert before.startswith("commercial use: ")
    assert licences_in_words(database, "commercial") == f"{before}; accepted: sdxl (Ada)"
    assert "no base is refused" in licences_in_words(database, "non-commercial")
    assert licences_in_words(database.parent / "absent.db", "commercial") == before


def test_a_studio_from_before_there_were_licences_keeps_all_and_can_agree(home: Home) -> None:
    with Storage.open(home, Settings()) as storage, storage.transaction() as connection:
        METADATA.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        command.upgrade(settings_of(connection), "0001")
        Records(connection).shoots.add(a_shoot())

    with Storage.open(home, Settings()) as storage:
        Licences(storage, "commercial").accept(SDXL, "Ada")
        with storage.reading() as connection:
            records = Records(connection)
            assert records.shoots.all() == [a_shoot()]
            assert [a.person for a in records.licence_acceptances.all()] == ["Ada"]


def test_reading_a_licence_loads_no_network() -> None:
    script = (
        "import sys; from muslin.networks.licences import licence_of; licence_of('starter');"
        "print(*sorted(m.partition('.')[0] for m in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert {"torch", "diffusers", "numpy", "onnxruntime"}.isdisjoint(done.stdout.split())
