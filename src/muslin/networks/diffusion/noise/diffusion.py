"""Variance-preserving diffusion: α_t² + σ_t² = 1 for integer times t in [0, T), T - 1 the noisiest.

Source: Kingma et al., arXiv 2107.00630. The signal to noise ratio is α_t² / σ_t². The network
predicts either ε or the velocity v = α_t ε - σ_t z (Salimans & Ho, arXiv 2202.00512, appendix D).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import torch
from torch import Tensor

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.noise.process import beside, mixed

LEAST_WEIGHT = 0.15
"""min-SNR alone gives 0.4 % of all weight to the noisiest fifth of times of a v-prediction network
with zero terminal SNR, and none to pure noise; yet a backdrop's colour is decided there."""


class Prediction(StrEnum):
    """What the network predicts; the values are those of diffusers' scheduler configs."""

    EPSILON = "epsilon"
    V = "v_prediction"


BetaSchedule = Literal["linear", "scaled_linear"]


def betas(schedule: BetaSchedule, start: float, end: float, steps: int) -> Tensor:
    """Variance added per time, (steps,) float64: linear, or linear in its square root.

    Source: Ho et al., arXiv 2006.11239 (linear); Rombach et al., arXiv 2112.10752 (scaled).
    """
    if schedule == "linear":
        return torch.linspace(start, end, steps, dtype=torch.float64)
    return torch.linspace(start**0.5, end**0.5, steps, dtype=torch.float64).square()


def signal_rates(variances: Tensor) -> Tensor:
    """α for every time, (T,), from the variances added: the root of the product of 1 - β."""
    return torch.cumprod(1 - variances, dim=0).sqrt()


def to_zero_terminal(alpha: Tensor) -> Tensor:
    """Shift and stretch α so that the last time is pure noise and the first stays as it was.

    Without it a network never learns to set the mean of a picture, and pure white backdrops
    come out grey. Source: Lin et al., arXiv 2305.08891, algorithm 1.
    """
    first, last = alpha[0], alpha[-1]
    return (alpha - last) * first / (first - last)


@dataclass(frozen=True, slots=True)
class Diffusion:
    """α and σ for every time, (T,) float32 each, and what the network predicts."""

    alpha: Tensor
    sigma: Tensor
    prediction: Prediction

    @property
    def times(self) -> int:
        """T, the number of times."""
        return len(self.alpha)

    def to(self, device: torch.device) -> Diffusion:
        """The same tables on another device."""
        return Diffusion(self.alpha.to(device), self.sigma.to(device), self.prediction)

    def add(self, latents: Tensor, noise: Tensor, times: Tensor) -> Tensor:
        """x_t = α_t z + σ_t ε for latents and noise (B, ...) and times (B,)."""
        return mixed(self.alpha[times], self.sigma[times], latents, noise)

    def target(self, latents: Tensor, noise: Tensor, times: Tensor) -> Tensor:
        """What the network should answer to `add(latents, noise, times)`: ε or v, (B, ...)."""
        if self.prediction is Prediction.EPSILON:
            return noise
        return mixed(-self.sigma[times], self.alpha[times], latents, noise)

    def split(self, noisy: Tensor, predicted: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
        """Latents and noise, (B, ...) each, that a prediction takes `noisy` to be made of."""
        alpha, sigma = beside(self.alpha[times], noisy), beside(self.sigma[times], noisy)
        if self.prediction is Prediction.EPSILON:
            return (noisy - sigma * predicted) / alpha, predicted
        return alpha * noisy - sigma * predicted, sigma * noisy + alpha * predicted

    def draw_times(self, count: int, cells: int, rng: torch.Generator) -> Tensor:
        """(count,) int64 in [0, T), each as likely as the others, whatever the picture's size."""
        return torch.randint(self.times, (count,), generator=rng)

    def countdown(self, steps: int, cells: int) -> Tensor:
        """`steps` times from T - 1 downwards in equal strides, (steps,) int64.

        "Trailing" times: sampling starts where a network with zero terminal signal was trained to
        start (Lin et al., arXiv 2305.08891, section 3.3). Raises InvalidRequest when steps is not
        in [1, T].
        """
        if not 1 <= steps <= self.times:
            raise InvalidRequest(
                f"{steps} steps cannot be taken.", hint=f"Ask for 1 to {self.times} steps."
            )
        left = torch.arange(steps, 0, -1, dtype=torch.float64) * (self.times / steps)
        return (left.round().long() - 1).to(self.alpha.device)

    def at(self, noise_fraction: Tensor) -> Tensor:
        """The times nearest to a fraction of T - 1; (B,) in [0, 1] to (B,) int64."""
        return (noise_fraction * (self.times - 1)).round().long()

    def noise_fraction(self, times: Tensor) -> Tensor:
        """t / (T - 1), (B,) float32."""
        return times.float() / (self.times - 1)

    def min_snr_weights(self, times: Tensor, gamma: float) -> Tensor:
        """Loss weights (B,): min(SNR, γ) / SNR for ε, min(SNR, γ) / (SNR + 1) for v.

        Both weigh the error of the latents by min(SNR, γ). Written in α² and σ², which stay
        finite where the ratio does not. Source: Hang et al., arXiv 2303.09556, section 3.4.
        """
        signal, noise = self.alpha[times].square(), self.sigma[times].square()
        capped = torch.minimum(signal, gamma * noise)
        if self.prediction is Prediction.EPSILON:
            return capped / signal
        return capped / (signal + noise)

    def loss_weights(self, times: Tensor, gamma: float) -> Tensor:
        """Weights (B,) to train with: min-SNR's, for v at least LEAST_WEIGHT."""
        weights = self.min_snr_weights(times, gamma)
        return weights if self.prediction is Prediction.EPSILON else weights.clamp(min=LEAST_WEIGHT)


def diffusion(alpha: Tensor, prediction: Prediction) -> Diffusion:
    """A process from its α, (T,) in [0, 1].

    Raises InvalidRequest for ε-prediction at zero signal, where ε says nothing of the picture.
    """
    if prediction is Prediction.EPSILON and not bool((alpha > 0).all()):
        raise InvalidRequest(
            "A network that predicts noise cannot start from pure noise.",
            hint="Use v_prediction with rescale_betas_zero_snr, or neither.",
        )
    sigma = (1 - alpha.square()).sqrt()
    return Diffusion(alpha.float(), sigma.float(), prediction)
