"""The training loop, whole: no logging, saving or progress in it, and it never waits for a device.

What a step yields stays on the device as tensors. Reading one of them makes the processor wait
until an accelerator has caught up, so `drive` reads many at once (`read`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, autograd

from muslin.networks.diffusion.family import Answer
from muslin.training.draws import Batch


class Taken(NamedTuple):
    """One step's mean loss and the norm of all its gradients before clipping, () float32 each."""

    loss: Tensor
    gradient_norm: Tensor


@dataclass(frozen=True, slots=True)
class Reading:
    """What a step left behind, as plain numbers; steps count from 1."""

    step: int
    loss: float
    gradient_norm: float


def learn(
    denoiser: Answer, batches: Iterable[Batch], update: Callable[[], Tensor]
) -> Iterator[Taken]:
    """One optimizer step per batch; `update` gives the norm of the gradients that it used up."""
    for batch in batches:
        loss = weighted_error(denoiser(batch.noisy, batch.times, batch.condition), batch)
        autograd.backward(loss)
        yield Taken(loss.detach(), update())


def read(taken: Sequence[Taken], last_step: int) -> list[Reading]:
    """The readings of steps that ended with `last_step`; waits for the device once, not per step.

    Numbers are the same whether steps are read one by one or together.
    """
    if not taken:
        return []
    together = torch.stack([torch.stack((one.loss, one.gradient_norm)) for one in taken])
    first = last_step - len(taken) + 1
    return [Reading(first + n, loss, norm) for n, (loss, norm) in enumerate(together.tolist())]


def weighted_error(predicted: Tensor, batch: Batch) -> Tensor:
    """Mean over photos of weight × mean squared error, a scalar; cells count as the batch says."""
    squares = (predicted - batch.target).square()
    if batch.cells is not None:
        squares = squares * batch.cells
    errors = squares.flatten(1).mean(1)
    return (batch.weights * errors).mean()
