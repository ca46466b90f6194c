"""The training loop, whole: no logging, saving or progress in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from torch import Tensor, autograd

from muslin.networks.diffusion.family import Denoiser
from muslin.training.draws import Batch


def learn(
    denoiser: Denoiser, batches: Iterable[Batch], update: Callable[[], None]
) -> Iterator[float]:
    """One optimizer step per batch; yields each step's mean loss once the step is done."""
    for batch in batches:
        loss = weighted_error(denoiser(batch.noisy, batch.times, batch.condition), batch)
        autograd.backward(loss)
        update()
        yield loss.item()


def weighted_error(predicted: Tensor, batch: Batch) -> Tensor:
    """Mean over photos of weight × mean squared error, a scalar."""
    errors = (predicted - batch.target).square().flatten(1).mean(1)
    return (batch.weights * errors).mean()
