from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from muslin.networks.diffusion.family import Condition
from muslin.training.draws import Batch
from muslin.training.loop import learn


class Scale:
    """Predicts w times what it sees."""

    def __init__(self) -> None:
        self.network = nn.Linear(1, 1, bias=False)
        nn.init.constant_(self.network.weight, 0.0)

    def __call__(self, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
        return noisy * self.network.weight * (times >= 0).view(-1, 1) * condition["text"]


def a_batch(weights: list[float]) -> Batch:
    seen = torch.tensor([[1.0, 1.0], [2.0, 2.0]])
    return Batch(
        noisy=seen,
        times=torch.zeros(2, dtype=torch.int64),
        condition={"text": torch.ones(2, 1)},
        target=3 * seen,
        weights=torch.tensor(weights),
    )


def test_a_loss_is_the_weighted_mean_over_photos() -> None:
    (loss,) = learn(Scale(), [a_batch([1.0, 0.5])], lambda: None)

    assert loss == pytest.approx((1.0 * 9 + 0.5 * 36) / 2)


def test_each_batch_is_one_update_of_fresh_gradients() -> None:
    scale = Scale()
    optimizer = torch.optim.SGD(scale.network.parameters(), lr=0.1)

    def update() -> None:
        optimizer.step()
        optimizer.zero_grad()

    losses = list(learn(scale, [a_batch([1.0, 1.0])] * 30, update))

    assert len(losses) == 30
    assert losses[-1] < 1e-6 < losses[0]
    assert scale.network.weight.item() == pytest.approx(3.0, abs=1e-3)
