"""What every family of diffusion networks keeps to; a new family adds its tiny base here."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from muslin.networks.diffusion.adapters import targeted
from muslin.networks.diffusion.base import Base, open_base
from muslin.networks.diffusion.families import all_families
from tests.networks.tiny_base import write_tiny_base

TINY: dict[str, Callable[[Path], Path]] = {"stable_diffusion": write_tiny_base}
CPU = torch.device("cpu")


@pytest.fixture(scope="module", params=sorted(TINY))
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Base:
    name: str = request.param
    return open_base(str(TINY[name](tmp_path_factory.mktemp(name) / "tiny")))


def test_every_family_keeps_this_contract() -> None:
    assert {family.name for family in all_families()} == set(TINY)


def test_images_become_latents_of_the_promised_shape_and_come_back(base: Base) -> None:
    autoencoder = base.family.open_autoencoder(base.folder, CPU)
    side = 2 * base.stride_px
    images = torch.zeros(2, 3, side, base.stride_px)

    mean, std = autoencoder.encode(images)

    cells = (side // autoencoder.stride_px, base.stride_px // autoencoder.stride_px)
    assert mean.shape == std.shape == (2, autoencoder.channels, *cells)
    assert bool((std > 0).all())
    assert autoencoder.decode(mean).shape == images.shape


def test_a_caption_means_the_same_alone_and_among_others(base: Base) -> None:
    text = base.family.open_text(base.folder, CPU)

    alone, among = text(["a red coat"]), text(["", "a red coat", "a very long " * 40])

    for name, tensor in alone.items():
        assert among[name].shape == (3, *tensor.shape[1:])
        torch.testing.assert_close(among[name][1:2], tensor)
        assert not torch.allclose(among[name][0], among[name][1])


def test_the_denoiser_is_frozen_and_listens_to_time_and_caption(base: Base) -> None:
    text, denoiser = (
        base.family.open_text(base.folder, CPU),
        base.family.open_denoiser(base.folder, CPU),
    )
    autoencoder = base.family.open_autoencoder(base.folder, CPU)
    mean, _ = autoencoder.encode(torch.zeros(1, 3, base.stride_px, base.stride_px))
    early, late = torch.tensor([1]), torch.tensor([900])

    with torch.no_grad():
        said = denoiser(mean, early, text(["a red coat"]))
        at_another_time = denoiser(mean, late, text(["a red coat"]))
        unsaid = denoiser(mean, early, text([""]))

    assert said.shape == mean.shape
    assert not torch.allclose(said, at_another_time)
    assert not torch.allclose(said, unsaid)
    assert not any(parameter.requires_grad for parameter in denoiser.network.parameters())
    assert not denoiser.network.training


def test_its_targets_are_layers_of_its_denoiser(base: Base) -> None:
    network = base.family.open_denoiser(base.folder, CPU).network

    found = targeted(network, base.family.targets)

    assert len(found) > 1
    assert all(re.fullmatch(base.family.targets, name) for name in found)


def test_its_noise_process_starts_with_little_noise_and_ends_with_almost_nothing_else(
    base: Base,
) -> None:
    process = base.family.process(base.folder)

    assert process.alpha[0] > 0.99
    assert process.alpha[-1] < 0.1
    torch.testing.assert_close(
        process.alpha.square() + process.sigma.square(), torch.ones(process.times)
    )
