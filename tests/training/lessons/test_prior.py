from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from muslin.domain.errors import InvalidRequest
from muslin.domain.profile import Profile
from muslin.networks.diffusion.base import Base
from muslin.networks.diffusion.family import Condition
from muslin.networks.diffusion.opening import Denoiser, open_denoiser
from muslin.training.cache import EncodingCache
from muslin.training.draws import Batch, batches
from muslin.training.lessons.bucket import Lessons
from muslin.training.lessons.prior import LEAST_NOISE, holds_prior, prior_steps, untuned
from muslin.training.loop import learn, weighted_error
from muslin.training.optimizers import Update
from muslin.training.prepare import prepare
from muslin.training.train import listening, tuning_of
from tests.training.a_shoot import PaintedPictures, a_dataset, a_profile

CPU = torch.device("cpu")
PROMPTS = ("a red coat, on a white background", "a navy coat, on a grey background")


def held(fraction: float = 0.5, **fields: float | str) -> Profile:
    return a_profile(prior_fraction=fraction, prior_prompts=PROMPTS, steps=20, **fields)


@pytest.fixture
def lessons(tiny: Base, tmp_path: Path) -> Lessons:
    return prepare(tiny, a_dataset(), held(), PaintedPictures(), EncodingCache(tmp_path), CPU)


@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.25, 0.5, 0.9])
def test_the_asked_share_of_steps_holds_on_to_the_base_evenly_spread(fraction: float) -> None:
    held_at = [step for step in range(1, 1001) if holds_prior(fraction, step)]

    assert len(held_at) == prior_steps(fraction, 1000) == round(1000 * fraction)
    for steps in range(1, 1001):
        assert abs(sum(step <= steps for step in held_at) - fraction * steps) <= 1


def ask_nobody(noisy: Tensor, _: Tensor, __: Condition) -> Tensor:
    return torch.full_like(noisy, 7.0)


def test_what_is_held_is_the_bases_answer_to_other_words_under_much_noise(
    tiny: Base, lessons: Lessons
) -> None:
    process = tiny.family.process(tiny.folder)

    drawn = list(batches(held(), lessons, process, 0, ask_nobody))

    prior = [b for step, b in enumerate(drawn, start=1) if holds_prior(0.5, step)]
    assert len(prior) == 10
    known = lessons.prior["text"]
    for batch in prior:
        assert bool((batch.target == 7.0).all())
        assert float(process.noise_fraction(batch.times).min()) > LEAST_NOISE - 0.001
        for said in batch.condition["text"]:
            assert any(torch.equal(said, words) for words in known)


def test_holding_on_takes_no_photos_turn_away(tiny: Base, lessons: Lessons) -> None:
    """The photos of the n-th learning step are those of the n-th step without holding on."""
    process = tiny.family.process(tiny.folder)
    plain = list(batches(held(0.0, caption_dropout=0.0), lessons, process, 0))
    drawn = list(batches(held(0.5, caption_dropout=0.0), lessons, process, 0, ask_nobody))

    learning = [b for step, b in enumerate(drawn, start=1) if not holds_prior(0.5, step)]

    for ours, theirs in zip(learning, plain, strict=False):
        assert torch.equal(ours.condition["text"], theirs.condition["text"])


def test_nobody_answers_for_the_base_unless_asked_to(tiny: Base, lessons: Lessons) -> None:
    with pytest.raises(InvalidRequest, match="nobody"):
        list(batches(held(), lessons, tiny.family.process(tiny.folder), 0))


def drift(
    tiny: Base, lessons: Lessons, profile: Profile, method: str = "lora"
) -> tuple[float, float]:
    """Mean squared distance of the answers to held words from the base's, before and after."""
    profile = profile.model_copy(update={"method": method, "steps": 40, "learning_rate": 1e-2})
    denoiser = open_denoiser(tiny, CPU)
    process = tiny.family.process(tiny.folder)
    tuning = tuning_of(held(method=method), tiny, denoiser.network)
    base = untuned(denoiser, tuning)
    asked = [
        batch
        for step, batch in enumerate(batches(held(seed=9), lessons, process, 0, base), start=1)
        if holds_prior(0.5, step)
    ]
    before = far_from_base(denoiser, asked)
    answer = listening(denoiser, tuning, process)
    steps = batches(profile, lessons, process, 0, base)
    list(learn(answer, steps, Update(tuning.learning, profile)))
    return before, far_from_base(denoiser, asked)


def far_from_base(denoiser: Denoiser, asked: list[Batch]) -> float:
    with torch.no_grad():
        return sum(
            weighted_error(denoiser(b.noisy, b.times, b.condition), b).item() for b in asked
        ) / len(asked)


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_network_that_is_held_stays_closer_to_its_base(
    tiny: Base, lessons: Lessons, method: str
) -> None:
    untouched, free = drift(tiny, lessons, held(0.0), method)
    _, holding_on = drift(tiny, lessons, held(0.5), method)

    assert untouched < 1e-10  # products in another order
    assert holding_on < 0.75 * free
