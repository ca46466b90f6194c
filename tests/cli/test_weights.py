"""Licences and weights in the terminal, with a real studio in an empty folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from safetensors.torch import save_file

from muslin.cli.errors import STATUS
from muslin.networks.diffusion.base import open_base
from tests.cli.conftest import Terminal
from tests.networks import ldm_layout
from tests.networks.tiny_base import tiny_pipeline

SDXL = "stabilityai/stable-diffusion-xl-base-1.0"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("MUSLIN_USE", raising=False)
    return str(tmp_path / "studio")


def test_licences_are_listed_with_where_they_stand(muslin: Terminal, home: str) -> None:
    listed = muslin("weights", "licences", "--home", home).out.splitlines()

    standing = {line.split()[0]: line for line in listed}
    assert " allowed " in standing["starter"]
    assert " to accept " in standing["sdxl"]
    assert " refused " in standing["flux1-dev"]
    assert " to record " in standing["flux3"]


def test_one_licence_is_told_with_conditions_and_source(muslin: Terminal, home: str) -> None:
    people = muslin("weights", "licences", SDXL, "--home", home)
    scripts = muslin("weights", "licences", SDXL, "--home", home, "--json")

    assert "- No use that Attachment A" in people.out
    assert "(looked at 2026-11-23, claim)" in people.out
    listed = scripts.answer["licences"]
    assert isinstance(listed, list)
    assert listed[0]["standing"] == "to accept"
    assert listed[0]["licence"]["commercial"] == "conditions"


def test_a_person_agrees_once_and_is_named_afterwards(muslin: Terminal, home: str) -> None:
    told = muslin("weights", "accept", SDXL, "--by", "Ada Lace", "--home", home)
    after = muslin("weights", "licences", "sdxl", "--home", home)
    doctor = muslin("doctor", "--home", home)

    assert told.status == 0
    assert "Ada Lace agreed to CreativeML-OpenRAIL++-M for sdxl" in told.out
    assert " accepted " in after.out
    assert "Ada Lace, 20" in after.out
    assert "accepted: sdxl (Ada Lace)" in doctor.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("accept", "black-forest-labs/FLUX.1-dev", "--by", "Ada"), "licence_refused"),
        (("accept", "somebody/knitwear-xl", "--by", "Ada"), "licence_not_accepted"),
        (("accept", "starter", "--by", "Ada"), "invalid_request"),
        (("fetch", "sdxl"), "licence_not_accepted"),
        (("fetch", "no-such-weights"), "not_found"),
    ],
)
def test_what_a_shop_may_not_do_is_refused_with_a_way_out(
    muslin: Terminal, home: str, words: tuple[str, ...], code: str
) -> None:
    spoken = muslin("weights", *words, "--home", home, "--json")

    error = spoken.answer["error"]
    assert isinstance(error, dict)
    assert (error["code"], spoken.status) == (code, STATUS[code])
    assert error["hint"]


def test_weights_that_can_be_fetched_are_listed_beside_those_that_ship(muslin: Terminal) -> None:
    people, scripts = muslin("weights", "list"), muslin("weights", "list", "--json")

    assert "to fetch" in people.out
    external = scripts.answer["external"]
    assert isinstance(external, list)
    assert [file["name"] for file in external] == ["sdxl", "sd15"]
    assert all(len(file["sha256"]) == 64 for file in external)


def test_a_single_file_becomes_a_base_that_can_be_named(muslin: Terminal, tmp_path: Path) -> None:
    pipeline = tiny_pipeline()
    pipeline.save_pretrained(tmp_path / "like")
    tensors = ldm_layout.unet(pipeline.unet) | ldm_layout.autoencoder(pipeline.vae)
    tensors |= ldm_layout.clip(pipeline.text_encoder, "cond_stage_model.transformer.")
    save_file(tensors, tmp_path / "base.safetensors")
    words = ("weights", "convert", str(tmp_path / "base.safetensors"))
    folders = ("--like", str(tmp_path / "like"), "--to", str(tmp_path / "new"))

    told = muslin(*words, *folders)

    assert told.out.startswith(f"{tmp_path / 'new'}: stable_diffusion")
    assert open_base(str(tmp_path / "new")).family.name == "stable_diffusion"
    assert muslin(*words, *folders, "--json").answer["error"] is not None
