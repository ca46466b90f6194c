from __future__ import annotations

import pytest
import torch
from safetensors.torch import load, save
from torch import autograd, nn

from muslin.training.adamw import AdamW
from muslin.training.optimizers import CLIP_NORM, Update, averaging_decay, learning_rate
from muslin.training.prodigy import FIRST_D, Prodigy
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
    used = torch.cat([update.state()[f"{name}:exp_avg"] for name in ("a", "b")]) / (1 - 0.9)
    torch.testing.assert_close(used.norm(), torch.tensor(CLIP_NORM), rtol=1e-4, atol=0)


def test_a_step_tells_the_norm_that_was_there_before_clipping() -> None:
    parameters = thread()
    pull(parameters, 1000.0)

    norm = Update(parameters, a_profile())()

    torch.testing.assert_close(norm, torch.tensor(1000.0 * 5**0.5))  # five numbers of 1000


def test_small_gradients_are_left_as_they_are() -> None:
    parameters = thread()
    update = Update(parameters, a_profile())
    pull(parameters, 0.1)

    update()

    torch.testing.assert_close(update.state()["a:exp_avg"], torch.full((3,), 0.1 * (1 - 0.9)))


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


OPTIMIZERS = [
    {"optimizer": "adamw"},
    {"optimizer": "prodigy", "learning_rate": 1.0},
    {"optimizer": "adafactor"},
]


def weave() -> dict[str, nn.Parameter]:
    return thread() | {"c": nn.Parameter(torch.arange(6.0).view(2, 3))}


@pytest.mark.parametrize("ema", [0.0, 0.9])
@pytest.mark.parametrize("fields", OPTIMIZERS)
def test_an_update_goes_on_exactly_where_it_was(fields: dict[str, float | str], ema: float) -> None:
    profile = a_profile(steps=20, ema=ema, **fields)
    straight, stopped, later = weave(), weave(), weave()
    update = Update(straight, profile)
    for n in range(6):
        pull(straight, 0.1 * n)
        update()

    first = Update(stopped, profile)
    for n in range(3):
        pull(stopped, 0.1 * n)
        first()
    again = Update(later, profile)
    again.go_on(3, load(save(first.state())))  # through the bytes that a disk would keep
    for n in range(3, 6):
        pull(later, 0.1 * n)
        again()

    assert all(torch.equal(straight[name], later[name]) for name in straight)
    assert all(torch.equal(update.values()[name], again.values()[name]) for name in straight)


@pytest.mark.parametrize("fields", OPTIMIZERS)
def test_every_optimizer_finds_the_bottom_of_a_bowl(fields: dict[str, float | str]) -> None:
    profile = a_profile(**{"steps": 400, "learning_rate": 0.3, "weight_decay": 0.0, **fields})
    parameters = weave()
    update = Update(parameters, profile)
    for _ in range(400):
        autograd.backward([(p - 3).square().sum() for p in parameters.values()])
        update()

    for parameter in parameters.values():
        torch.testing.assert_close(
            parameter.detach(), torch.full_like(parameter, 3.0), rtol=0.05, atol=0.05
        )


def test_adamw_takes_the_very_steps_of_torch_s_own() -> None:
    ours, theirs = weave(), weave()
    idle = nn.Parameter(torch.ones(4))  # a weight that a network holds and never asks
    optimizer = AdamW([*ours.values(), idle], weight_decay=0.1)
    reference = torch.optim.AdamW(theirs.values(), weight_decay=0.1, fused=True)
    for n in range(5):
        for parameters, one in ((ours, optimizer), (theirs, reference)):
            pull(parameters, 0.3 * (n - 2))
            one.param_groups[0]["lr"] = 0.1 / (n + 1)
            one.step()
            one.zero_grad()

    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert torch.equal(idle, torch.ones(4))


def test_prodigy_measures_the_way_to_the_bottom_in_the_steepest_case() -> None:
    """For |x - 5| the gradient is always 1, and d may not exceed the distance to the bottom."""
    x = nn.Parameter(torch.zeros(1))
    optimizer = Prodigy([x], weight_decay=0.0)
    for _ in range(300):
        autograd.backward((x - 5).abs().sum())
        optimizer.step()
        optimizer.zero_grad()

    d = optimizer.state[x]["d"].item()
    assert FIRST_D < d <= 5.0
    assert abs(x.item() - 5) < 1.0


def test_prodigy_s_first_step_is_that_of_its_authors() -> None:
    """Step 1: rate d₀·√(1 - β₂)/(1 - β₁), change rate·(1 - β₁)d₀g / (√(1 - β₂)·d₀|g| + d₀ε)."""
    x = nn.Parameter(torch.full((2,), 1.0, dtype=torch.float64))
    x.grad = torch.tensor([2.0, -4.0], dtype=torch.float64)

    Prodigy([x], weight_decay=0.0).step()

    torch.testing.assert_close(
        1 - x.detach(), FIRST_D * x.new_tensor([1.0, -1.0]), rtol=1e-5, atol=0
    )


def test_an_average_follows_its_weights_and_is_what_a_checkpoint_keeps() -> None:
    parameters = thread()
    update = Update(parameters, a_profile(ema=0.9, steps=20))
    expected = parameters["a"].detach().clone()
    for n in range(1, 6):
        pull(parameters, 0.1)
        update()
        kept = (1 + n) / (10 + n)  # below 0.9 until step 80
        expected = kept * expected + (1 - kept) * parameters["a"].detach()

    torch.testing.assert_close(update.values()["a"], expected)
    assert not torch.equal(update.values()["a"], parameters["a"])


def test_an_average_never_remembers_more_than_it_was_told_to() -> None:
    assert averaging_decay(0.5, 1) == pytest.approx(2 / 11)
    assert averaging_decay(0.5, 1000) == 0.5


def test_without_an_average_a_checkpoint_keeps_the_weights_themselves() -> None:
    parameters = thread()

    assert torch.equal(Update(parameters, a_profile()).values()["a"], parameters["a"])
