from __future__ import annotations

import json
from pathlib import Path

import torch

from muslin.networks.diffusion.base import open_base
from muslin.networks.diffusion.opening import open_text
from tests.networks.tiny import stable_diffusion_xl

CPU = torch.device("cpu")


def test_a_caption_that_is_left_out_of_sdxl_is_silence(tmp_path: Path) -> None:
    text = open_text(open_base(str(stable_diffusion_xl.write(tmp_path / "sdxl"))), CPU)

    for said in text(["", "a red coat"]).values():
        assert not said[0].any()
        assert said[1].any()


def test_a_base_of_sdxl_that_was_taught_an_empty_caption_keeps_it(tmp_path: Path) -> None:
    folder = stable_diffusion_xl.write(tmp_path / "sdxl")
    index = folder / "model_index.json"
    taught = json.loads(index.read_bytes()) | {"force_zeros_for_empty_prompt": False}
    index.write_text(json.dumps(taught))

    assert all(said.any() for said in open_text(open_base(str(folder)), CPU)([""]).values())
