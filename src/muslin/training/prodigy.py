"""Prodigy: Adam that finds its own learning rate, as the distance d from start to solution.

Source: Mishchenko & Defazio, arXiv 2306.06101, algorithm 4, with Adam's bias correction and the
safeguard for warm-up as in the authors' `prodigyopt` 1.1.2, with which it was compared. Theirs
waits for the device twice per tensor and step; here d stays where the weights are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

FIRST_D = 1e-6
"""d₀: any value far below the solution's distance will do (section 3)."""
BETA_1, BETA_2 = 0.9, 0.999
BETA_3 = BETA_2**0.5
EPSILON = 1e-8


class Prodigy(torch.optim.Optimizer):
    """`lr` is a factor on the rate that is found, usually 1; it may follow a schedule."""

    def __init__(self, parameters: Iterable[nn.Parameter], weight_decay: float) -> None:
        super().__init__(parameters, {"lr": 1.0, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # no closure: the loop has the loss already
        """Use up the gradients of the parameters."""
        (group,) = self.param_groups
        learning = [(p, p.grad) for p in group["params"] if p.grad is not None]
        if not learning:
            return
        parameters: list[Tensor] = [parameter for parameter, _ in learning]
        gradients: list[Tensor] = [gradient for _, gradient in learning]
        states = [self._state_of(parameter) for parameter in parameters]
        shared = states[0]
        shared["step"] += 1
        passed = shared["step"].item()  # it lies on the CPU: nothing to wait for
        correction = math.sqrt(1 - BETA_2**passed) / (1 - BETA_1**passed)
        rate = shared["d"] * (group["lr"] * correction)
        scaled = torch._foreach_mul(gradients, shared["d"])
        averages, squares = _column(states, "exp_avg"), _column(states, "exp_avg_sq")
        torch._foreach_lerp_(averages, scaled, 1 - BETA_1)
        torch._foreach_mul_(squares, BETA_2)
        torch._foreach_addcmul_(squares, scaled, scaled, 1 - BETA_2)
        _estimate(states, parameters, scaled, rate)
        lengths = torch._foreach_sqrt(squares)
        torch._foreach_add_(lengths, shared["d"] * EPSILON)
        changes = torch._foreach_div(averages, lengths)
        torch._foreach_mul_(changes, rate)
        torch._foreach_mul_(parameters, 1 - rate * group["weight_decay"])
        torch._foreach_sub_(parameters, changes)

    def _state_of(self, parameter: Tensor) -> dict[str, Tensor]:
        """What is remembered of a parameter; `step`, `d` and `numerator` count for the first."""
        state: dict[str, Tensor] = self.state[parameter]
        if not state:
            state |= {name: torch.zeros_like(parameter) for name in ("exp_avg", "exp_avg_sq", "s")}
            state["start"] = parameter.detach().clone()
            state["step"] = torch.zeros(())
            state["d"] = torch.full((), FIRST_D, device=parameter.device)
            state["numerator"] = torch.zeros((), device=parameter.device)
        return state


def _estimate(
    states: list[dict[str, Tensor]],
    parameters: list[Tensor],
    scaled: tuple[Tensor, ...],
    rate: Tensor,
) -> None:
    """Raise d to ⟨gradients, start - here⟩ / ‖gradients‖₁, both summed with weights over steps.

    `scaled` are the gradients times d. A step without gradients leaves d as it is.
    """
    shared, sums = states[0], _column(states, "s")
    away = torch._foreach_sub(_column(states, "start"), parameters)
    towards = torch.stack(
        [(there * gradient).sum() for there, gradient in zip(away, scaled, strict=True)]
    )
    shared["numerator"].mul_(BETA_3).add_(towards.sum() * rate / FIRST_D)
    torch._foreach_mul_(sums, BETA_3)
    torch._foreach_add_(sums, torch._foreach_mul(scaled, shared["d"] / FIRST_D))
    total = torch.stack(torch._foreach_norm(sums, 1)).sum()
    found = torch.where(total > 0, shared["numerator"] / total, shared["d"])
    shared["d"].copy_(torch.maximum(shared["d"], found))


def _column(states: list[dict[str, Tensor]], name: str) -> list[Tensor]:
    return [state[name] for state in states]
