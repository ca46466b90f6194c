"""Train the starter autoencoder: 8x8 px become 8 numbers.

An AutoencoderTiny: no normalisation layers, since with them a narrow network loses the colour of
large flat surfaces (an AutoencoderKL of this size and training reached 22.9 dB and a mean ΔE00 of
8.8, plain PCA 26.7 dB). It starts from that PCA (networks/start_from_pca.py) and is trained on
random crops with L1 + MSE on pixels and on their 8x8 means, the latents disturbed by noise, and,
on a quarter of the steps, a scale-consistency term: decoding a halved latent must give the halved
picture, which makes the latents smoother and easier to diffuse (Kouzelis et al., "EQ-VAE", arXiv
2502.09509, section 3). After `encoder_steps` the encoder is frozen, so that the denoiser can
start on final latents while the decoder goes on.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from torch import Tensor
from torch.nn import functional as F

from starter.networks.autoencoder import build_autoencoder, save_autoencoder
from starter.networks.start_from_pca import start_from_pca
from starter.photos import pictures_by_shape, to_network
from starter.resumable import Average, Training, best_device, cosine, place

NOISE = 0.04
"""Deviation of what is added to the latents, whose strongest channel has 0.9."""
SQUARED = 8.0
"""Weight of MSE beside L1: at an error of 1/8 of half the range they count the same."""


@dataclass(frozen=True, slots=True)
class AutoencoderRecipe:
    """How long, and on how much at a time; README.md says how far the shipped weights came."""

    steps: int = 8000
    encoder_steps: int = 1200
    batch: int = 16
    crop_px: int = 64
    peak: float = 2e-3  # learning rate after warm-up


def random_crops(
    pictures: Sequence[Tensor], recipe: AutoencoderRecipe, rng: np.random.Generator
) -> Tensor:
    """Crops, each from a photo and a place drawn at random, half of them mirrored."""
    sizes = np.array([len(p) for p in pictures], float)
    side = recipe.crop_px
    crops = []
    for _ in range(recipe.batch):
        group = pictures[rng.choice(len(pictures), p=sizes / sizes.sum())]
        photo = group[rng.integers(len(group))]
        top, left = (int(rng.integers(0, n - side + 1)) for n in photo.shape[:2])
        crop = photo[top : top + side, left : left + side]
        crops.append(crop.flip(1) if rng.random() < 0.5 else crop)
    return to_network(torch.stack(crops)).contiguous(memory_format=torch.channels_last)


def whole_loss(network: AutoencoderTiny, pictures: Tensor, step: int) -> Tensor:
    """The loss while encoder and decoder learn; on every fourth step of the halved picture."""
    latents, target = _disturbed(network.encode(pictures).latents), pictures
    if step % 4 == 3:
        latents, target = F.avg_pool2d(latents, 2), F.avg_pool2d(target, 2)
    return decoded_error(network, latents, target)


def decoder_loss(network: AutoencoderTiny, pictures: Tensor) -> Tensor:
    """The loss once the encoder is frozen."""
    with torch.no_grad():
        latents = _disturbed(network.encode(pictures).latents)
    return decoded_error(network, latents, pictures)


def _disturbed(latents: Tensor) -> Tensor:
    return latents + NOISE * torch.randn_like(latents)


def decoded_error(network: AutoencoderTiny, latents: Tensor, target: Tensor) -> Tensor:
    """L1 + MSE between the decoded latents and the target, of pixels and of 8x8 means."""
    error = network.decode(latents).sample - target
    means = F.avg_pool2d(error, 8)
    pixels = error.abs().mean() + SQUARED * error.square().mean()
    loss: Tensor = pixels + means.abs().mean() + SQUARED * means.square().mean()
    return loss


def train(photos: Path, out: Path, recipe: AutoencoderRecipe) -> None:
    """Train or go on training; weights land in `out/vae`, first when the encoder is final."""
    device, state = best_device(), out / "autoencoder.state"
    pictures = [torch.from_numpy(p) for _, p in pictures_by_shape(photos, out / "cache").values()]
    torch.manual_seed(0)
    network = build_autoencoder()
    if not state.exists():
        start_from_pca(network, pictures[0])
    place(network, device)
    average = Average(network)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=recipe.peak, betas=(0.9, 0.98), fused=True
    )

    def crops(step: int) -> Tensor:
        return random_crops(pictures, recipe, np.random.default_rng([1, step])).to(device)

    def rate(step: int) -> float:
        return recipe.peak * cosine(step, recipe.steps, floor=0.05)

    training = Training(network, average, optimizer, state, clip=1.0)
    training.resume()
    training.run(recipe.encoder_steps, lambda n: whole_loss(network, crops(n), n), rate)
    if training.done == recipe.encoder_steps:
        network.load_state_dict(average.weights)
        save_weights(average, out / "vae")
    training.run(recipe.steps, lambda n: decoder_loss(network, crops(n)), rate)
    save_weights(average, out / "vae")


def save_weights(average: Average, folder: Path) -> None:
    """Write the averaged weights in diffusers format."""
    averaged = build_autoencoder()
    averaged.load_state_dict(average.weights)
    save_autoencoder(averaged, folder)


if __name__ == "__main__":
    usual = AutoencoderRecipe()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=usual.steps)
    parser.add_argument("--encoder-steps", type=int, default=usual.encoder_steps)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    train(given.photos, given.out, AutoencoderRecipe(given.steps, given.encoder_steps))
