from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from muslin.networks.diffusion.base import Base
from muslin.networks.diffusion.family import Condition
from muslin.networks.diffusion.opening import open_denoiser
from muslin.training.cache import EncodingCache
from muslin.training.draws import Batch, batches
from muslin.training.loop import Taken, learn, read
from muslin.training.optimizers import Update
from muslin.training.prepare import prepare
from muslin.training.train import tuning_of
from tests.training.a_shoot import PaintedPictures, a_dataset, a_profile


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
    (taken,) = learn(Scale(), [a_batch([1.0, 0.5])], lambda: torch.tensor(2.0))

    (reading,) = read([taken], last_step=7)
    assert reading.step == 7
    assert reading.loss == pytest.approx((1.0 * 9 + 0.5 * 36) / 2)
    assert reading.gradient_norm == 2.0


def test_each_batch_is_one_update_of_fresh_gradients() -> None:
    scale = Scale()
    optimizer = torch.optim.SGD(scale.network.parameters(), lr=0.1)

    def update() -> Tensor:
        norm = nn.utils.get_total_norm(
            p.grad for p in scale.network.parameters() if p.grad is not None
        )
        optimizer.step()
        optimizer.zero_grad()
        return norm

    readings = read(list(learn(scale, [a_batch([1.0, 1.0])] * 30, update)), last_step=30)

    assert [reading.step for reading in readings] == list(range(1, 31))
    assert readings[-1].loss < 1e-6 < readings[0].loss
    assert readings[0].gradient_norm == pytest.approx(15.0)  # 2·mean(x²)·3 = 2·2.5·3
    assert scale.network.weight.item() == pytest.approx(3.0, abs=1e-3)


class Waits(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's own hooks
    """Counts the moments at which the processor asks a tensor for its value."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.count += func is torch.ops.aten._local_scalar_dense.default
        return func(*args, **(kwargs or {}))


def test_no_step_waits_for_its_results(tiny: Base, tmp_path: Path) -> None:
    """`_local_scalar_dense` is what item(), float(), bool() and if come down to in torch."""
    profile, cpu = a_profile(steps=4), torch.device("cpu")
    lessons = prepare(tiny, a_dataset(), profile, PaintedPictures(), EncodingCache(tmp_path), cpu)
    denoiser = open_denoiser(tiny, cpu)
    tuning = tuning_of(profile, tiny, denoiser.network)
    ready = batches(profile, lessons, tiny.family.process(tiny.folder), done=0)

    with Waits() as waits:
        taken = list(learn(denoiser, ready, Update(tuning.learning, profile)))
        assert waits.count == 0
        taken[0].loss.item()
        assert waits.count == 1  # the count would have seen it

    assert [type(one.loss) for one in taken] == [Tensor] * 4
    assert all(reading.gradient_norm > 0 for reading in read(taken, last_step=4))


def test_readings_are_the_same_one_by_one_and_together() -> None:
    rng = torch.Generator().manual_seed(0)
    taken = [Taken(*torch.rand(2, generator=rng)) for _ in range(9)]

    alone = [read([one], step) for step, one in enumerate(taken, start=1)]

    assert read(taken, last_step=9) == [reading for (reading,) in alone]
    assert read([], last_step=9) == []
