from __future__ import annotations

from collections import Counter

import pytest
import torch
from torch import Tensor

from muslin.networks.diffusion.family import Moments
from muslin.networks.diffusion.noise import NoiseProcess, Prediction, noise_process
from muslin.training.draws import batch_of, batches, draw, photos_of_step
from muslin.training.prepare import Lessons
from tests.training.a_shoot import a_profile

PHOTOS = 7


def lessons() -> Lessons:
    """Photo n's latents are all n, its caption says n, and nothing said is -1."""
    numbers = torch.arange(float(PHOTOS))
    mean = numbers.view(-1, 1, 1, 1).expand(-1, 2, 3, 2)
    said = numbers.view(-1, 1, 1).expand(-1, 4, 5)
    return Lessons(
        Moments(mean, torch.zeros_like(mean)), {"text": said}, {"text": torch.full((1, 4, 5), -1.0)}
    )


def clear_process() -> NoiseProcess:
    """No noise at any time, so that what the network sees is the photo."""
    return noise_process(torch.ones(10), Prediction.V)


@pytest.mark.parametrize("batch_size", [1, 3, 7, 8, 20])
def test_every_photo_is_seen_equally_often_whatever_the_batch(batch_size: int) -> None:
    steps = 30

    seen: Counter[int] = Counter()
    for step in range(1, steps + 1):
        seen.update(photos_of_step(0, step, batch_size, PHOTOS).tolist())

    assert seen.total() == steps * batch_size
    assert set(seen) == set(range(PHOTOS))
    assert max(seen.values()) - min(seen.values()) <= 1


def test_each_epoch_has_an_order_of_its_own() -> None:
    orders = {tuple(photos_of_step(0, step, PHOTOS, PHOTOS).tolist()) for step in range(1, 11)}

    assert len(orders) > 8


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
    one = draw(a_profile(), 5, lessons(), times=1000)
    torch.manual_seed(2)
    same = draw(a_profile(), 5, lessons(), times=1000)
    next_step = draw(a_profile(), 6, lessons(), times=1000)
    other_seed = draw(a_profile(seed=1), 5, lessons(), times=1000)

    assert torch.equal(one.noise, same.noise)
    assert torch.equal(one.times, same.times)
    assert not torch.equal(one.noise, next_step.noise)
    assert not torch.equal(one.noise, other_seed.noise)
    assert not torch.equal(one.noise, one.posterior)


def test_latents_are_drawn_anew_from_their_moments_in_every_step() -> None:
    spread = Lessons(
        Moments(torch.full((1, 1, 64, 64), 3.0), torch.full((1, 1, 64, 64), 0.5)),
        {"text": torch.zeros(1, 1, 1)},
        {"text": torch.zeros(1, 1, 1)},
    )
    profile = a_profile(batch_size=1)

    first, second = (
        batch_of(draw(profile, n, spread, 10), spread, clear_process(), 5.0).noisy for n in (1, 2)
    )

    assert abs(first.mean().item() - 3.0) < 0.05
    assert abs(first.std().item() - 0.5) < 0.05
    assert not torch.equal(first, second)


def test_all_times_are_learnt_equally() -> None:
    profile = a_profile(batch_size=50)

    times = torch.cat([draw(profile, n, lessons(), 4).times for n in range(1, 81)])

    counts = torch.bincount(times, minlength=4)
    assert len(counts) == 4
    assert bool(((counts - 1000).abs() < 120).all())  # 4000 draws, 4 σ
