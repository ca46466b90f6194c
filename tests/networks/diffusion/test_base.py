from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import run

import pytest

from muslin.domain.errors import PartMissing, WeightsMissing
from muslin.networks.diffusion.base import Base, open_base
from muslin.networks.diffusion.families import all_families


@pytest.fixture
def copy(tiny_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_folder, tmp_path / "copy"))


def edit(path: Path, **fields: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def test_a_diffusers_folder_is_a_base(tiny: Base) -> None:
    assert tiny.family.name == "stable_diffusion"
    assert tiny.grid_px == 16  # 8 of the autoencoder, 2 of the UNet
    assert len(tiny.digest) == 64


def test_the_same_files_have_the_same_digest_wherever_they_lie(tiny: Base, copy: Path) -> None:
    (copy / "README.md").write_text("not read")

    assert open_base(str(copy)).digest == tiny.digest


@pytest.mark.parametrize(
    "path", ["unet/config.json", "scheduler/scheduler_config.json", "tokenizer/tokenizer.json"]
)
def test_a_change_of_any_file_that_is_read_changes_the_digest(
    tiny: Base, copy: Path, path: str
) -> None:
    (copy / path).write_text((copy / path).read_text() + "\n")

    assert open_base(str(copy)).digest != tiny.digest


def pickle_the_unet(folder: Path) -> None:
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))


def swap_the_text_encoder(folder: Path) -> None:
    edit(folder / "text_encoder" / "config.json", architectures=["T5EncoderModel"])


def bring_code(folder: Path) -> None:
    edit(folder / "text_encoder" / "config.json", auto_map={"AutoModel": "evil.Evil"})


def bring_a_tokenizer_with_code(folder: Path) -> None:
    edit(folder / "tokenizer" / "tokenizer_config.json", auto_map={"AutoTokenizer": "evil.Evil"})


def list_another_tokenizer(folder: Path) -> None:
    edit(folder / "model_index.json", tokenizer=["evil", "EvilTokenizer"])


def become_another_kind(folder: Path) -> None:
    edit(folder / "model_index.json", _class_name="UnknownPipeline")


def lose_the_index(folder: Path) -> None:
    (folder / "model_index.json").unlink()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (pickle_the_unet, "pickled weights are never opened"),
        (swap_the_text_encoder, "not a CLIPTextModel"),
        (bring_code, "code of its own"),
        (bring_a_tokenizer_with_code, "code of its own"),
        (list_another_tokenizer, "not a CLIPTokenizer"),
        (become_another_kind, "cannot tune"),
        (lose_the_index, "missing or broken"),
    ],
)
def test_what_is_not_plain_weights_of_a_known_family_is_refused(
    copy: Path, spoil: Callable[[Path], None], words: str
) -> None:
    spoil(copy)

    with pytest.raises(WeightsMissing, match=words) as refusal:
        open_base(str(copy))

    assert refusal.value.hint


def test_words_that_nothing_here_can_read_are_refused_before_a_run(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy / "tokenizer" / "spiece.model").write_bytes(b"pieces")
    (copy / "tokenizer" / "tokenizer.json").rename(copy / "tokenizer.json")
    monkeypatch.setattr("muslin.networks.diffusion.base.find_spec", lambda _: None)

    with pytest.raises(PartMissing, match=r"tokenizer/spiece\.model") as refusal:
        open_base(str(copy))
    assert "muslin[sentencepiece]" in refusal.value.hint

    (copy / "tokenizer.json").rename(copy / "tokenizer" / "tokenizer.json")
    assert open_base(str(copy)).family


def test_a_base_that_is_nowhere_is_named() -> None:
    with pytest.raises(WeightsMissing, match="no-such-base"):
        open_base("no-such-base")


def test_a_single_file_is_no_base(tmp_path: Path) -> None:
    checkpoint = tmp_path / "network.ckpt"
    checkpoint.write_bytes(b"pickle")

    with pytest.raises(WeightsMissing, match=r"network\.ckpt"):
        open_base(str(checkpoint))


def test_an_unreachable_hub_is_a_refusal_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    with pytest.raises(WeightsMissing, match="brand/no-such-base") as refusal:
        open_base("brand/no-such-base")

    assert "folder" in refusal.value.hint


def test_knowing_the_families_does_not_import_their_networks() -> None:
    code = (
        "import sys, muslin.networks.diffusion.base as b; b.all_families();"
        "sys.exit(any(name in sys.modules for name in ('diffusers', 'transformers')))"
    )

    assert run([sys.executable, "-c", code], check=False, env={"PYTHONPATH": "src"}).returncode == 0


def test_every_family_has_its_own_name_and_pipeline() -> None:
    families = all_families()

    assert len({family.name for family in families}) == len(families) > 0
    assert len({family.pipeline for family in families}) == len(families)
