"""Lumina-Image 2.0's own way: a system prompt before every caption but the empty one."""

from __future__ import annotations

from pathlib import Path

import torch

from muslin.networks.diffusion.base import open_base
from muslin.networks.diffusion.opening import open_text
from tests.networks.tiny import lumina2

CPU = torch.device("cpu")


def test_the_empty_caption_is_nothing_but_its_beginning(tmp_path: Path) -> None:
    text = open_text(open_base(str(lumina2.write(tmp_path / "tiny"))), CPU)

    words = text(["", "a"])["mask"].sum(1)

    assert words[0] == 1
    assert words[1] > 100
