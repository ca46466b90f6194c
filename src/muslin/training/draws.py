"""What chance decides in each step: photos, times, noise, and which captions are left out.

Every draw follows from the run's seed and the step's number alone (`chance`), so training can go on
after any step without remembering the state of a random generator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from muslin.domain.profile import Profile
from muslin.networks.diffusion.chance import chance
from muslin.networks.diffusion.family import Answer, Condition
from muslin.networks.diffusion.noise.process import NoiseProcess
from muslin.training.lessons.bucket import Bucket, Lessons
from muslin.training.lessons.prior import LEAST_NOISE, holds_prior, nobody, prior_steps
from muslin.training.lessons.turns import photos_of_step, turn_of_step


@dataclass(frozen=True, slots=True)
class Draw:
    """The chances of one step for B photos of one bucket."""

    bucket: int
    photos: Tensor  # (B,) int64, photos of the bucket
    mirrored: Tensor  # (B,) bool: the photo is shown mirrored
    times: Tensor  # (B,), as the noise process counts them
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
    cells: Tensor | None = None  # (B, 1, h, w), mean 1 over each photo; None = all alike


def batches(
    profile: Profile, lessons: Lessons, process: NoiseProcess, done: int, base: Answer = nobody
) -> Iterator[Batch]:
    """The batches of the steps after the first `done`, to the profile's last step.

    `base` gives the untuned network's answers; it is asked on the steps that hold on to it.
    """
    for step in range(done + 1, profile.steps + 1):
        if holds_prior(profile.prior_fraction, step):
            yield prior_batch(profile, step, lessons, process, base)
        else:
            drawn = draw(profile, step, lessons, process)
            yield batch_of(drawn, lessons, process, profile.min_snr_gamma)


def draw(profile: Profile, step: int, lessons: Lessons, process: NoiseProcess) -> Draw:
    """The chances of step `step`, counted from 1; on the CPU.

    Steps that hold on to the base take no photo's turn away.
    """
    rng = chance(profile.seed, "step", step)
    turn = step - prior_steps(profile.prior_fraction, step)
    bucket, photos = _turn(profile, turn, lessons)
    shape = _shape(photos, lessons.buckets[bucket])
    return Draw(
        bucket=bucket,
        photos=photos,
        mirrored=torch.rand(len(photos), generator=chance(profile.seed, "mirror", step))
        < profile.mirrored_fraction,
        times=process.draw_times(len(photos), shape[-2] * shape[-1], rng),
        posterior=torch.randn(shape, generator=rng),
        noise=torch.randn(shape, generator=rng),
        silent=torch.rand(len(photos), generator=rng) < profile.caption_dropout,
    )


def batch_of(drawn: Draw, lessons: Lessons, process: NoiseProcess, gamma: float) -> Batch:
    """Carry out a draw, on the lessons' device; `gamma` is min-SNR's γ."""
    device, bucket = lessons.device, lessons.buckets[drawn.bucket]
    rows = (drawn.photos + bucket.count * drawn.mirrored).to(device)
    photos, times = drawn.photos.to(device), drawn.times.to(device)
    latents = _latents(bucket, rows, drawn.posterior.to(device))
    noise = drawn.noise.to(device)
    return Batch(
        noisy=process.add(latents, noise, times),
        times=times,
        condition=_condition(bucket, lessons.empty, photos, drawn.silent.to(device)),
        target=process.target(latents, noise, times),
        weights=process.loss_weights(times, gamma),
        cells=None if bucket.cells is None else bucket.cells[rows],
    )


def prior_batch(
    profile: Profile, step: int, lessons: Lessons, process: NoiseProcess, base: Answer
) -> Batch:
    """A step that holds on to the base: photos under much noise, other words, the base's answers.

    Noise fractions are uniform over [LEAST_NOISE, 1]. Weights are those of learning at the same
    noise: with 1 instead, six times as much where a backdrop's colour is decided, 30 % of the steps
    kept the network from learning a backdrop at all (magenta cloth, 100 steps: ΔE00 28, not 12).
    """
    rng, device = chance(profile.seed, "prior", step), lessons.device
    number, photos = _turn(profile, prior_steps(profile.prior_fraction, step), lessons)
    bucket = lessons.buckets[number]
    shape = _shape(photos, bucket)
    prompts = len(next(iter(lessons.prior.values())))
    said = torch.randint(prompts, (len(photos),), generator=rng).to(device)
    noise_fraction = LEAST_NOISE + (1 - LEAST_NOISE) * torch.rand(len(photos), generator=rng)
    times = process.at(noise_fraction.to(device))
    latents = _latents(bucket, photos.to(device), torch.randn(shape, generator=rng).to(device))
    noisy = process.add(latents, torch.randn(shape, generator=rng).to(device), times)
    condition = {name: tensor[said] for name, tensor in lessons.prior.items()}
    return Batch(
        noisy=noisy,
        times=times,
        condition=condition,
        target=base(noisy, times, condition),
        weights=process.loss_weights(times, profile.min_snr_gamma),
    )


def _turn(profile: Profile, turn: int, lessons: Lessons) -> tuple[int, Tensor]:
    """The bucket of a turn, counted from 1, and its photos."""
    counts = [bucket.count for bucket in lessons.buckets]
    bucket, own_turn = turn_of_step(counts, turn)
    return bucket, photos_of_step(profile.seed, own_turn, profile.batch_size, counts[bucket])


def _shape(photos: Tensor, bucket: Bucket) -> tuple[int, ...]:
    return (len(photos), *bucket.moments.mean.shape[1:])


def _latents(bucket: Bucket, rows: Tensor, posterior: Tensor) -> Tensor:
    """One latent of each row's photo, drawn anew."""
    return bucket.moments.mean[rows] + bucket.moments.std[rows] * posterior


def _condition(bucket: Bucket, empty: Condition, photos: Tensor, silent: Tensor) -> Condition:
    """Each photo's own caption, or the empty one where it is left out."""
    return {
        name: torch.where(_beside(silent, said), empty[name], said[photos])
        for name, said in bucket.condition.items()
    }


def _beside(silent: Tensor, like: Tensor) -> Tensor:
    return silent.view(-1, *(1 for _ in like.shape[1:]))
