"""Rectified flow: x_σ = (1 - σ) z + σ ε for σ in (0, 1]; the network predicts ε - z.

Source: Liu et al., arXiv 2209.03003; Esser et al. ("SD3"), arXiv 2403.03206. A time is σ itself.
Larger pictures need more noise to be as unreadable, so σ is shifted: σ' = sσ / (1 + (s - 1)σ)
(SD3, equation 23). s is fixed, or e^μ or μ with μ linear in the number of tokens (FLUX.1), or e^μ
with μ linear in the number of steps as well (FLUX.2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.noise.process import beside, mixed

MOST_STEPS = 1000
USUAL_STEPS = 50
"""Steps whose shift is learnt with, where it depends on them: as many as diffusers' FLUX.2
pipelines take unless told."""


@dataclass(frozen=True, slots=True)
class FixedShift:
    """The same shift for every size."""

    shift: float = 1.0

    def of(self, tokens: float, steps: int) -> float:
        """s for pictures of so many tokens, drawn in so many steps."""
        return self.shift


@dataclass(frozen=True, slots=True)
class SizeShift:
    """A shift that grows with the picture: μ is linear between two numbers of tokens."""

    least: float = 0.5
    most: float = 1.15
    least_tokens: int = 256
    most_tokens: int = 4096
    kind: Literal["exponential", "linear"] = "exponential"

    def of(self, tokens: float, steps: int) -> float:
        """s for pictures of so many tokens: e^μ or μ."""
        slope = (self.most - self.least) / (self.most_tokens - self.least_tokens)
        mu = self.least + slope * (tokens - self.least_tokens)
        return math.exp(mu) if self.kind == "exponential" else mu


@dataclass(frozen=True, slots=True)
class StepShift:
    """A shift that grows with the picture and, up to 4300 tokens, falls with the number of steps.

    Source: `compute_empirical_mu` of diffusers' FLUX.2 pipelines, fitted by Black Forest Labs.
    """

    def of(self, tokens: float, steps: int) -> float:
        """s for pictures of so many tokens, drawn in so many steps: e^μ, μ between two lines."""
        at_200_steps = 0.00016927 * tokens + 0.45666666
        if tokens > 4300:
            return math.exp(at_200_steps)
        at_10_steps = 8.73809524e-05 * tokens + 1.89833333
        return math.exp(at_200_steps + (at_10_steps - at_200_steps) * (200 - steps) / 190)


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow whose network sees `patch` x `patch` latent cells as one token."""

    shift: FixedShift | SizeShift | StepShift = FixedShift()
    patch: int = 2
    last: float | None = None  # σ of the last sampling step, stretched to it; None = as it falls

    def to(self, device: torch.device) -> Flow:
        """The same flow: it holds no tensors."""
        return self

    def add(self, latents: Tensor, noise: Tensor, times: Tensor) -> Tensor:
        """(1 - σ) z + σ ε."""
        return mixed(1 - times, times, latents, noise)

    def target(self, latents: Tensor, noise: Tensor, times: Tensor) -> Tensor:
        """ε - z, the same at every time."""
        return noise - latents

    def split(self, noisy: Tensor, predicted: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
        """z = x - σu and ε = x + (1 - σ)u for a prediction u."""
        sigma = beside(times, noisy)
        return noisy - sigma * predicted, noisy + (1 - sigma) * predicted

    def draw_times(self, count: int, cells: int, rng: torch.Generator) -> Tensor:
        """(count,) float32 in (0, 1): logit-normal(0, 1), then shifted (SD3, section 3.1)."""
        return self._shifted(torch.randn(count, generator=rng).sigmoid(), cells, USUAL_STEPS)

    def countdown(self, steps: int, cells: int) -> Tensor:
        """(steps,) float32 from 1 downwards: 1 to 1/steps in equal strides, then shifted.

        As diffusers' FLUX pipelines do. Raises InvalidRequest when steps is not in [1, 1000].
        """
        if not 1 <= steps <= MOST_STEPS:
            raise InvalidRequest(
                f"{steps} steps cannot be taken.", hint=f"Ask for 1 to {MOST_STEPS} steps."
            )
        even = torch.linspace(1.0, 1.0 / steps, steps, dtype=torch.float64)
        sigma = self._shifted(even, cells, steps)
        if self.last is not None and steps > 1:
            sigma = 1 - (1 - sigma) * (1 - self.last) / (1 - sigma[-1])
        return sigma.float()

    def at(self, noise_fraction: Tensor) -> Tensor:
        """σ itself."""
        return noise_fraction

    def noise_fraction(self, times: Tensor) -> Tensor:
        """σ itself."""
        return times

    def loss_weights(self, times: Tensor, gamma: float) -> Tensor:
        """One each: which times matter is decided by how often they are drawn."""
        return torch.ones_like(times)

    def _shifted(self, sigma: Tensor, cells: int, steps: int) -> Tensor:
        s = self.shift.of(cells / self.patch**2, steps)
        return s * sigma / (1 + (s - 1) * sigma)
