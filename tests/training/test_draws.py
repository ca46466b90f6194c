from __future__ import annotations

import torch
from torch import Tensor

from muslin.domain.fact import PhotoId
from muslin.networks.diffusion.chance import chance
from muslin.networks.diffusion.family import Moments
from muslin.networks.diffusion.noise.diffusion import Diffusion, Prediction, diffusion
from muslin.training.draws import batch_of, batches, draw
from muslin.training.lessons.bucket import Bucket, Lessons
from muslin.training.lessons.turns import photos_of_step
from tests.training.a_shoot import a_profile

PHOTOS = 7


def lessons() -> Lessons:
    """Photo n's latents are all n, its caption says n, and nothing said is -1."""
    numbers = torch.arange(float(PHOTOS))
    mean = numbers.view(-1, 1, 1, 1).expand(-1, 2, 3, 2)
    said = numbers.view(-1, 1, 1).expand(-1, 4, 5)
    bucket = Bucket(names(PHOTOS), Moments(mean, torch.zeros_like(mean)), {"text": said})
    return Lessons((bucket,), {"text": torch.full((1, 4, 5), -1.0)})


def names(count: int) -> tuple[PhotoId, ...]:
    return tuple(PhotoId(f"photo-{n}") for n in range(count))


def a_process(times: int) -> Diffusion:
    """So many times, half signal and half noise at each."""
    return diffusion(torch.full((times,), 0.5**0.5), Prediction.V)


def clear_process() -> Diffusion:
    """No noise at any time, so that what the network sees is the photo."""
    return diffusion(torch.ones(10), Prediction.V)


def test_a_photo_is_always_shown_with_its_own_caption() -> None:
    profile = a_profile(batch_size=5, caption_dropout=0.0, steps=20)

    for batch in batches(profile, lessons(), clear_process(), done=0):
        assert torch.equal(batch.noisy[:, 0, 0, 0], batch.condition["text"][:, 0, 0])


def test_left_out_captions_become_the_empty_one() -> None:
    everything = lessons()
    always, sometimes = a_profile(caption_dropout=1.0), a_profile(caption_dropout=0.25, steps=400)

    silent = [
        said(batch.condition["text"]) for batch in batches(always, everything, clear_process(), 0)
    ]
    mixed = torch.cat(
        [said(b.condition["text"]) for b in batches(sometimes, everything, clear_process(), 0)]
    )

    assert not bool(torch.cat(silent).any())
    assert abs((~mixed).double().mean().item() - 0.25) < 0.05  # 1200 draws, 4 σ


def said(condition: Tensor) -> Tensor:
    """Which rows hold a caption and not the empty one."""
    return condition[:, 0, 0] != -1


def test_a_draw_follows_from_seed_and_step_and_not_from_the_state_of_torch() -> None:
    torch.manual_seed(1)
    one = draw(a_profile(), 5, lessons(), a_process(1000))
    torch.manual_seed(2)
    same = draw(a_profile(), 5, lessons(), a_process(1000))
    next_step = draw(a_profile(), 6, lessons(), a_process(1000))
    other_seed = draw(a_profile(seed=1), 5, lessons(), a_process(1000))

    assert torch.equal(one.noise, same.noise)
    assert torch.equal(one.times, same.times)
    assert not torch.equal(one.noise, next_step.noise)
    assert not torch.equal(one.noise, other_seed.noise)
    assert not torch.equal(one.noise, one.posterior)


def test_latents_are_drawn_anew_from_their_moments_in_every_step() -> None:
    moments = Moments(torch.full((1, 1, 64, 64), 3.0), torch.full((1, 1, 64, 64), 0.5))
    silence = {"text": torch.zeros(1, 1, 1)}
    spread = Lessons((Bucket(names(1), moments, silence),), silence)
    profile = a_profile(batch_size=1)

    first, second = (
        batch_of(draw(profile, n, spread, clear_process()), spread, clear_process(), 5.0).noisy
        for n in (1, 2)
    )

    assert abs(first.mean().item() - 3.0) < 0.05
    assert abs(first.std().item() - 0.5) < 0.05
    assert not torch.equal(first, second)


def test_all_times_are_learnt_equally() -> None:
    profile = a_profile(batch_size=50)

    times = torch.cat([draw(profile, n, lessons(), a_process(4)).times for n in range(1, 81)])

    counts = torch.bincount(times, minlength=4)
    assert len(counts) == 4
    assert bool(((counts - 1000).abs() < 120).all())  # 4000 draws, 4 σ


