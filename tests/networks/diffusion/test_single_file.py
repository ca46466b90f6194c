from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from muslin.domain.errors import InvalidRequest, WeightsMissing
from muslin.networks.diffusion.base import Base, open_base
from muslin.networks.diffusion.opening import open_autoencoder, open_denoiser, open_text
from muslin.networks.diffusion.single_file import convert
from tests.networks import ldm_layout
from tests.networks.tiny import sana, stable_diffusion_xl
from tests.networks.tiny_base import tiny_pipeline

CPU = torch.device("cpu")
SDXL_TEXTS = ("conditioner.embedders.0.transformer.", "conditioner.embedders.1.model.")


def first_stable_diffusion(pipeline: Any) -> dict[str, Tensor]:
    return (
        ldm_layout.unet(pipeline.unet)
        | ldm_layout.autoencoder(pipeline.vae)
        | ldm_layout.clip(pipeline.text_encoder, "cond_stage_model.transformer.")
    )


def stable_diffusion_xl_file(pipeline: Any) -> dict[str, Tensor]:
    return (
        ldm_layout.unet(pipeline.unet)
        | ldm_layout.autoencoder(pipeline.vae)
        | ldm_layout.clip(pipeline.text_encoder, SDXL_TEXTS[0])
        | ldm_layout.open_clip(pipeline.text_encoder_2, SDXL_TEXTS[1])
    )


KINDS: dict[str, tuple[Callable[[], Any], Callable[[Any], dict[str, Tensor]]]] = {
    "stable_diffusion": (tiny_pipeline, first_stable_diffusion),
    "stable_diffusion_xl": (stable_diffusion_xl.pipeline, stable_diffusion_xl_file),
}


@pytest.fixture(params=sorted(KINDS))
def original(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Base, Path]:
    """A base as a folder, and the same base as a single file of the original layout."""
    make, file_of = KINDS[request.param]
    pipeline = make()
    pipeline.save_pretrained(tmp_path / "original")
    save_file(file_of(pipeline), tmp_path / "base.safetensors")
    return open_base(str(tmp_path / "original")), tmp_path / "base.safetensors"


def texts_only(base: Base, to: Path) -> Path:
    """What a shop keeps of a base to read single files with: no weights at all."""
    copytree(base.folder, to, ignore=ignore_patterns("*.safetensors"))
    return to


def test_a_single_file_becomes_the_very_base_that_it_was_made_of(
    original: tuple[Base, Path], tmp_path: Path
) -> None:
    base, file = original

    converted = convert(file, texts_only(base, tmp_path / "like"), tmp_path / "new")

    assert converted.family.name == base.family.name
    noisy = torch.randn(1, base.cells.channels, 4, 2)
    with torch.no_grad():
        for name, said in open_text(base, CPU)(["a red coat"]).items():
            assert torch.equal(open_text(converted, CPU)(["a red coat"])[name], said)
        condition = open_text(base, CPU)(["a red coat"])
        answers = [
            open_denoiser(b, CPU)(noisy, torch.tensor([500]), condition) for b in (base, converted)
        ]
    torch.testing.assert_close(*answers)
    torch.testing.assert_close(
        open_autoencoder(base, CPU).decode(noisy), open_autoencoder(converted, CPU).decode(noisy)
    )


def test_diffusers_itself_opens_the_folder(original: tuple[Base, Path], tmp_path: Path) -> None:
    from diffusers.pipelines.pipeline_utils import DiffusionPipeline

    base, file = original
    index = base.folder / "model_index.json"
    listed = json.loads(index.read_bytes()) | {"image_encoder": ["transformers", "CLIPVisionModel"]}
    index.write_text(json.dumps(listed))  # as public bases list parts that the file does not hold

    convert(file, base.folder, tmp_path / "new")

    pipeline = DiffusionPipeline.from_pretrained(tmp_path / "new", local_files_only=True)
    assert type(pipeline).__name__ == base.family.pipeline


def test_a_file_that_lacks_a_tensor_is_refused_instead_of_filled_with_noise(
    original: tuple[Base, Path], tmp_path: Path
) -> None:
    base, file = original
    from safetensors.torch import load_file

    for missing in ("model.diffusion_model.out.2.bias", "first_stage_model.encoder.conv_in.weight"):
        tensors = load_file(file)
        del tensors[missing]
        save_file(tensors, tmp_path / "torn.safetensors")

        with pytest.raises(WeightsMissing, match="1 of"):
            convert(tmp_path / "torn.safetensors", base.folder, tmp_path / "new")
        assert not (tmp_path / "new").exists()


def test_a_file_of_another_size_of_network_is_refused(
    original: tuple[Base, Path], tmp_path: Path
) -> None:
    base, file = original
    config = base.folder / "unet" / "config.json"
    wider = json.loads(config.read_bytes()) | {"block_out_channels": [64, 64]}
    config.write_text(json.dumps(wider))

    with pytest.raises(WeightsMissing, match="in the shape"):
        convert(file, base.folder, tmp_path / "new")


def test_a_pickled_checkpoint_is_never_opened(original: tuple[Base, Path], tmp_path: Path) -> None:
    base, _ = original
    pickled = tmp_path / "base.ckpt"
    pickled.write_bytes(pickle.dumps({"state_dict": {}}))

    with pytest.raises(WeightsMissing, match="pickled weights are never opened"):
        convert(pickled, base.folder, tmp_path / "new")


def test_a_folder_that_exists_is_left_alone(original: tuple[Base, Path], tmp_path: Path) -> None:
    base, file = original
    (tmp_path / "new").mkdir()

    with pytest.raises(InvalidRequest, match="exists already"):
        convert(file, base.folder, tmp_path / "new")


def test_a_family_without_such_files_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="not read from a single file"):
        convert(tmp_path / "sana.safetensors", sana.write(tmp_path / "sana"), tmp_path / "new")


def test_a_single_file_named_as_a_base_is_told_the_way(original: tuple[Base, Path]) -> None:
    _, file = original

    with pytest.raises(WeightsMissing) as refused:
        open_base(str(file))

    assert "muslin weights convert" in refused.value.hint
