from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from muslin.domain.errors import InvalidRequest, TornCheckpoint
from muslin.networks.diffusion.adapter_file import FILE_NAME, adapter_bytes, read_adapter
from muslin.networks.diffusion.adapters import (
    Adapter,
    LowRank,
    adapt,
    adapter_of,
    learning,
    merge,
    put_back,
    restore,
)

EVERYTHING = r".*"


class Seamstress(nn.Module):
    """One layer of each kind that an adapter can change, and one that it cannot."""

    def __init__(self) -> None:
        super().__init__()
        self.cut = nn.Conv2d(3, 6, 3, stride=2, padding=1)
        self.pin = nn.Conv2d(6, 6, 3, padding=1, groups=6)
        self.press = nn.Conv2d(6, 4, 1)
        self.sew = nn.Linear(4, 5)
        self.requires_grad_(False)

    def forward(self, cloth: Tensor) -> Tensor:
        pieces: Tensor = self.press(self.pin(self.cut(cloth)))
        sewn: Tensor = self.sew(pieces.permute(0, 2, 3, 1))
        return sewn


def a_network() -> Seamstress:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Seamstress()


def cloth() -> Tensor:
    return torch.randn((2, 3, 8, 6), generator=torch.Generator().manual_seed(1))


def a_learnt_adapter(rank: int = 2, alpha: float = 6.0) -> Adapter:
    """An adapter for `Seamstress` whose both sides are random."""
    layers = adapt(a_network(), EVERYTHING, rank, alpha, seed=3)
    rng = torch.Generator().manual_seed(4)
    for layer in layers.values():
        layer.up.data = torch.randn(layer.up.shape, generator=rng)
    return adapter_of(layers, alpha)


def test_a_fresh_adapter_changes_nothing() -> None:
    network = a_network()
    before = network(cloth())

    layers = adapt(network, EVERYTHING, rank=2, alpha=8.0, seed=0)

    assert set(layers) == {"cut", "press", "sew"}  # grouped convolutions are left alone
    torch.testing.assert_close(network(cloth()), before)


def test_only_the_adapter_learns() -> None:
    network = a_network()
    layers = adapt(network, EVERYTHING, rank=2, alpha=8.0, seed=0)

    network(cloth()).square().mean().backward()

    with_gradient = {n for n, p in network.named_parameters() if p.grad is not None}
    assert with_gradient == set(learning(layers))
    assert all(
        bool(layer.up.grad.abs().sum() > 0)
        for layer in layers.values()
        if layer.up.grad is not None
    )


def test_an_adapted_layer_is_the_merged_layer() -> None:
    adapter = a_learnt_adapter()
    learning_network, merged = a_network(), a_network()
    put_back(adapt(learning_network, EVERYTHING, 2, 6.0, seed=0), adapter)

    merge(merged, adapter)

    torch.testing.assert_close(learning_network(cloth()), merged(cloth()), rtol=1e-4, atol=1e-4)
    assert not torch.allclose(merged(cloth()), a_network()(cloth()), atol=0.1)


def test_a_merged_linear_layer_has_the_weight_of_the_paper() -> None:
    network, adapter = a_network(), a_learnt_adapter(rank=2, alpha=6.0)
    before, part = network.sew.weight.clone(), adapter.layers["sew"]

    merge(network, adapter)

    torch.testing.assert_close(network.sew.weight, before + 6.0 / 2 * part.up @ part.down)


def test_taking_an_adapter_off_gives_back_the_very_same_weights() -> None:
    network = a_network()
    before = network(cloth())

    restore(network, merge(network, a_learnt_adapter()))

    assert torch.equal(network(cloth()), before)


def test_the_start_follows_from_the_seed_and_not_from_the_state_of_torch() -> None:
    torch.manual_seed(1)
    one = adapt(a_network(), EVERYTHING, 2, 8.0, seed=5)
    torch.manual_seed(2)
    same = adapt(a_network(), r"sew", 2, 8.0, seed=5)
    other = adapt(a_network(), EVERYTHING, 2, 8.0, seed=6)

    assert torch.equal(one["sew"].down, same["sew"].down)
    assert not torch.equal(one["sew"].down, other["sew"].down)


def test_the_start_lies_within_one_over_the_root_of_fan_in() -> None:
    down = adapt(a_network(), r"cut", 64, 8.0, seed=0)["cut"].down

    assert down.abs().max() <= 27**-0.5
    assert down.abs().max() > 0.95 * 27**-0.5
    assert abs(down.mean().item()) < 0.02


def test_a_rule_that_matches_no_layer_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="No layer"):
        adapt(a_network(), r"iron", 2, 8.0, seed=0)


@pytest.mark.parametrize("name", ["hem", "sew"])
def test_an_adapter_of_another_network_is_refused_and_changes_nothing(name: str) -> None:
    network = a_network()
    before = network(cloth())
    foreign = LowRank(torch.ones(2, 9), torch.ones(5, 2))
    mixed = Adapter(2.0, {**a_learnt_adapter().layers, name: foreign})

    with pytest.raises(InvalidRequest, match=name):
        merge(network, mixed)

    assert torch.equal(network(cloth()), before)


def test_an_adapter_comes_back_from_its_file(tmp_path: Path) -> None:
    adapter = a_learnt_adapter(alpha=6.0)
    (tmp_path / FILE_NAME).write_bytes(adapter_bytes(adapter, "unet"))

    found = read_adapter(tmp_path, "unet")

    assert found.alpha == 6.0
    assert set(found.layers) == set(adapter.layers)
    assert torch.equal(found.layers["cut"].down, adapter.layers["cut"].down)
    assert adapter_bytes(found, "unet") == adapter_bytes(adapter, "unet")


@pytest.mark.parametrize("content", [None, b"", b"not a safetensors file", bytes(64)])
def test_a_folder_without_a_readable_adapter_is_named(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / FILE_NAME).write_bytes(content)

    with pytest.raises(TornCheckpoint, match=tmp_path.name):
        read_adapter(tmp_path, "unet")
