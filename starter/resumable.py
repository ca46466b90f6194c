"""What the starter trainings share: steps that survive a kill, and an average of the weights.

Everything random in a step is seeded by the step's number, so a training that was killed and
goes on from its last state ends in the same weights, bit for bit, as one that never stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim.optimizer import Optimizer, StateDict

from muslin.domain.errors import WeightsMissing
from muslin.runtime.disk import part_in, settle

SAVE_EVERY = 250
SHOW_EVERY = 50

LossOf = Callable[[int], Tensor]
"""The loss of step n = 0, 1, ..., a scalar that depends on n and the weights alone."""
Rate = Callable[[int], float]
"""The learning rate of step n."""


class Average:
    """Exponential moving average of weights with warm-up: decay = min(d, (1 + n) / (10 + n)).

    Source of the warm-up: TensorFlow's ExponentialMovingAverage, `num_updates`.
    """

    def __init__(self, network: nn.Module, decay: float = 0.999) -> None:
        self.decay, self.updates = decay, 0
        self.weights = {k: v.detach().clone() for k, v in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move every averaged weight towards the network's."""
        self.updates += 1
        keep = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for name, value in network.state_dict().items():
            if value.dtype.is_floating_point:
                self.weights[name].lerp_(value, 1 - keep)
            else:
                self.weights[name].copy_(value)


@dataclass(slots=True)
class Training:
    """A network on its way: everything that its state file holds."""

    network: nn.Module
    average: Average
    optimizer: Optimizer
    state: Path
    clip: float  # largest norm of all gradients together
    done: int = field(default=0, init=False)  # steps taken

    def resume(self) -> None:
        """Go on where the state file ends; without one, from the beginning."""
        if not self.state.exists():
            return
        saved = load_state(self.state)
        self.network.load_state_dict(saved["network"])
        self.optimizer.load_state_dict(saved["optimizer"])
        for name, value in saved["average"].items():
            self.average.weights[name].copy_(value)
        self.average.updates = self.done = saved["step"]

    def run(
        self, until: int, loss_of: LossOf, rate: Rate, after_save: Callable[[], None] | None = None
    ) -> None:
        """Take steps until so many are taken, the state saved now and then and at the end."""
        first, start, shown = self.done, time.monotonic(), 0.0
        for step in range(first, until):
            loss = self._step(step, loss_of, rate(step))
            shown += (loss - shown) / min(100, step - first + 1)
            self.done = step + 1
            if self.done % SHOW_EVERY == 0:
                seconds = time.monotonic() - start
                print(f"step {self.done} loss {shown:.4f} {seconds:.0f} s", flush=True)
            if self.done % SAVE_EVERY == 0 or self.done == until:
                self._save()
                if after_save:
                    after_save()

    def _step(self, step: int, loss_of: LossOf, rate: float) -> float:
        torch.manual_seed(step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss = loss_of(step)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.network.parameters(), self.clip)
        self.optimizer.step()
        self.average.update(self.network)
        return loss.item()

    def _save(self) -> None:
        save_state(
            self.state,
            network=self.network.state_dict(),
            optimizer=self.optimizer.state_dict(),
            average=self.average.weights,
            step=self.done,
        )


def steps_taken(state: Path) -> int:
    """How far the training of a state file has come; 0 without one."""
    return int(load_state(state)["step"]) if state.exists() else 0


def save_state(path: Path, **state: object) -> None:
    """Write state so that a reader sees the old file or the new one, never half."""
    with part_in(path.parent) as part:
        torch.save(state, part)
        settle(part, path)


def unfinished(missing: Path) -> WeightsMissing:
    """The refusal for something that an earlier stage should have left."""
    return WeightsMissing(
        f"{missing} is missing: an earlier stage of the recipe has not ended.",
        hint="`python -m starter` runs all stages in their order; see starter/README.md.",
    )


def load_state(path: Path) -> StateDict:
    """The state saved last, on the CPU. Raises WeightsMissing when there is none."""
    if not path.exists():
        raise unfinished(path)
    state: StateDict = torch.load(path, map_location="cpu", weights_only=True)
    return state


def cosine(step: int, steps: int, warmup: int = 100, floor: float = 0.02) -> float:
    """Learning-rate factor in (0, 1]: linear warm-up, then half a cosine down to `floor`."""
    if step < warmup:
        return (step + 1) / warmup
    done = (step - warmup) / max(1, steps - warmup)
    return floor + (1 - floor) * 0.5 * (1 + float(torch.cos(torch.tensor(done * torch.pi))))


def place(network: nn.Module, device: torch.device) -> None:
    """Move a network to a device, channels last: convolutions are quickest so."""
    network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # stub


def best_device() -> torch.device:
    """The graphics card where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
