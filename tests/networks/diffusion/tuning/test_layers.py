"""Our own ways back through a layer, against numbers found by small changes of every input."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.autograd import gradcheck

from muslin.networks.diffusion.tuning.layers import Dial, Sharing, TunedConv, TunedLinear
from muslin.networks.diffusion.tuning.learnt import LowRank

RANK = 2
MASKS = [None, torch.tensor([[1.0, 0.0], [1.0, 1.0]])]


def a_start(out: int, fan_in: int, ones: tuple[int, ...] = ()) -> LowRank:
    return LowRank(
        torch.randn(RANK, fan_in, *ones, dtype=torch.float64),
        torch.randn(out, RANK, *ones, dtype=torch.float64),
    )


def a_dial(mask: Tensor | None) -> Dial:
    dial = Dial(RANK, 1.0)
    dial.mask = mask
    return dial


@pytest.mark.parametrize("mask", MASKS, ids=["all ranks", "some ranks"])
@pytest.mark.parametrize("scale", [1.0, 0.5])
@pytest.mark.parametrize("has_bias", [True, False])
def test_a_convolution_of_single_pixels_learns_as_autograd_finds_it(
    mask: Tensor | None, scale: float, has_bias: bool
) -> None:
    torch.manual_seed(0)
    base = nn.Conv2d(3, 4, 1, bias=has_bias).double().requires_grad_(False)
    layer = TunedConv(base, a_dial(mask), a_start(4, 3, (1, 1)), scale)
    x = torch.randn(2, 3, 2, 2, dtype=torch.float64, requires_grad=True)

    assert gradcheck(lambda *_: layer(x), (x, layer.down, layer.up))


@pytest.mark.parametrize("mask", MASKS, ids=["all ranks", "some ranks"])
@pytest.mark.parametrize("scale", [1.0, 0.5])
@pytest.mark.parametrize("count", [1, 3])
def test_layers_that_share_an_input_learn_as_autograd_finds_it(
    mask: Tensor | None, scale: float, count: int
) -> None:
    torch.manual_seed(0)
    bases = [nn.Linear(3, 4 + n).double().requires_grad_(False) for n in range(count)]
    dial = a_dial(mask)
    sharing = Sharing(bases, [a_start(4 + n, 3) for n in range(count)], scale, dial)
    layers = [TunedLinear(base, dial, sharing, n) for n, base in enumerate(bases)]
    x = torch.randn(2, 2, 3, dtype=torch.float64, requires_grad=True)

    def answers(*_: Tensor) -> tuple[Tensor, ...]:
        return tuple(layer(x) for layer in layers)

    assert gradcheck(answers, (x, sharing.down, *sharing.ups))


def test_a_convolution_of_single_pixels_says_what_convolutions_say() -> None:
    torch.manual_seed(0)
    base = nn.Conv2d(8, 6, 1).requires_grad_(False)
    start = LowRank(torch.randn(RANK, 8, 1, 1), torch.randn(6, RANK, 1, 1))
    layer = TunedConv(base, a_dial(None), start, 0.5)
    x = torch.randn(2, 8, 5, 3).contiguous(memory_format=torch.channels_last)

    said = layer(x)

    learnt = nn.functional.conv2d(nn.functional.conv2d(x, start.down), 0.5 * start.up)
    torch.testing.assert_close(said, base(x) + learnt)
