"""How gradients become changes: clipping, a rate that follows the step, averages of weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from muslin.domain.profile import Profile
from muslin.training.adamw import AdamW
from muslin.training.prodigy import Prodigy

CLIP_NORM = 1.0
"""Largest norm of all gradients together; the peers' default (diffusers, kohya, ai-toolkit)."""
VALUE, AVERAGE = "value", "average"
"""Beside what the optimizers call their own: a parameter's value, and its average over steps."""


def learning_rate(profile: Profile, step: int) -> float:
    """Rate of step `step`, counted from 1: a linear rise to the peak, then half a cosine to 0.

    The first step after the rise has the peak, and the rate would reach 0 one step after the last.
    Source: Loshchilov & Hutter, arXiv 1608.03983, equation 5, with one period.
    """
    if step <= profile.warmup_steps:
        return profile.learning_rate * step / (profile.warmup_steps + 1)
    passed = (step - profile.warmup_steps - 1) / (profile.steps - profile.warmup_steps)
    return profile.learning_rate * (1 + math.cos(math.pi * passed)) / 2


def averaging_decay(ema: float, step: int) -> float:
    """Share of the old average that step `step`, counted from 1, keeps; at most `ema`.

    It starts small, so that the average does not remember the start of a short run.
    Source: `num_updates` of TensorFlow's ExponentialMovingAverage, (1 + n) / (10 + n).
    """
    return min(ema, (1 + step) / (10 + step))


class Update:
    """One optimizer step: clip, set the rate, change the parameters, follow with their average."""

    def __init__(self, parameters: Mapping[str, nn.Parameter], profile: Profile) -> None:
        self._names = sorted(parameters)
        self._parameters = [parameters[name] for name in self._names]
        self._profile = profile
        self._steps = 0
        self._optimizer = optimizer_of(self._parameters, profile)
        averages = self._parameters if profile.ema > 0 else []
        self._averages = [parameter.detach().clone() for parameter in averages]

    def __call__(self) -> Tensor:
        """Use up the gradients; gives the norm of all of them before clipping, a scalar tensor.

        The norm stays on the gradients' device: nothing waits for it here.
        """
        self._steps += 1
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate(self._profile, self._steps)
        norm = self._clipped_step()
        self._optimizer.zero_grad()
        if self._averages:
            share = 1 - averaging_decay(self._profile.ema, self._steps)
            with torch.no_grad():
                torch._foreach_lerp_(self._averages, tuple(self._parameters), share)
        return norm

    def _clipped_step(self) -> Tensor:
        """Change the parameters; AdamW shortens gradients on the way, others need a walk before."""
        gradients = [p.grad for p in self._parameters if p.grad is not None]
        norm = nn.utils.get_total_norm(gradients)
        if isinstance(self._optimizer, AdamW):
            self._optimizer.step(divisor=(norm / CLIP_NORM).clamp(min=1.0))
        else:
            nn.utils.clip_grads_with_norm_(self._parameters, CLIP_NORM, norm)
            self._optimizer.step()
        return norm

    def values(self) -> dict[str, Tensor]:
        """What a checkpoint keeps: the parameters, or with `ema` their average; not copied."""
        kept = self._averages or [parameter.detach() for parameter in self._parameters]
        return dict(zip(self._names, kept, strict=True))

    def state(self) -> dict[str, Tensor]:
        """Everything that the next step depends on; the parameters' own values included."""
        parameters = [parameter.detach() for parameter in self._parameters]
        state = {f"{name}:{VALUE}": p for name, p in zip(self._names, parameters, strict=True)}
        for name, average in zip(self._names, self._averages, strict=False):
            state[f"{name}:{AVERAGE}"] = average
        for place, moments in self._optimizer.state_dict()["state"].items():
            for moment, tensor in moments.items():
                state[f"{self._names[place]}:{moment}"] = tensor
        return state

    def go_on(self, steps: int, state: Mapping[str, Tensor]) -> None:
        """Continue after `steps` steps with what `state` gave then."""
        places = {name: place for place, name in enumerate(self._names)}
        moments: dict[int, dict[str, Tensor]] = {}
        for key, tensor in state.items():
            name, _, moment = key.rpartition(":")
            moments.setdefault(places[name], {})[moment] = tensor
        with torch.no_grad():
            for place, parameter in enumerate(self._parameters):
                parameter.copy_(moments[place].pop(VALUE))
            for place, average in enumerate(self._averages):
                average.copy_(moments[place].pop(AVERAGE))
        groups = self._optimizer.state_dict()["param_groups"]
        used = {place: moment for place, moment in moments.items() if moment}
        self._optimizer.load_state_dict({"state": used, "param_groups": groups})
        self._steps = steps


def optimizer_of(
    parameters: Sequence[nn.Parameter], profile: Profile
) -> AdamW | torch.optim.Optimizer:
    """The optimizer that a profile names.

    Adafactor: Shazeer & Stern, arXiv 1804.04235; its
    steps are relative to each tensor's size, and it waits for the device twice per tensor.
    """
    if profile.optimizer == "prodigy":
        return Prodigy(parameters, profile.weight_decay)
    if profile.optimizer == "adafactor":
        return torch.optim.Adafactor(parameters, weight_decay=profile.weight_decay)
    return AdamW(parameters, profile.weight_decay)
