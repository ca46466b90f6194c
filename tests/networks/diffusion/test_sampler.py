from __future__ import annotations

import pytest
import torch
from torch import Tensor

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.family import Condition
from muslin.networks.diffusion.noise.diffusion import (
    Diffusion,
    Prediction,
    betas,
    diffusion,
    signal_rates,
    to_zero_terminal,
)
from muslin.networks.diffusion.sampler import ddim, guided, noise_of, rescaled


def a_process(prediction: Prediction = Prediction.V) -> Diffusion:
    alpha = signal_rates(betas("scaled_linear", 0.00085, 0.012, 1000))
    return diffusion(to_zero_terminal(alpha) if prediction is Prediction.V else alpha, prediction)


def drawn(predict_latents: Tensor, steps: int, noise: Tensor) -> Tensor:
    """Sample with a network that is sure of one picture."""
    process = a_process()

    def predict(x: Tensor, times: Tensor) -> Tensor:
        alpha, sigma = (t[times].view(-1, 1, 1, 1) for t in (process.alpha, process.sigma))
        return (alpha * x - predict_latents) / sigma.clamp_min(1e-12)

    *_, last = ddim(predict, process, noise, steps)
    return last


def test_times_count_down_from_the_last_one_in_equal_strides() -> None:
    assert a_process().countdown(4, cells=768).tolist() == [999, 749, 499, 249]
    assert a_process().countdown(1, cells=768).tolist() == [999]
    assert len(set(a_process().countdown(300, cells=768).tolist())) == 300


@pytest.mark.parametrize("steps", [0, 1001])
def test_a_step_count_that_no_process_has_is_refused(steps: int) -> None:
    with pytest.raises(InvalidRequest, match="steps cannot be taken"):
        a_process().countdown(steps, cells=768)


def test_a_network_that_knows_the_picture_draws_it_in_any_number_of_steps() -> None:
    picture = noise_of([1, 2], (4, 3, 2))
    noise = noise_of([3, 4], (4, 3, 2))

    for steps in (1, 3, 50):
        torch.testing.assert_close(drawn(picture, steps, noise), picture, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("prediction", "tolerance"),
    [(Prediction.V, 0.01), (Prediction.EPSILON, 0.06)],  # ε starts at α = 0.07, not at pure noise
)
def test_the_best_denoiser_of_a_gaussian_draws_that_gaussian(
    prediction: Prediction, tolerance: float
) -> None:
    """For z ~ N(m, s²) the best guess is known, and DDIM's limit maps noise to m + s·noise."""
    mean, spread = 0.7, 0.5
    process = a_process(prediction)
    noise = noise_of([5], (1, 20, 20))

    def predict(x: Tensor, times: Tensor) -> Tensor:
        alpha, sigma = (t[times].view(-1, 1, 1, 1) for t in (process.alpha, process.sigma))
        gain = alpha * spread**2 / (alpha**2 * spread**2 + sigma**2)
        latents = mean + gain * (x - alpha * mean)
        believed = (x - alpha * latents) / sigma
        return believed if prediction is Prediction.EPSILON else alpha * believed - sigma * latents

    *_, last = ddim(predict, process, noise, 1000)

    torch.testing.assert_close(last, mean + spread * noise, rtol=0, atol=tolerance)


class Echo:
    """A denoiser that answers with what its condition says."""

    network = torch.nn.Identity()

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
        assert len(noisy) == len(times)
        self.calls += len(noisy)
        return condition["say"]


def test_guidance_goes_beyond_the_caption_away_from_silence() -> None:
    wanted, empty = {"say": torch.full((2, 1, 1, 1), 3.0)}, {"say": torch.ones(2, 1, 1, 1)}
    x, times = torch.zeros(2, 1, 1, 1), torch.zeros(2, dtype=torch.int64)

    predicted = guided(Echo(), wanted, empty, scale=4.0, rescale=0.0)(x, times)

    assert predicted.flatten().tolist() == [9.0, 9.0]  # 1 + 4·(3 - 1)


def test_guidance_of_one_asks_for_the_caption_alone() -> None:
    echo = Echo()
    wanted, empty = {"say": torch.full((2, 1, 1, 1), 3.0)}, {"say": torch.ones(2, 1, 1, 1)}

    predicted = guided(echo, wanted, empty, 1.0, 0.7)(torch.zeros(2, 1, 1, 1), torch.zeros(2))

    assert predicted.flatten().tolist() == [3.0, 3.0]
    assert echo.calls == 2


def test_full_rescaling_gives_each_picture_the_spread_of_its_caption() -> None:
    towards = noise_of([1, 2], (4, 8, 8))
    strong = towards * torch.tensor([5.0, 0.5]).view(2, 1, 1, 1)

    torch.testing.assert_close(rescaled(strong, towards, 1.0), towards)
    torch.testing.assert_close(rescaled(strong, towards, 0.5), (strong + towards) / 2)


def test_a_seed_means_the_same_noise_in_every_batch() -> None:
    together = noise_of([7, 8, 9], (4, 3, 2))

    assert torch.equal(noise_of([8], (4, 3, 2)), together[1:2])
    assert not torch.equal(together[0], together[1])
