"""How gradients become changes: clipping, a learning rate that follows the step, AdamW."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from muslin.domain.profile import LoraProfile

CLIP_NORM = 1.0
"""Largest norm of all gradients together; the peers' default (diffusers, kohya, ai-toolkit)."""
MOMENTS = ("step", "exp_avg", "exp_avg_sq")
"""What torch's AdamW remembers of each parameter."""


def learning_rate(profile: LoraProfile, step: int) -> float:
    """Rate of step `step`, counted from 1: a linear rise to the peak, then half a cosine to 0.

    The first step after the rise has the peak, and the rate would reach 0 one step after the last.
    Source: Loshchilov & Hutter, arXiv 1608.03983, equation 5, with one period.
    """
    if step <= profile.warmup_steps:
        return profile.learning_rate * step / (profile.warmup_steps + 1)
    passed = (step - profile.warmup_steps - 1) / (profile.steps - profile.warmup_steps)
    return profile.learning_rate * (1 + math.cos(math.pi * passed)) / 2


class Update:
    """One optimizer step: clip, set the rate, AdamW (Loshchilov & Hutter, arXiv 1711.05101)."""

    def __init__(self, parameters: Mapping[str, nn.Parameter], profile: LoraProfile) -> None:
        self._names = sorted(parameters)
        self._parameters = [parameters[name] for name in self._names]
        self._profile = profile
        self._steps = 0
        self._adamw = torch.optim.AdamW(
            self._parameters, weight_decay=profile.weight_decay, fused=True
        )

    def __call__(self) -> None:
        """Use up the gradients."""
        self._steps += 1
        for group in self._adamw.param_groups:
            group["lr"] = learning_rate(self._profile, self._steps)
        nn.utils.clip_grad_norm_(self._parameters, CLIP_NORM)
        self._adamw.step()
        self._adamw.zero_grad()

    def state(self) -> dict[str, Tensor]:
        """Everything that the next step depends on besides the parameters; empty before step 1."""
        state = self._adamw.state_dict()["state"]
        return {
            f"{self._names[place]}.{moment}": moments[moment]
            for place, moments in state.items()
            for moment in MOMENTS
        }

    def go_on(self, steps: int, state: Mapping[str, Tensor]) -> None:
        """Continue after `steps` steps with what `state` gave then."""
        moments = {
            place: {moment: state[f"{name}.{moment}"] for moment in MOMENTS}
            for place, name in enumerate(self._names)
        }
        groups = self._adamw.state_dict()["param_groups"]
        self._adamw.load_state_dict({"state": moments, "param_groups": groups})
        self._steps = steps
