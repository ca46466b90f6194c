from __future__ import annotations

import numpy as np
import pytest
import torch
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from starter.networks.autoencoder import CHANNELS, build_autoencoder
from starter.networks.start_from_pca import LARGEST, start_from_pca
from starter.photos import to_network


@pytest.fixture(scope="module")
def pictures() -> Tensor:
    """40 smooth pictures (40, 64, 48, 3)."""
    rng = torch.Generator().manual_seed(0)
    coarse = torch.rand((40, 3, 4, 3), generator=rng)
    smooth = F.interpolate(coarse, (64, 48), mode="bicubic").clamp(0, 1)
    return smooth.mul(255).round().byte().permute(0, 2, 3, 1).contiguous()


@pytest.fixture(scope="module")
def network(pictures: Tensor) -> AutoencoderTiny:
    network = build_autoencoder()
    start_from_pca(network, pictures)
    return network


@torch.no_grad()
def latents_of(network: AutoencoderTiny, pictures: Tensor) -> NDArray[np.float64]:
    latents = network.encode(to_network(pictures)).latents
    return np.asarray(latents.permute(0, 2, 3, 1).flatten(0, 2), np.float64)


def patches_of(pictures: Tensor) -> NDArray[np.float64]:
    """Every 8x8 px patch as the 2x2 px means of its three colours, (N, 48) in [0, 1]."""
    count, height, width, _ = pictures.shape
    pairs = np.asarray(pictures, np.float64).reshape(count, height // 2, 2, width // 2, 2, 3)
    means = pairs.mean((2, 4))
    blocks = means.reshape(count, height // 8, 4, width // 8, 4, 3).transpose(0, 1, 3, 2, 4, 5)
    return np.asarray(blocks.reshape(-1, 48) / 255)


def psnr(error: NDArray[np.float64]) -> float:
    return float(-10 * np.log10(np.square(error).mean()))


def test_the_first_latents_are_the_pca_of_the_patches(
    network: AutoencoderTiny, pictures: Tensor
) -> None:
    patches, latents = patches_of(pictures), latents_of(network, pictures)
    centred = patches - patches.mean(0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:CHANNELS]
    with_one = np.column_stack([latents, np.ones(len(latents))])
    fit = np.linalg.lstsq(with_one, patches, rcond=None)[0]

    assert psnr(patches - with_one @ fit) == pytest.approx(
        psnr(centred - centred @ axes.T @ axes), abs=0.01
    )


def test_colour_is_the_strongest_latent_and_detail_is_not_lost_in_noise(
    network: AutoencoderTiny, pictures: Tensor
) -> None:
    spread = latents_of(network, pictures).std(0)

    assert spread[0] == pytest.approx(LARGEST, rel=0.01)
    assert (np.diff(spread) < 0).all()
    patches = patches_of(pictures)
    deviations = np.sqrt(np.linalg.eigvalsh(np.cov(patches.T))[::-1][:CHANNELS])
    assert spread / spread[0] == pytest.approx(np.sqrt(deviations / deviations[0]), rel=0.01)


@torch.no_grad()
def test_the_untaught_decoder_already_shows_the_colours(
    network: AutoencoderTiny, pictures: Tensor
) -> None:
    images = to_network(pictures)
    shown = network.decode(network.encode(images).latents).sample
    wanted, found = F.avg_pool2d(images, 8), F.avg_pool2d(shown, 8)
    nothing = wanted - wanted.mean()

    inner = (slice(None), slice(None), slice(1, -1), slice(1, -1))  # borders are padded with black
    assert (found - wanted)[inner].square().mean() < 0.1 * nothing[inner].square().mean()
