"""What chance decides in each step: photos, times, noise, and which captions are left out.

Every draw follows from the run's seed and the step's number alone (`chance`), so training can go on
after any step without remembering the state of a random generator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from muslin.domain.profile import LoraProfile
from muslin.networks.diffusion.chance import chance
from muslin.networks.diffusion.family import Condition
from muslin.networks.diffusion.noise import NoiseProcess
from muslin.training.prepare import Lessons


@dataclass(frozen=True, slots=True)
class Draw:
    """The chances of one step for B photos."""

    photos: Tensor  # (B,) int64, rows of the lessons
    times: Tensor  # (B,) int64
    posterior: Tensor  # (B, C, h, w) standard normal: which latent of a photo
    noise: Tensor  # (B, C, h, w) standard normal
    silent: Tensor  # (B,) bool: the caption is left out


@dataclass(frozen=True, slots=True)
class Batch:
    """What the network sees in one step, and what it should answer."""

    noisy: Tensor  # (B, C, h, w)
    times: Tensor  # (B,)
    condition: Condition
    target: Tensor  # (B, C, h, w)
    weights: Tensor  # (B,)


def batches(
    profile: LoraProfile, lessons: Lessons, process: NoiseProcess, done: int
) -> Iterator[Batch]:
    """The batches of the steps after the first `done`, to the profile's last step."""
    for step in range(done + 1, profile.steps + 1):
        drawn = draw(profile, step, lessons, process.times)
        yield batch_of(drawn, lessons, process, profile.min_snr_gamma)


def photos_of_step(seed: int, step: int, batch_size: int, count: int) -> Tensor:
    """Rows of the photos of a step, (batch_size,) int64; `step` counts from 1.

    The photos are shuffled anew for each epoch and dealt out without gaps: after n steps every
    photo was seen equally often, give or take one, however batch size and count divide.
    """
    first = (step - 1) * batch_size
    places = range(first, first + batch_size)
    epochs = range(places[0] // count, places[-1] // count + 1)
    dealt = torch.cat(
        [torch.randperm(count, generator=chance(seed, "order", epoch)) for epoch in epochs]
    )
    start = first - epochs[0] * count
    return dealt[start : start + batch_size]


def draw(profile: LoraProfile, step: int, lessons: Lessons, times: int) -> Draw:
    """The chances of step `step`, counted from 1, of `times` noise times; on the CPU."""
    rng = chance(profile.seed, "step", step)
    photos = photos_of_step(profile.seed, step, profile.batch_size, lessons.count)
    shape = (len(photos), *lessons.moments.mean.shape[1:])
    return Draw(
        photos=photos,
        times=torch.randint(times, (len(photos),), generator=rng),
        posterior=torch.randn(shape, generator=rng),
        noise=torch.randn(shape, generator=rng),
        silent=torch.rand(len(photos), generator=rng) < profile.caption_dropout,
    )


def batch_of(drawn: Draw, lessons: Lessons, process: NoiseProcess, gamma: float) -> Batch:
    """Carry out a draw, on the lessons' device; `gamma` is min-SNR's γ."""
    device = lessons.moments.mean.device
    photos, times = drawn.photos.to(device), drawn.times.to(device)
    mean, std = lessons.moments.mean[photos], lessons.moments.std[photos]
    latents = mean + std * drawn.posterior.to(device)
    noise = drawn.noise.to(device)
    return Batch(
        noisy=process.add(latents, noise, times),
        times=times,
        condition=_condition(lessons, photos, drawn.silent.to(device)),
        target=process.target(latents, noise, times),
        weights=process.loss_weights(times, gamma),
    )


def _condition(lessons: Lessons, photos: Tensor, silent: Tensor) -> Condition:
    """Each photo's own caption, or the empty one where it is left out."""
    return {
        name: torch.where(_beside(silent, said), lessons.empty[name], said[photos])
        for name, said in lessons.condition.items()
    }


def _beside(silent: Tensor, like: Tensor) -> Tensor:
    return silent.view(-1, *(1 for _ in like.shape[1:]))
