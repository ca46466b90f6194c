from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from muslin.domain.profile import Profile
from muslin.domain.training import HeldOutLoss
from muslin.networks.diffusion.base import Base
from muslin.networks.diffusion.family import Condition, Moments
from muslin.networks.diffusion.opening import open_denoiser
from muslin.training.cache import EncodingCache
from muslin.training.draws import batches
from muslin.training.lessons.bucket import Bucket, Lessons
from muslin.training.lessons.held_out import BINS, MOST_PHOTOS, Exam, as_drawn, holding, question
from muslin.training.lessons.prior import untuned
from muslin.training.loop import learn
from muslin.training.optimizers import Update
from muslin.training.prepare import prepare
from muslin.training.train import listening, tuning_of
from tests.training.a_shoot import PaintedPictures, a_dataset, a_profile

CPU = torch.device("cpu")


def in_one_colour(bucket: Bucket, seed: int) -> Bucket:
    """The same photos, each with random but even latents."""
    rng = torch.Generator().manual_seed(seed)
    count, channels, *_ = bucket.moments.mean.shape
    colours = 2 * torch.randn(count, channels, 1, 1, generator=rng)
    even = colours.expand_as(bucket.moments.mean).contiguous()
    return replace(bucket, moments=Moments(even, torch.zeros_like(even)))


def lessons_of(tiny: Base, folder: Path, taught: int = 4, held_out: int = 3) -> Lessons:
    dataset = a_dataset(taught, held_out)
    return prepare(tiny, dataset, a_profile(), PaintedPictures(), EncodingCache(folder), CPU)


def examined(tiny: Base, lessons: Lessons, profile: Profile, steps: int) -> HeldOutLoss:
    """What the exam says after so many steps."""
    denoiser = open_denoiser(tiny, CPU)
    process = tiny.family.process(tiny.folder)
    tuning = tuning_of(profile, tiny, denoiser.network)
    some = profile.model_copy(update={"steps": steps})
    taken = learn(
        listening(denoiser, tuning, process),
        batches(some, lessons, process, 0),
        Update(tuning.learning, profile),
    )
    list(taken)
    found = Exam(lessons, process).sit(untuned(denoiser, tuning), as_drawn(denoiser, tuning))
    assert found is not None
    return found


@pytest.mark.parametrize("method", ["lora", "dora", "lokr"])
def test_a_fresh_adapter_differs_from_its_base_by_nothing(
    tiny: Base, tmp_path: Path, method: str
) -> None:
    found = examined(tiny, lessons_of(tiny, tmp_path), a_profile(method=method), steps=0)

    # products in another order differ in the last bit
    assert found.change == pytest.approx(0.0, abs=1e-5)
    assert found.gap == pytest.approx(0.0, abs=1e-5)
    assert found.photos == pytest.approx((0.0, 0.0, 0.0), abs=1e-5)


def test_what_is_learnt_by_heart_shows_as_a_gap(tiny: Base, tmp_path: Path) -> None:
    """Each photo is of one colour of its own, so that nothing learnt of one holds for another."""
    eager = a_profile(learning_rate=1e-2, rank=16, alpha=16.0, batch_size=6, caption_dropout=0.0)
    lessons = lessons_of(tiny, tmp_path, taught=3, held_out=3)
    plain = replace(
        lessons,
        buckets=tuple(in_one_colour(bucket, seed=1) for bucket in lessons.buckets),
        held_out=tuple(in_one_colour(bucket, seed=2) for bucket in lessons.held_out),
    )

    found = examined(tiny, plain, eager, steps=80)

    assert found.taught_change < -0.1
    assert found.gap > 0.1
    assert found.gap == pytest.approx(found.change - found.taught_change)


def test_questions_are_spread_over_all_noise_and_follow_from_the_photo_alone(
    tiny: Base, tmp_path: Path
) -> None:
    process = tiny.family.process(tiny.folder)
    one, other = (lessons_of(tiny, tmp_path, held_out=n).held_out[0] for n in (1, 3))

    first, same = question(one, 0, process), question(other, 0, process)

    assert first.photo == same.photo
    assert torch.equal(first.noisy, same.noisy)
    assert torch.allclose(
        process.noise_fraction(first.times), (torch.arange(BINS) + 0.5) / BINS, atol=1e-3
    )


def test_an_exam_of_many_photos_asks_a_few_of_each_kind(tiny: Base, tmp_path: Path) -> None:
    lessons = lessons_of(tiny, tmp_path, taught=20, held_out=9)
    asked = []

    def answer(noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
        asked.append(len(noisy))
        return torch.zeros_like(noisy)

    exam = Exam(lessons, tiny.family.process(tiny.folder))
    found = exam.sit(answer, answer)
    exam.sit(answer, answer)

    assert found is not None
    assert len(found.photos) == MOST_PHOTOS
    assert asked == [BINS] * (2 * MOST_PHOTOS * 3)  # the base is asked once, not twice


def test_without_photos_held_out_there_is_no_exam(tiny: Base, tmp_path: Path) -> None:
    def answer(noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
        pytest.fail("Somebody was asked.")

    lessons = lessons_of(tiny, tmp_path, held_out=0)

    assert Exam(lessons, tiny.family.process(tiny.folder)).sit(answer, answer) is None


def test_an_exam_of_a_worse_network_says_how_much_worse(tiny: Base, tmp_path: Path) -> None:
    """The base is off by 1 everywhere, the tuned one by 2: four times the error, a change of 3."""
    exam = Exam(lessons_of(tiny, tmp_path), tiny.family.process(tiny.folder))
    process = tiny.family.process(tiny.folder)
    known = [
        question(bucket, row, process)
        for bucket in exam_buckets(tiny, tmp_path)
        for row in range(bucket.count)
    ]

    def off_by(mistake: float, noisy: Tensor) -> Tensor:
        (asked,) = [q for q in known if torch.equal(q.noisy, noisy)]
        return asked.target + mistake

    found = exam.sit(lambda x, _, __: off_by(1.0, x), lambda x, _, __: off_by(2.0, x))

    assert found is not None
    assert found.photos == pytest.approx((3.0, 3.0, 3.0), rel=1e-4)
    assert [b.held_out.change for b in found.bins] == pytest.approx([3.0] * BINS, rel=1e-4)
    assert found.gap == pytest.approx(0.0, abs=1e-4)


def exam_buckets(tiny: Base, folder: Path) -> tuple[Bucket, ...]:
    lessons = lessons_of(tiny, folder)
    return (*lessons.buckets, *lessons.held_out)


def test_parameters_hold_their_averages_only_while_they_are_asked_to() -> None:
    parameter = nn.Parameter(torch.ones(2))

    with holding({"w": parameter}, {"w": torch.zeros(2)}):
        assert parameter.sum().item() == 0.0

    assert parameter.sum().item() == 2.0
