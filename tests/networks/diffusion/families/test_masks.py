"""Families that read captions of any length: what pads a short one changes no picture."""

from __future__ import annotations

from types import ModuleType

import pytest
import torch

from muslin.networks.diffusion.base import Base, open_base
from muslin.networks.diffusion.opening import open_denoiser, open_text
from muslin.networks.diffusion.sampler import noise_of
from tests.networks.tiny import lumina2, qwen_image, z_image

CPU = torch.device("cpu")
FAMILIES = [lumina2, qwen_image, z_image]


@pytest.fixture(scope="module", params=FAMILIES, ids=lambda tiny: tiny.__name__.rpartition(".")[2])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Base:
    tiny: ModuleType = request.param
    return open_base(str(tiny.TINY.write(tmp_path_factory.mktemp("base") / "tiny")))


@torch.no_grad()
def test_a_coat_looks_the_same_alone_and_beside_a_garment_of_many_words(base: Base) -> None:
    denoiser, text = open_denoiser(base, CPU), open_text(base, CPU)
    cells = base.grid_px // base.cells.stride_px
    noisy = noise_of([1, 2], (base.cells.channels, 2 * cells, cells))
    times, captions = torch.tensor([0.8, 0.8]), ["a red coat", "a navy skirt, " * 4]

    beside = denoiser(noisy, times, text(captions))

    alone = denoiser(noisy[:1], times[:1], text(captions[:1]))
    torch.testing.assert_close(beside[:1], alone, rtol=0, atol=1e-5)


@torch.no_grad()
def test_what_stands_behind_a_caption_is_not_heard(base: Base) -> None:
    denoiser, condition = open_denoiser(base, CPU), open_text(base, CPU)(["a red coat"])
    cells = base.grid_px // base.cells.stride_px
    noisy, times = noise_of([1], (base.cells.channels, 2 * cells, cells)), torch.tensor([0.8])
    words, mask = condition["text"], condition["mask"].unsqueeze(-1)

    shouted = {**condition, "text": torch.where(mask, words, 100.0)}

    assert not words[~condition["mask"]].any()
    answer = denoiser(noisy, times, condition)
    torch.testing.assert_close(denoiser(noisy, times, shouted), answer, rtol=0, atol=1e-5)
