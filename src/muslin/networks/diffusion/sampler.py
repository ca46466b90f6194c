"""From noise to a latent: DDIM along trailing times, with classifier-free guidance.

DDIM (Song et al., arXiv 2010.02502, equation 12 with η = 0) splits x_t into the latent and noise
that the network believes in and mixes them again for the next, quieter time. For a flow that is
Euler's method: (1 - σ')(x - σu) + σ'(x + (1 - σ)u) = x + (σ' - σ)u.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from muslin.networks.diffusion.family import Answer, Condition
from muslin.networks.diffusion.noise.process import NoiseProcess

Predict = Callable[[Tensor, Tensor], Tensor]
"""(noisy (B, C, h, w), times (B,)) to a prediction (B, C, h, w)."""


def ddim(predict: Predict, process: NoiseProcess, noise: Tensor, steps: int) -> Iterator[Tensor]:
    """Yield x after each of `steps` steps, (B, C, h, w); the last one is the latent.

    `noise` (B, C, h, w) is standard normal. Raises InvalidRequest as `countdown` does.
    """
    x = noise
    times = process.countdown(steps, cells=noise[0, 0].numel()).to(noise.device)
    for i in range(steps):
        now = times[i].expand(len(x))
        latents, believed_noise = process.split(x, predict(x, now), now)
        if i + 1 < steps:
            x = process.add(latents, believed_noise, times[i + 1].expand(len(x)))
        else:
            x = latents
        yield x


def guided(
    denoiser: Answer,
    wanted: Condition,
    empty: Condition,
    scale: float,
    rescale: float,
    settle: Callable[[Tensor, Tensor], Tensor] | None = None,
) -> Predict:
    """Classifier-free guidance: away from the empty caption, towards the wanted one.

    Predicts e + scale·(w - e) (Ho & Salimans, arXiv 2207.12598); scale 1 never asks for e.
    `rescale` φ in [0, 1] moves the result's spread back to that of w, which keeps strong guidance
    from over-exposing (Lin et al., arXiv 2305.08891, section 3.4). `settle`, where a family has its
    own way to do that, takes the place of `rescale`.
    """
    if scale == 1:
        return lambda x, times: denoiser(x, times, wanted)
    both = {name: torch.cat((empty[name], wanted[name])) for name in wanted}

    def predict(x: Tensor, times: Tensor) -> Tensor:
        away, towards = denoiser(torch.cat((x, x)), torch.cat((times, times)), both).chunk(2)
        strong = away + scale * (towards - away)
        return settle(strong, towards) if settle else rescaled(strong, towards, rescale)

    return predict


def rescaled(guided_prediction: Tensor, towards: Tensor, rescale: float) -> Tensor:
    """The guided prediction with φ of its way back to the spread of `towards`, per picture."""
    if rescale == 0:
        return guided_prediction
    dims = tuple(range(1, towards.ndim))
    ratio = towards.std(dims, keepdim=True) / guided_prediction.std(dims, keepdim=True)
    return guided_prediction * (1 - rescale + rescale * ratio)


def noise_of(seeds: Sequence[int], shape: tuple[int, int, int]) -> Tensor:
    """Standard normal noise (B, C, h, w), each picture's drawn from its own seed on the CPU.

    So a seed means the same picture on every device and in every batch.
    """
    return torch.cat(
        [torch.randn((1, *shape), generator=torch.Generator().manual_seed(s)) for s in seeds]
    )
