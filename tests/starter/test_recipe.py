from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from onnxruntime import InferenceSession

from muslin.domain.errors import NotEnoughPhotos, NothingToImport, WeightsMissing
from muslin.runtime.weights.shipped import WeightsState, shipped
from starter import __main__ as recipe
from starter import export
from starter.export_garment import temperature
from starter.garment.lessons import load_taught, usable
from starter.networks.autoencoder import build_autoencoder, save_autoencoder
from starter.networks.folders import replace_files
from starter.networks.garment import WithEmbedding, read_garment_network
from starter.photos import SHAPES, pictures_by_shape
from starter.resumable import cosine, load_state
from starter.train_denoiser import DenoiserRecipe
from tests.starter.conftest import FEW_STEPS


def test_what_is_installed_is_what_the_package_says_it_ships(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "vision").mkdir()
    (tmp_path / "vision" / "garment.py").write_text("code", "utf-8")

    recipe.install(trained, tmp_path)

    assert [w.state for w in shipped(tmp_path)] == [WeightsState.PRESENT] * 2
    assert (tmp_path / "vision" / "garment.py").read_text("utf-8") == "code"


@pytest.mark.usefixtures("quick")
def test_stages_that_have_ended_are_not_done_again(
    trained: Path, photos: Path, masks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = load_state(trained / "denoiser.state")["step"]

    recipe.run(photos, masks, trained, FEW_STEPS)

    assert before == FEW_STEPS.denoiser.steps
    assert capsys.readouterr().out.splitlines() == [
        "autoencoder: done before",
        "garment network: done before",
        "export of the garment network: done before",
        "denoiser: done before",
        "export: begins",
    ]


@pytest.mark.usefixtures("quick")
def test_a_decoder_that_learnt_later_is_in_the_next_export(trained: Path, tmp_path: Path) -> None:
    for name in ("core.state", "denoiser.state", "latents.pt", "merges.json", "said.json"):
        (tmp_path / name).symlink_to(trained / name)
    shutil.copytree(trained / "vae", tmp_path / "vae")
    export.export(tmp_path)
    weights = Path("network") / "vae" / "diffusion_pytorch_model.safetensors"
    before = (tmp_path / weights).read_bytes()
    untouched = (tmp_path / "network/unet/diffusion_pytorch_model.safetensors").read_bytes()
    network = build_autoencoder()
    save_autoencoder(network, tmp_path / "vae")

    export.export(tmp_path)

    assert (tmp_path / weights).read_bytes() != before
    unet = (tmp_path / "network/unet/diffusion_pytorch_model.safetensors").read_bytes()
    assert unet == untouched


def test_without_masks_the_way_to_make_them_is_told(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingToImport) as refusal:
        recipe.run(photos, tmp_path / "masks", tmp_path / "out", FEW_STEPS)

    assert "starter.make_masks" in refusal.value.hint


def test_a_refusal_reaches_the_command_line_without_a_traceback(tmp_path: Path) -> None:
    folder = str(tmp_path)

    with pytest.raises(SystemExit, match="has no metadata"):
        recipe.main([folder, "--masks", folder, "--out", folder, "--threads", "1"])


def test_nothing_is_installed_before_it_was_exported(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing):
        recipe.install(tmp_path, tmp_path / "networks")

    assert not (tmp_path / "networks").exists()


def test_photos_of_one_shape_alone_are_refused(photos: Path, tmp_path: Path) -> None:
    shutil.copy(photos / "0.png", tmp_path)
    line = (photos / "metadata.jsonl").read_text("utf-8").splitlines()[0]
    (tmp_path / "metadata.jsonl").write_text(line, "utf-8")

    with pytest.raises(NotEnoughPhotos):
        pictures_by_shape(tmp_path, tmp_path / "cache")


def test_every_photo_is_found_once_in_the_shape_nearest_to_its_own(
    photos: Path, trained: Path
) -> None:
    groups = pictures_by_shape(photos, trained / "cache")

    assert sorted(int(row) for rows, _ in groups.values() for row in rows) == list(range(14))
    assert [groups[s][1].shape[:3] for s in range(3)] == [
        (12, *SHAPES[0]), (1, *SHAPES[1]), (1, *SHAPES[2]),
    ]  # fmt: skip


def test_no_studio_is_both_learnt_from_and_held_out(
    photos: Path, masks: Path, trained: Path
) -> None:
    for group in load_taught(photos, masks, trained / "cache"):
        held = group.held_out()

        assert set(group.sources[held].tolist()) <= {72}
        assert not {72} & set(group.sources[~held].tolist())
        assert group.masked().all()


@pytest.mark.parametrize("area", [0.0, 0.05, 0.85, 1.0])
def test_a_tiny_or_filling_mask_is_not_learnt_from(area: float) -> None:
    mask = np.zeros((100, 100), np.float32)
    mask[: round(100 * area)] = 1

    assert not usable(mask)


def test_a_faint_mask_is_not_learnt_from() -> None:
    sharp = np.zeros((100, 100), np.float32)
    sharp[:40] = 1

    assert usable(sharp)
    assert not usable(np.asarray(sharp * 0.7, np.float32))
    assert not usable(np.asarray(cv2.GaussianBlur(sharp, (0, 0), 12), np.float32))


def test_the_exported_garment_network_says_what_it_says_here(trained: Path) -> None:
    network = WithEmbedding(read_garment_network(trained / "garment.pt")).eval()
    pictures = torch.rand(2, 3, 96, 128, generator=torch.Generator().manual_seed(0)) * 2 - 1
    session = InferenceSession(trained / "reader" / "garment.onnx")

    exported = session.run(None, {"pictures": pictures.numpy()})

    with torch.no_grad():
        for here, there in zip(network(pictures), exported, strict=True):
            np.testing.assert_allclose(there, here.numpy(), atol=1e-4)


def test_a_temperature_makes_confidence_true() -> None:
    rng = np.random.default_rng(0)
    labels = torch.from_numpy((rng.random(4000) < 0.2).astype(np.int64))  # right 4 times of 5
    logits = torch.tensor([[2.0 * np.log(4), 0.0]]).repeat(4000, 1)  # says 16 times of 17

    assert temperature(logits, labels) == pytest.approx(2.0, rel=0.06)
    assert temperature(logits[:0], labels[:0]) == 1.0


def test_the_learning_rate_warms_up_and_falls() -> None:
    rates = [cosine(step, 1000, floor=0.05) for step in range(1000)]

    assert rates[0] == 0.01
    assert max(rates) == rates[99] == 1.0
    assert (np.diff(rates[100:]) <= 0).all()
    assert rates[-1] == pytest.approx(0.05, abs=1e-4)


def test_the_core_ends_in_full_swing_and_the_whole_denoiser_warms_up_again() -> None:
    recipe_ = DenoiserRecipe(core_steps=1400, steps=2000)

    assert recipe_.core_rate(1399) == pytest.approx(recipe_.core_peak * 0.27, rel=0.1)
    assert recipe_.rate(0) == pytest.approx(recipe_.peak / 100)
    assert recipe_.rate(99) == recipe_.peak


def test_a_replaced_folder_holds_the_new_files_alone(tmp_path: Path) -> None:
    (tmp_path / "new" / "unet").mkdir(parents=True)
    (tmp_path / "new" / "unet" / "config.json").write_text("new", "utf-8")
    (tmp_path / "old" / "unet").mkdir(parents=True)
    for name in ("unet/config.json", "unet/stale.bin", "index.json"):
        (tmp_path / "old" / name).write_text("old", "utf-8")

    replace_files(tmp_path / "new", tmp_path / "old")

    left = [path for path in (tmp_path / "old").rglob("*") if path.is_file()]
    assert [path.relative_to(tmp_path / "old").as_posix() for path in left] == ["unet/config.json"]
    assert left[0].read_text("utf-8") == "new"
