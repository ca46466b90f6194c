"""What every family of diffusion networks keeps to; a new family adds a line to `tiny_bases`."""

from __future__ import annotations

import re

import torch

from muslin.networks.diffusion.base import Base
from muslin.networks.diffusion.families import all_families
from muslin.networks.diffusion.opening import open_autoencoder, open_denoiser, open_text
from muslin.networks.diffusion.tuning.places import targeted
from tests.contracts.drawing import CPU, said
from tests.contracts.tiny_bases import TINY


def test_every_family_keeps_this_contract() -> None:
    assert {family.name for family in all_families()} == set(TINY)


def test_images_become_latents_of_the_promised_shape_and_come_back(base: Base) -> None:
    autoencoder = open_autoencoder(base, CPU)
    side = 2 * base.grid_px
    images = torch.zeros(2, 3, side, base.grid_px)

    mean, std = autoencoder.encode(images)

    cells = (side // autoencoder.stride_px, base.grid_px // autoencoder.stride_px)
    assert mean.shape == std.shape == (2, autoencoder.channels, *cells)
    assert bool((std >= 0).all())
    assert autoencoder.decode(mean).shape == images.shape


def test_a_caption_means_the_same_alone_and_among_others(base: Base) -> None:
    text = open_text(base, CPU)

    alone, among = text(["a red coat"]), text(["", "a red coat", "a very long " * 40])

    for name, tensor in alone.items():
        assert among[name].shape == (3, *tensor.shape[1:])
        torch.testing.assert_close(among[name][1:2], tensor)
    assert any(not torch.allclose(tensor[0], tensor[1]) for tensor in among.values())


def test_the_denoiser_is_frozen_and_listens_to_time_and_caption(base: Base) -> None:
    denoiser, process = open_denoiser(base, CPU), base.family.process(base.folder)
    mean, _ = open_autoencoder(base, CPU).encode(torch.zeros(1, 3, base.grid_px, base.grid_px))
    early, late = process.at(torch.tensor([0.1])), process.at(torch.tensor([0.9]))

    with torch.no_grad():
        answer = denoiser(mean, early, said(base, "a red coat"))
        at_another_time = denoiser(mean, late, said(base, "a red coat"))
        unsaid = denoiser(mean, early, said(base, ""))

    assert answer.shape == mean.shape
    assert not torch.allclose(answer, at_another_time)
    assert not torch.allclose(answer, unsaid)
    assert not any(parameter.requires_grad for parameter in denoiser.network.parameters())
    assert not denoiser.network.training


def test_its_targets_are_layers_of_its_denoiser(base: Base) -> None:
    network = open_denoiser(base, CPU).network

    found = targeted(network, base.family.targets)

    assert len(found) > 1
    assert all(re.fullmatch(base.family.targets, name) for name in found)


def test_its_layers_of_style_are_some_of_its_targets_and_not_all(base: Base) -> None:
    network = open_denoiser(base, CPU).network

    style, every = (
        targeted(network, rule) for rule in (base.family.style_targets, base.family.targets)
    )

    assert set(style) < set(every)


def test_its_noise_process_starts_with_little_noise_and_ends_with_almost_nothing_else(
    base: Base,
) -> None:
    process = base.family.process(base.folder)
    latents, noise = torch.ones(2, 1, 1, 1), torch.zeros(2, 1, 1, 1)

    signal = process.add(latents, noise, process.at(torch.tensor([0.0, 1.0]))).flatten()

    assert signal[0] > 0.99
    assert signal[1] < 0.1