def test_a_run_without_wishes_draws_by_the_plainest_formula_bit_for_bit() -> None:
    """One bucket, nothing mirrored, masked or held to the base costs and changes nothing."""
    profile, everything, process = a_profile(), lessons(), a_process(1000)
    (bucket,) = everything.buckets

    for step, batch in enumerate(batches(profile, everything, process, done=0), start=1):
        rng = chance(profile.seed, "step", step)
        photos = photos_of_step(profile.seed, step, profile.batch_size, PHOTOS)
        times = process.draw_times(profile.batch_size, 6, rng)
        shape = (profile.batch_size, 2, 3, 2)
        latents = bucket.moments.mean[photos] + bucket.moments.std[photos] * torch.randn(
            shape, generator=rng
        )
        noise = torch.randn(shape, generator=rng)

        assert torch.equal(batch.noisy, process.add(latents, noise, times))
        assert torch.equal(batch.target, process.target(latents, noise, times))
        assert batch.cells is None


def two_views() -> Lessons:
    """Photo n's latents are n, mirrored 100 + n; what counts is n + 1 and 101 + n."""
    numbers = torch.cat([torch.arange(float(PHOTOS)), 100 + torch.arange(float(PHOTOS))])
    mean = numbers.view(-1, 1, 1, 1).expand(-1, 2, 3, 2)
    cells = (numbers + 1).view(-1, 1, 1, 1).expand(-1, 1, 3, 2)
    said = torch.arange(float(PHOTOS)).view(-1, 1, 1)
    moments = Moments(mean, torch.zeros_like(mean))
    return Lessons(
        (Bucket(names(PHOTOS), moments, {"text": said}, cells),),
        {"text": torch.full((1, 1, 1), -1.0)},
    )


def test_the_asked_share_of_photos_is_shown_mirrored_with_caption_and_mask_of_their_own() -> None:
    profile = a_profile(batch_size=5, caption_dropout=0.0, steps=400, mirrored_fraction=0.25)

    shown, said = [], []
    for batch in batches(profile, two_views(), clear_process(), done=0):
        assert batch.cells is not None
        assert torch.equal(batch.cells[:, 0, 0, 0], batch.noisy[:, 0, 0, 0] + 1)
        shown.append(batch.noisy[:, 0, 0, 0])
        said.append(batch.condition["text"][:, 0, 0])

    seen = torch.cat(shown)
    assert torch.equal(seen % 100, torch.cat(said))
    assert abs((seen >= 100).double().mean().item() - 0.25) < 0.04  # 2000 draws, 4 σ


def test_mirroring_changes_no_other_chance() -> None:
    plain = draw(a_profile(), 5, two_views(), a_process(1000))
    mirrored = draw(a_profile(mirrored_fraction=1.0), 5, two_views(), a_process(1000))

    assert bool(mirrored.mirrored.all())
    assert not bool(plain.mirrored.any())
    assert torch.equal(plain.noise, mirrored.noise)
    assert torch.equal(plain.photos, mirrored.photos)


def test_photos_of_two_sizes_never_share_a_batch_and_are_all_seen_equally_often() -> None:
    """Five upright photos and two wide ones; a photo's latents are its number."""
    profile = a_profile(batch_size=3, caption_dropout=0.0, steps=2 * PHOTOS)
    sides = [((3, 2), torch.arange(5.0)), ((2, 3), torch.arange(5.0, 7.0))]
    buckets = tuple(
        Bucket(
            names(len(numbers)),
            Moments(
                numbers.view(-1, 1, 1, 1).expand(-1, 2, *side), torch.zeros(len(numbers), 2, *side)
            ),
            {"text": numbers.view(-1, 1, 1)},
        )
        for side, numbers in sides
    )
    everything = Lessons(buckets, {"text": torch.full((1, 1, 1), -1.0)})

    seen = []
    for batch in batches(profile, everything, clear_process(), done=0):
        assert torch.equal(batch.noisy[:, 0, 0, 0], batch.condition["text"][:, 0, 0])
        seen.append(batch.noisy[:, 0, 0, 0].long())

    assert torch.bincount(torch.cat(seen)).tolist() == [6] * PHOTOS
