from __future__ import annotations

import pytest
import torch
from torch import Tensor

from muslin.networks.diffusion.tuning.learnt import Adapter, Kronecker, LowRank, strength
from muslin.networks.diffusion.tuning.lokr import factors
from muslin.networks.diffusion.tuning.places import fresh, shared_inputs, targeted
from tests.networks.diffusion.tuning.seamstress import EVERYTHING, a_network


def some(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))


def test_an_adapted_weight_is_that_of_the_paper() -> None:
    """LoRA, section 4.1: W + (alpha / r)·BA."""
    weight, part = some(5, 4), LowRank(some(2, 4), some(5, 2))

    tuned = Adapter(6.0, {"sew": part}).tuned("sew", weight)

    torch.testing.assert_close(tuned, weight + 6.0 / 2 * part.up @ part.down)


def test_the_strength_falls_with_the_rank_or_with_its_root() -> None:
    assert strength(8.0, 16, "rank") == 0.5
    assert strength(8.0, 16, "root_rank") == 2.0


@pytest.mark.parametrize("kernel", [(), (3, 3)])
def test_a_decomposed_weight_has_rows_of_the_learnt_length(kernel: tuple[int, ...]) -> None:
    """DoRA, equation 5: m·(W + sBA) / ‖W + sBA‖, row by row."""
    ones = (1,) * len(kernel)
    weight, lengths = some(5, 4, *kernel), torch.arange(1.0, 6.0)
    part = LowRank(some(2, 4, *kernel), some(5, 2, *ones), lengths)

    tuned = part.tuned(weight, 0.5)

    changed = weight + 0.5 * part.change()
    torch.testing.assert_close(tuned.flatten(1).norm(dim=1), lengths)
    for row, direction in zip(tuned.flatten(1), changed.flatten(1), strict=True):
        torch.testing.assert_close(row / row.norm(), direction / direction.norm())


def test_a_kronecker_product_repeats_the_right_factor_times_each_number_of_the_left() -> None:
    left = torch.tensor([[1.0, 2.0], [0.0, -1.0]])
    right = some(2, 3)

    change = Kronecker(left, right).change((4, 6))

    expected = torch.cat([torch.cat([right, 2 * right], 1), torch.cat([0 * right, -right], 1)])
    torch.testing.assert_close(change, expected)


def test_a_right_factor_of_low_rank_is_the_product_of_its_sides() -> None:
    left, down, up = some(2, 2), some(1, 3 * 9), some(2, 1)

    change = Kronecker(left, LowRank(down, up)).change((4, 6, 3, 3))

    whole = Kronecker(left, (up @ down).view(2, 3, 3, 3)).change((4, 6, 3, 3))
    torch.testing.assert_close(change, whole)


@pytest.mark.parametrize(
    ("width", "expected"), [(256, (16, 16)), (128, (8, 16)), (127, (1, 127)), (320, (16, 20))]
)
def test_a_width_falls_into_its_two_closest_factors(width: int, expected: tuple[int, int]) -> None:
    assert factors(width) == expected  # the first three are PEFT's own examples


def test_the_start_lies_within_one_over_the_root_of_fan_in() -> None:
    start = fresh(a_network().cut, "cut", 64, seed=0)

    assert start.down.abs().max() <= 27**-0.5
    assert start.down.abs().max() > 0.95 * 27**-0.5
    assert abs(start.down.mean().item()) < 0.02
    assert not start.up.any()


def test_grouped_convolutions_are_left_alone() -> None:
    found = targeted(a_network(), EVERYTHING)

    assert set(found) == {"cut", "press", "sew", "look.to_q", "look.to_k", "look.to_v"}


def test_cross_attention_shares_between_keys_and_values_only() -> None:
    network = a_network()
    network.look.is_cross_attention = True

    groups = list(shared_inputs(network, ["look.to_q", "look.to_k", "look.to_v", "sew"]))

    assert groups == [("look.to_q",), ("look.to_k", "look.to_v"), ("sew",)]
