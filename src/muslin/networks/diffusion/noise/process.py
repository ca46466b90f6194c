"""What every noise process offers: how a latent turns into noise, and what is predicted.

A latent z and noise ε mix into x_t = α_t z + σ_t ε. Two processes share everything that is built on
them (training step, sampler, evidence): `Diffusion`, whose times count through tables, and `Flow`,
whose time is σ itself. Times are tensors, so that no step waits for the device.
"""

from __future__ import annotations

from typing import Protocol, Self

import torch
from torch import Tensor


class NoiseProcess(Protocol):
    """Latents and noise are (B, ...); times are (B,), of the process's own kind."""

    def to(self, device: torch.device) -> Self:
        """The same process on another device."""
        ...

    def add(self, latents: Tensor, noise: Tensor, times: Tensor) -> Tensor:
        """x_t = α_t z + σ_t ε."""
        ...

    def target(self, latents: Tensor, noise: Tensor, times: Tensor) -> Tensor:
        """What the network should answer to `add(latents, noise, times)`."""
        ...

    def split(self, noisy: Tensor, predicted: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
        """Latents and noise that a prediction takes `noisy` to be made of."""
        ...

    def draw_times(self, count: int, cells: int, rng: torch.Generator) -> Tensor:
        """`count` times to learn at, on the CPU, for latents of `cells` cells (h · w)."""
        ...

    def countdown(self, steps: int, cells: int) -> Tensor:
        """(steps,) times to sample at, from pure noise downwards, on the process's device.

        Raises InvalidRequest when so many steps cannot be taken.
        """
        ...

    def at(self, noise_fraction: Tensor) -> Tensor:
        """The times at a fraction of the way from the latent, 0, to pure noise, 1; (B,) to (B,)."""
        ...

    def noise_fraction(self, times: Tensor) -> Tensor:
        """How far each time is on the way from the latent, 0, to pure noise, 1; (B,) float32."""
        ...

    def loss_weights(self, times: Tensor, gamma: float) -> Tensor:
        """Weights (B,) to train with; `gamma` is min-SNR's γ where the process uses it."""
        ...


def mixed(alpha: Tensor, sigma: Tensor, latents: Tensor, noise: Tensor) -> Tensor:
    """α z + σ ε for rates (B,) and latents and noise (B, ...)."""
    return beside(alpha, latents) * latents + beside(sigma, noise) * noise


def beside(rates: Tensor, like: Tensor) -> Tensor:
    """One rate per picture, (B,), shaped (B, 1, ...) to multiply `like`."""
    return rates.view(-1, *(1 for _ in like.shape[1:]))
