"""Train the starter denoiser and its text encoder: first on quarter-size latents, then full ones.

v-prediction (Salimans & Ho, arXiv 2202.00512) under a schedule of zero terminal signal-to-noise
ratio (Lin et al., arXiv 2305.08891), min-SNR-γ weights (Hang et al., arXiv 2303.09556), caption
dropout for classifier-free guidance, averaged weights. Halving the latents by area is valid
because the autoencoder was taught that a halved latent is the halved picture; a picture then
costs a quarter, and words, colours and layout are learnt before detail.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from starter.captions import Said, compose, sample_captions, say_all
from starter.export import export
from starter.latents import Encoded, encode_all
from starter.networks.denoiser import Networks, build_networks
from starter.networks.tokenizer import kept_tokenizer
from starter.resumable import Average, Training, best_device, cosine

GAMMA = 5.0
"""γ of min-SNR-γ; Hang et al. use 5."""
LEAST_WEIGHT = 0.15
"""min-SNR alone gives pure noise no weight, yet there the backdrop's colour is decided."""
UNSAID = 0.1
"""Share of pictures that are learnt without their caption."""


@dataclass(frozen=True, slots=True)
class DenoiserRecipe:
    """How long, and on how much at a time; README.md says how far the shipped weights came."""

    small_steps: int = 1500
    steps: int = 3600
    small_batch: int = 32
    batch: int = 12
    small_peak: float = 1e-3  # learning rate after warm-up
    peak: float = 6e-4

    def small_rate(self, step: int) -> float:
        """Learning rate on halved latents: half of a cosine, so that it ends in full swing."""
        return self.small_peak * cosine(step, 2 * self.small_steps)

    def rate(self, step: int) -> float:
        """Learning rate on whole latents: warms up again, then falls to nearly nothing."""
        return self.peak * cosine(step - self.small_steps, self.steps - self.small_steps)


def loss_of(networks: Networks, latents: Tensor, captions: Sequence[str]) -> Tensor:
    """Mean over the batch of max(min(SNR, γ) / (SNR + 1), 0.15) · |v - v̂|².

    `latents` (B, 8, h, w) on the networks' device. Weights for v-prediction: Hang et al., section
    3.4 (min-SNR-γ divided by SNR + 1).
    """
    steps = torch.randint(0, len(networks.signal), (len(latents),)).to(latents.device)
    a, s = (table[steps][:, None, None, None] for table in (networks.signal, networks.noise))
    noise = torch.randn_like(latents)
    noisy, target = a * latents + s * noise, a * noise - s * latents
    predicted = networks.denoiser(
        noisy.contiguous(memory_format=torch.channels_last), steps, networks.read(captions)
    ).sample
    ratio = (a / s).square().flatten()
    weight = (torch.clamp(ratio, max=GAMMA) / (ratio + 1)).clamp(min=LEAST_WEIGHT)
    loss: Tensor = (weight * (predicted - target).square().mean((1, 2, 3))).mean()
    return loss


def batch_of(
    groups: Sequence[Encoded], said: Sequence[Said], size: int, rng: np.random.Generator
) -> tuple[Tensor, list[str]]:
    """`size` latents of one shape and a fresh caption for each; a tenth of the captions empty."""
    counts = np.array([len(group.rows) for group in groups], float)
    group = groups[int(rng.choice(len(counts), p=counts / counts.sum()))]
    picked = rng.choice(len(group.rows), size)
    mirrored = torch.from_numpy(rng.integers(0, 2, size))
    captions = [compose(said[group.rows[p]], rng) if rng.random() > UNSAID else "" for p in picked]
    return group.latents[mirrored, torch.from_numpy(picked)], captions


def train(photos: Path, out: Path, recipe: DenoiserRecipe) -> None:
    """Train or go on training; the whole base lands in `out/network` whenever state is saved.

    `small_steps` are taken on halved latents, then up to `steps` on whole ones.
    """
    device = best_device()
    said = say_all(photos, out)
    groups = encode_all(photos, out)
    halved = [group.halved() for group in groups]
    tokenizer = kept_tokenizer(out / "merges.json", sample_captions(said))
    torch.manual_seed(0)  # after what is made at the first start alone, and draws on chance too
    networks = build_networks(tokenizer, device)
    everything = networks.all()
    average = Average(everything, 0.9995)
    optimizer = torch.optim.AdamW(
        everything.parameters(), lr=recipe.peak, betas=(0.9, 0.99), weight_decay=0.01, fused=True
    )

    def loss_on(encoded: Sequence[Encoded], size: int, step: int) -> Tensor:
        latents, captions = batch_of(encoded, said, size, np.random.default_rng([3, step]))
        return loss_of(networks, latents.to(device), captions)

    training = Training(everything, average, optimizer, out / "denoiser.state", clip=1.0)
    training.resume()
    training.run(
        recipe.small_steps,
        lambda step: loss_on(halved, recipe.small_batch, step),
        recipe.small_rate,
        after_save=lambda: export(out),
    )
    training.run(
        recipe.steps,
        lambda step: loss_on(groups, recipe.batch, step),
        recipe.rate,
        after_save=lambda: export(out),
    )


if __name__ == "__main__":
    usual = DenoiserRecipe()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--small-steps", type=int, default=usual.small_steps)
    parser.add_argument("--steps", type=int, default=usual.steps)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    train(given.photos, given.out, DenoiserRecipe(given.small_steps, given.steps))
