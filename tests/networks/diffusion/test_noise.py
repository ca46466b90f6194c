from __future__ import annotations

import pytest
import torch
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from torch import Tensor

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.noise.diffusion import (
    LEAST_WEIGHT,
    BetaSchedule,
    Diffusion,
    Prediction,
    betas,
    diffusion,
    signal_rates,
    to_zero_terminal,
)

SCHEDULES: list[BetaSchedule] = ["linear", "scaled_linear"]


def a_process(prediction: Prediction, schedule: BetaSchedule = "scaled_linear") -> Diffusion:
    alpha = signal_rates(betas(schedule, 0.00085, 0.012, 1000))
    return diffusion(alpha, prediction)


def normals(count: int = 1) -> tuple[Tensor, ...]:
    rng = torch.Generator().manual_seed(count)
    return tuple(torch.randn((5, 4, 3, 2), generator=rng) for _ in range(count))


TIMES = torch.tensor([0, 10, 500, 998, 999])


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("prediction", list(Prediction))
def test_noise_is_added_and_asked_for_as_diffusers_does(
    schedule: BetaSchedule, prediction: Prediction
) -> None:
    peer = DDPMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule=schedule, prediction_type=prediction
    )
    process = a_process(prediction, schedule)
    latents, noise = normals(2)

    torch.testing.assert_close(
        process.add(latents, noise, TIMES), peer.add_noise(latents, noise, TIMES)
    )
    expected = (
        noise if prediction is Prediction.EPSILON else peer.get_velocity(latents, noise, TIMES)
    )
    torch.testing.assert_close(process.target(latents, noise, TIMES), expected)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_zero_terminal_tables_are_those_of_diffusers(schedule: BetaSchedule) -> None:
    peer = DDPMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule=schedule, rescale_betas_zero_snr=True
    )

    alpha = to_zero_terminal(signal_rates(betas(schedule, 0.00085, 0.012, 1000)))

    torch.testing.assert_close(
        alpha.square().float()[:-1], peer.alphas_cumprod[:-1], rtol=1e-3, atol=1e-6
    )
    assert alpha[-1] == 0


def test_rescaling_keeps_the_first_time_and_empties_the_last() -> None:
    alpha = signal_rates(betas("linear", 0.0001, 0.02, 1000))

    rescaled = to_zero_terminal(alpha)

    torch.testing.assert_close(rescaled[0], alpha[0])
    assert rescaled[-1] == 0
    assert bool((rescaled.diff() < 0).all())


@pytest.mark.parametrize("prediction", list(Prediction))
def test_a_right_answer_gives_back_latents_and_noise(prediction: Prediction) -> None:
    process = a_process(prediction)
    latents, noise = normals(2)
    noisy, answer = process.add(latents, noise, TIMES), process.target(latents, noise, TIMES)

    found, found_noise = process.split(noisy, answer, TIMES)

    torch.testing.assert_close(found, latents, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(found_noise, noise, rtol=1e-3, atol=1e-4)


def test_at_zero_signal_velocity_still_names_the_picture() -> None:
    process = diffusion(torch.tensor([0.9, 0.0]), Prediction.V)
    latents, noise = normals(2)
    last = torch.full((5,), 1)

    found, _ = process.split(noise, process.target(latents, noise, last), last)

    torch.testing.assert_close(found, latents)


def test_a_network_that_predicts_noise_is_refused_at_zero_signal() -> None:
    with pytest.raises(InvalidRequest, match="pure noise"):
        diffusion(torch.tensor([0.9, 0.0]), Prediction.EPSILON)


def test_min_snr_weights_are_the_papers() -> None:
    snr = torch.tensor([99.0, 5.0, 1.0, 0.25])
    alpha = (snr / (snr + 1)).sqrt()
    times = torch.arange(4)

    epsilon = diffusion(alpha, Prediction.EPSILON).min_snr_weights(times, gamma=5.0)
    velocity = diffusion(alpha, Prediction.V).min_snr_weights(times, gamma=5.0)

    torch.testing.assert_close(epsilon, torch.tensor([5 / 99, 1.0, 1.0, 1.0]), rtol=1e-4, atol=0)
    torch.testing.assert_close(
        velocity, torch.tensor([5 / 100, 5 / 6, 1 / 2, 0.2]), rtol=1e-4, atol=0
    )


def test_min_snr_weights_stay_finite_without_signal() -> None:
    process = diffusion(torch.tensor([1.0, 0.0]), Prediction.V)

    assert process.min_snr_weights(torch.tensor([0, 1]), gamma=5.0).tolist() == [0.0, 0.0]


def test_pure_noise_is_learnt_too_since_the_backdrop_is_decided_there() -> None:
    alpha = torch.tensor([0.9, 0.5, 0.01])
    times = torch.arange(3)
    velocity, epsilon = diffusion(alpha, Prediction.V), diffusion(alpha, Prediction.EPSILON)

    weights = velocity.loss_weights(times, gamma=5.0)

    assert weights[2] == LEAST_WEIGHT
    assert torch.equal(weights[:2], velocity.min_snr_weights(times, 5.0)[:2])
    assert torch.equal(epsilon.loss_weights(times, gamma=5.0), epsilon.min_snr_weights(times, 5.0))
