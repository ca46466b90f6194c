from __future__ import annotations

import pytest
import torch
from torch import nn

from muslin.training.optimizers import CLIP_NORM, Update, learning_rate
from tests.training.a_shoot import a_profile


def test_the_rate_rises_evenly_to_its_peak_and_falls_to_nothing() -> None:
    profile = a_profile(learning_rate=0.1, steps=100, warmup_steps=4)

    rates = [learning_rate(profile, step) for step in range(1, 101)]

    assert rates[:5] == pytest.approx([0.02, 0.04, 0.06, 0.08, 0.1])
    assert rates[52] == pytest.approx(0.05)  # half way down the cosine
    assert rates[-1] < 0.001
    assert max(rates) == rates[4]


def test_without_warm_up_the_first_step_has_the_peak() -> None:
    assert learning_rate(a_profile(learning_rate=0.1, warmup_steps=0), 1) == 0.1


def thread() -> dict[str, nn.Parameter]:
    return {"a": nn.Parameter(torch.ones(3)), "b": nn.Parameter(torch.full((2,), 2.0))}


def pull(parameters: dict[str, nn.Parameter], strength: float) -> None:
    for parameter in parameters.values():
        parameter.grad = torch.full_like(parameter, strength)


def test_gradients_are_really_clipped_before_they_are_used() -> None:
    parameters = thread()
    update = Update(parameters, a_profile())
    pull(parameters, 1000.0)

    update()

    # The first moment after one step is (1 - β1) of the gradient that AdamW was given.
    used = torch.cat([update.state()[f"{name}.exp_avg"] for name in ("a", "b")]) / (1 - 0.9)
    torch.testing.assert_close(used.norm(), torch.tensor(CLIP_NORM), rtol=1e-4, atol=0)


def test_the_first_step_moves_by_the_learning_rate_and_the_decay() -> None:
    profile = a_profile(learning_rate=0.1, warmup_steps=0, weight_decay=0.5)
    parameters = thread()
    pull(parameters, 0.01)

    Update(parameters, profile)()

    # AdamW: w·(1 - lr·decay) - lr·g/|g|; 0.1 and 0.5.
    torch.testing.assert_close(
        parameters["b"].detach(), torch.full((2,), 2.0 * 0.95 - 0.1), rtol=1e-4, atol=1e-5
    )
    assert parameters["a"].grad is None


def test_an_update_goes_on_exactly_where_it_was() -> None:
    profile = a_profile(steps=20)
    straight, stopped = thread(), thread()
    update = Update(straight, profile)
    for n in range(6):
        pull(straight, 0.1 * n)
        update()

    first = Update(stopped, profile)
    for n in range(3):
        pull(stopped, 0.1 * n)
        first()
    again = Update(stopped, profile)
    again.go_on(3, first.state())
    for n in range(3, 6):
        pull(stopped, 0.1 * n)
        again()

    assert all(torch.equal(straight[name], stopped[name]) for name in straight)
