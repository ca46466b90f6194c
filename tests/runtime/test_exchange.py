"""A release leaves for other tools and says only what it may; another tool's adapter comes in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from math import isnan
from pathlib import Path

import pytest
import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from safetensors.torch import load_file
from torch import Tensor

from muslin.domain.errors import GateClosed, InvalidRequest, NameTaken, NotFound, TornCheckpoint
from muslin.domain.fact import CheckpointId, DatasetId, RunId
from muslin.domain.findings import Verdict
from muslin.domain.judging import (
    Decision,
)
from muslin.domain.leaving import ExportFormat, ExportOrder, GenerateOrder, Precision
from muslin.domain.training import ImportOrder
from muslin.networks.diffusion.base import open_base
from muslin.networks.diffusion.exchange.plain_file import header_of
from muslin.networks.diffusion.exchange.reader import read_foreign
from muslin.networks.diffusion.tuning.apply import apply
from muslin.networks.diffusion.tuning.files import ADAPTER_FILE, adapter_bytes
from muslin.networks.diffusion.tuning.learnt import Adapter
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.exchange import folder as export_folder
from muslin.runtime.storage.records import Records
from muslin.runtime.studio import Studio
from tests.networks.diffusion.exchange.adapters import a_learnt_adapter, predicted
from tests.networks.tiny_base import write_tiny_base
from tests.runtime.released import SECRETS, a_proof, keep_release, kept
from tests.runtime.storage.makers import a_report


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_tiny_base(tmp_path_factory.mktemp("secret-client") / "tiny")
    unet = folder / "unet" / "config.json"
    said = {**json.loads(unet.read_bytes()), "_name_or_path": "/home/secret-client/unet"}
    unet.write_text(json.dumps(said), encoding="utf-8")
    index = folder / "model_index.json"
    listed = {**json.loads(index.read_bytes()), "image_encoder": ["transformers", "Pickled"]}
    index.write_text(json.dumps(listed), encoding="utf-8")
    (folder / "image_encoder").mkdir()
    (folder / "image_encoder" / "pytorch_model.bin").write_bytes(b"never opened")
    return folder


def opened(folder: Path) -> StableDiffusionPipeline:
    return StableDiffusionPipeline.from_pretrained(folder, safety_checker=None, image_encoder=None)


@pytest.fixture(scope="module")
def adapter(base: Path) -> Adapter:
    unet = opened(base).unet
    return a_learnt_adapter(unet, rank=3, alpha=7.5)


@pytest.fixture
def studio(tmp_path: Path, new_database: Path, base: Path, adapter: Adapter) -> Iterator[Studio]:
    """A studio with one release of the adapter."""
    home = tmp_path / "unreleased-sku-4711"
    home.mkdir()
    shutil.copy(new_database, home / "muslin.db")
    with Workshop.open(home) as shop:
        studio = Studio(shop)
        studio.accept_licence(str(base), "Ada", "Apache-2.0")
        checkpoint = kept(home, adapter)
        with shop.storage.transaction() as connection:
            keep_release(Records(connection), base, checkpoint)
        yield studio


def an_order(format: ExportFormat, precision: Precision = Precision.FP32) -> ExportOrder:
    return ExportOrder(release="ss26", format=format, precision=precision)


@pytest.fixture(scope="module")
def our_prediction(
    base: Path, adapter: Adapter, tmp_path_factory: pytest.TempPathFactory
) -> Tensor:
    folder = tmp_path_factory.mktemp("ours")
    (folder / ADAPTER_FILE).write_bytes(adapter_bytes(adapter, "unet"))
    unet = opened(base).unet
    apply(unet, folder, "unet")
    return predicted(unet, channels=8, width=32)


@pytest.mark.parametrize("format", [ExportFormat.DIFFUSERS, ExportFormat.KOHYA])
def test_an_exported_adapter_draws_in_diffusers_what_it_draws_here(
    format: ExportFormat, studio: Studio, base: Path, our_prediction: Tensor, tmp_path: Path
) -> None:
    made = studio.export_release(an_order(format), tmp_path / "out")

    pipeline = opened(base)
    pipeline.load_lora_weights(str(tmp_path / "out"), weight_name=made.files[0].name)
    theirs = predicted(pipeline.unet, channels=8, width=32)
    torch.testing.assert_close(theirs, our_prediction, rtol=1e-4, atol=1e-5)


def test_a_merged_release_opens_as_a_pipeline_and_predicts_the_same(
    studio: Studio, our_prediction: Tensor, tmp_path: Path
) -> None:
    studio.export_release(an_order(ExportFormat.FULL), tmp_path / "out")

    pipeline = opened(tmp_path / "out")
    assert torch.equal(predicted(pipeline.unet, channels=8, width=32), our_prediction)
    assert not (tmp_path / "out" / "image_encoder").exists()
    index = json.loads((tmp_path / "out" / "model_index.json").read_bytes())
    assert index["image_encoder"] == [None, None]
    assert open_base(str(tmp_path / "out")).family.name == "stable_diffusion"


def test_half_precision_halves_every_weight_of_the_merged_release(
    studio: Studio, our_prediction: Tensor, tmp_path: Path
) -> None:
    studio.export_release(an_order(ExportFormat.FULL, Precision.FP16), tmp_path / "out")

    for file in (tmp_path / "out").rglob("*.safetensors"):
        kinds = {t.dtype for t in load_file(file).values() if t.is_floating_point()}
        assert kinds == {torch.float16}, file.name
    pipeline = opened(tmp_path / "out")
    theirs = predicted(pipeline.unet, channels=8, width=32)
    torch.testing.assert_close(theirs, our_prediction, rtol=0.05, atol=0.02)


@pytest.mark.parametrize("format", [*ExportFormat])
def test_no_export_holds_the_name_of_a_photo_or_of_a_folder(
    format: ExportFormat, studio: Studio, tmp_path: Path
) -> None:
    made = studio.export_release(an_order(format), tmp_path / "out")

    for file in made.files:
        content = (tmp_path / "out" / file.name).read_bytes()
        for secret in SECRETS:
            assert secret.encode() not in content, f"{file.name}: {secret}"


def test_the_same_release_gives_the_same_bytes_each_time(studio: Studio, tmp_path: Path) -> None:
    once = studio.export_release(an_order(ExportFormat.KOHYA), tmp_path / "once")
    again = studio.export_release(an_order(ExportFormat.KOHYA), tmp_path / "again")

    assert once.files == again.files
    assert {f.name for f in once.files} == {"ss26.safetensors", "README.md"}
    said = header_of((tmp_path / "once" / "ss26.safetensors").read_bytes())
    assert said["modelspec.trigger_phrase"] == "brandknit"
    assert said["modelspec.architecture"] == "muslin-stablediffusion/lora"
    assert said["ss_network_alpha"] == "7.5"


def test_the_card_says_what_is_on_record_and_nothing_else(studio: Studio, tmp_path: Path) -> None:
    made = studio.export_release(an_order(ExportFormat.DIFFUSERS), tmp_path / "out")

    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    for words in (
        "# ss26",
        "Licence: that of its base, Apache-2.0",
        "10 taught, 0 held out to judge; dataset sha256 digest-1",
        "rank = 3, alpha = 7.5",
        "| backdrop | 4.5 ΔE00 | 4.5 ΔE00 | at most 8 | 12 | passed |",
        "- copies: unknown (not measured)",
        "Another colour than asked for: 1 of 1 judged pictures",
        "Ada approved it on 2026-03-01: The navy is ours.",
        "Every prompt begins with `brandknit`.",
        "- `brandknit, a red dress`",
        "trainedAlgorithmicMedia",
        made.files[0].sha256,
    ):
        assert words in card, words


def test_an_export_that_breaks_off_leaves_nothing(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = export_folder.keep
    written: list[str] = []

    def breaking(folder: Path, name: str, pieces: Iterator[bytes]) -> object:
        if len(written) == 3:
            raise KeyboardInterrupt
        written.append(name)
        return honest(folder, name, pieces)

    monkeypatch.setattr("muslin.runtime.exchange.export.keep", breaking)
    with pytest.raises(KeyboardInterrupt):
        studio.export_release(an_order(ExportFormat.FULL), tmp_path / "place" / "out")

    assert list((tmp_path / "place").iterdir()) == []


def test_an_export_never_goes_over_what_is_there(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")

    with pytest.raises(NameTaken, match="holds files already"):
        studio.export_release(an_order(ExportFormat.KOHYA), tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"


def test_weights_that_were_changed_after_the_approval_never_leave(
    studio: Studio, tmp_path: Path
) -> None:
    (file,) = (tmp_path / "unreleased-sku-4711").rglob(ADAPTER_FILE)
    changed = bytearray(file.read_bytes())
    changed[-1] ^= 1
    file.write_bytes(changed)

    with pytest.raises(TornCheckpoint):
        studio.export_release(an_order(ExportFormat.KOHYA), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_only_a_release_is_exported(studio: Studio, tmp_path: Path) -> None:
    order = ExportOrder(release="checkpoint-40", format=ExportFormat.KOHYA)

    with pytest.raises(NotFound):
        studio.export_release(order, tmp_path / "out")


@pytest.fixture
def taken_in(studio: Studio, base: Path, tmp_path: Path) -> Callable[[str], str]:
    """Import our own kohya export under a name; gives the run."""
    made = studio.export_release(an_order(ExportFormat.KOHYA), tmp_path / "theirs")
    order = ImportOrder(name="theirs", base=str(base), dataset=DatasetId("dataset-1"))
    file = tmp_path / "theirs" / made.files[0].name

    def take(name: str) -> str:
        return studio.import_adapter(file, order.model_copy(update={"name": name})).run

    return take


def test_an_import_is_a_run_with_one_checkpoint_whose_training_nobody_knows(
    studio: Studio, adapter: Adapter, taken_in: Callable[[str], str], base: Path, tmp_path: Path
) -> None:
    run = RunId(taken_in("theirs"))

    (found,) = [r for r in studio.runs() if r.id == run]
    (checkpoint,) = studio.checkpoints(run)
    assert found.imported is not None
    assert (found.imported.style, found.imported.file_name) == ("kohya", "ss26.safetensors")
    assert (found.profile.rank, found.profile.alpha) == (3, 7.5)
    assert isnan(checkpoint.loss)
    kept_file = tmp_path / "unreleased-sku-4711" / checkpoint.folder / ADAPTER_FILE
    unet = opened(base).unet
    back = read_foreign(kept_file, unet, "StableDiffusionPipeline", "unet").adapter
    assert isinstance(back, Adapter)
    for name, part in adapter.layers.items():
        assert torch.equal(back.layers[name].down, part.down)
        assert torch.equal(back.layers[name].up, part.up)


def test_the_same_file_under_the_same_name_is_taken_in_once(
    studio: Studio, taken_in: Callable[[str], str]
) -> None:
    assert taken_in("theirs") == taken_in("theirs")
    assert len(studio.runs()) == 2
    with pytest.raises(NameTaken):
        taken_in("ss26")


def test_pictures_of_an_imported_adapter_say_that_it_is_unproved(
    studio: Studio, taken_in: Callable[[str], str], base: Path
) -> None:
    run = taken_in("theirs")
    order = GenerateOrder(
        adapter="theirs", prompts=("a red dress",), steps=2, width_px=64, height_px=64
    )

    (drawn,) = studio.generate(order)
    (released,) = studio.generate(order.model_copy(update={"adapter": None, "release": "ss26"}))

    assert (drawn.release, drawn.unproved) == (None, f"{run}-step-1")
    assert drawn.base == str(base)
    assert released.unproved is None
    shop_blobs = studio._shop.blobs
    assert b"unproved_checkpoint" in shop_blobs.get(drawn.picture)
    with pytest.raises(InvalidRequest, match="no imported adapter 'ss26'"):
        studio.generate(order.model_copy(update={"adapter": "ss26"}))


def test_an_imported_adapter_is_approved_released_and_exported_like_a_training(
    studio: Studio, taken_in: Callable[[str], str], tmp_path: Path
) -> None:
    run = RunId(taken_in("theirs"))
    checkpoint = CheckpointId(f"{run}-step-1")
    proof = a_proof().model_copy(update={"checkpoint": checkpoint, "step": 1})
    passed = {"verdict": Verdict.PASSED, "picked": checkpoint, "checkpoints": (proof,)}
    report = a_report(2, name="theirs").model_copy(update={"run": run, **passed})
    with studio._shop.storage.transaction() as connection:
        Records(connection).reports.add(report)

    with pytest.raises(GateClosed, match="approval"):
        studio.release("theirs")
    studio.review("theirs", "Ada", Decision.APPROVED)
    release = studio.release("theirs")
    order = ExportOrder(release=release.id, format=ExportFormat.DIFFUSERS)
    studio.export_release(order, tmp_path / "out")

    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "Imported from a file in kohya form" in card
    assert "how it was trained is not known here" in card
    assert "taught" not in card
