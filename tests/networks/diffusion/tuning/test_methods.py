from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from muslin.domain.errors import InvalidRequest, TornCheckpoint
from muslin.networks.diffusion.tuning.apply import apply
from muslin.networks.diffusion.tuning.files import ADAPTER_FILE, WHOLE_FILE
from muslin.networks.diffusion.tuning.layers import TunedByParts
from muslin.networks.diffusion.tuning.methods import begin
from tests.networks.diffusion.tuning.seamstress import (
    METHODS,
    Seamstress,
    a_network,
    a_profile,
    begun,
    cloth,
    learnt,
)

VARIANTS = [
    {"method": "lora"},
    {"method": "lora", "scaling": "root_rank"},
    {"method": "dora"},
    {"method": "lokr", "rank": 1},
    {"method": "lokr", "rank": 8},
    {"method": "full"},
]


@pytest.mark.parametrize("method", METHODS)
def test_a_fresh_tuning_changes_nothing(method: str) -> None:
    network = a_network()
    before = network(cloth())

    begun(network, method=method)

    torch.testing.assert_close(network(cloth()), before, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_only_what_is_named_learns_and_all_of_it_does(method: str) -> None:
    network = a_network()
    tuning = learnt(network, method=method)

    network(cloth()).square().mean().backward()

    with_gradient = {id(p) for p in network.parameters() if p.grad is not None}
    assert with_gradient == {id(p) for p in tuning.learning.values()}
    for parameter in tuning.learning.values():
        assert parameter.grad is not None
        assert parameter.grad.abs().sum() > 0


@pytest.mark.parametrize("variant", VARIANTS)
def test_one_picture_can_be_learnt_by_heart(variant: dict[str, float | str]) -> None:
    network = a_network()
    parameters = list(begun(network, **variant).learning.values())
    wanted = torch.randn(2, 12, 6, generator=torch.Generator().manual_seed(9)) * 0.3
    optimizer = torch.optim.AdamW(parameters, lr=0.02, weight_decay=0)
    losses = []

    for _ in range(150):
        loss = (network(cloth()) - wanted).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())

    assert losses[-1] < 0.6 * losses[0]  # six outputs cannot follow twenty-four wishes further


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_checkpoint_draws_as_the_network_did_when_it_learnt(
    tmp_path: Path, variant: dict[str, float | str]
) -> None:
    tuned, drawing = a_network(), a_network()
    before = drawing(cloth())
    tuning = learnt(tuned, **variant)
    (tmp_path / tuning.file_name).write_bytes(tuning.content(tuning.learning))

    undo = apply(drawing, tmp_path, "unet")

    torch.testing.assert_close(drawing(cloth()), tuned(cloth()), rtol=1e-4, atol=1e-4)
    assert not torch.allclose(drawing(cloth()), before, atol=0.05)
    undo()
    assert torch.equal(drawing(cloth()), before)


@pytest.mark.parametrize("method", METHODS)
def test_a_tuning_switched_off_is_the_base(method: str) -> None:
    network = a_network()
    before = network(cloth())
    tuning = begun(network, method=method, prior_fraction=0.2)
    for parameter in tuning.learning.values():
        parameter.data.add_(0.1)
    during = network(cloth())

    with torch.no_grad(), tuning.off():
        torch.testing.assert_close(network(cloth()), before, rtol=1e-5, atol=1e-6)

    torch.testing.assert_close(network(cloth()), during, rtol=1e-5, atol=1e-6)
    assert not torch.allclose(during, before, atol=1e-3)


def test_every_weight_cannot_be_switched_off_when_the_base_was_not_kept() -> None:
    tuning = begun(a_network(), method="full")

    with pytest.raises(InvalidRequest, match="not kept"), tuning.off():
        pass


@pytest.mark.parametrize("method", METHODS)
def test_the_same_content_always_gives_the_same_bytes(method: str) -> None:
    one, other = learnt(a_network(), method=method), learnt(a_network(), method=method)

    assert one.content(one.learning) == other.content(other.learning)


@pytest.mark.parametrize("method", ["lora", "dora", "lokr"])
def test_the_start_follows_from_the_seed_and_not_from_the_state_of_torch(method: str) -> None:
    torch.manual_seed(1)
    one = begun(a_network(), method=method, seed=5)
    torch.manual_seed(2)
    same = begun(a_network(), method=method, seed=5)
    other = begun(a_network(), method=method, seed=6)

    assert one.content(one.learning) == same.content(same.learning)
    assert one.content(one.learning) != other.content(other.learning)


def test_only_the_layers_of_the_style_learn_where_all_could() -> None:
    network = a_network()
    profile = a_profile(method="full", layers="style")
    tuning = begin(network, r"sew", "unet", profile)

    assert set(tuning.learning) == {"sew.weight", "sew.bias"}


def test_layers_of_one_input_share_one_product() -> None:
    tuning = begun(a_network())

    assert "look.to_q+look.to_k+look.to_v.down" in tuning.learning
    assert tuning.learning["look.to_q+look.to_k+look.to_v.down"].shape == (6, 4)


def test_sharing_a_product_changes_no_gradient() -> None:
    network = a_network()
    tuning = learnt(network)
    network(cloth()).square().mean().backward()
    part = "look.to_q+look.to_k+look.to_v.down"
    downs, ups = (
        tuning.learning[part].detach(),
        [tuning.learning[f"look.to_{n}.up"].detach() for n in "qkv"],
    )
    leaves = [t.clone().requires_grad_(True) for t in (downs, *ups)]

    def plain(place: int, layer: nn.Linear) -> torch.Tensor:
        return layer.weight + 6.0 / 2 * leaves[1 + place] @ leaves[0][2 * place : 2 * place + 2]

    other = a_network()
    inner = learnt(other)
    look = other.look
    weights = [plain(n, layer) for n, layer in enumerate((look.to_q, look.to_k, look.to_v))]
    x = other.press(other.pin(other.cut(cloth()))).flatten(2).transpose(1, 2)
    q, k, v = (x @ weight.t() for weight in weights)
    seen = x + nn.functional.scaled_dot_product_attention(q, k, v)
    other.sew(seen).square().mean().backward()

    grads = [tuning.learning[part].grad, *(tuning.learning[f"look.to_{n}.up"].grad for n in "qkv")]
    for ours, leaf in zip(grads, leaves, strict=True):
        torch.testing.assert_close(ours, leaf.grad, rtol=1e-4, atol=1e-6)
    cut = tuning.learning["cut.down"].grad
    torch.testing.assert_close(cut, inner.learning["cut.down"].grad, rtol=1e-4, atol=1e-6)


def test_a_shared_answer_is_never_given_to_another_input() -> None:
    network = a_network()
    learnt(network)
    one, other = torch.randn(1, 3, 4), torch.randn(1, 3, 4)
    expected = network.look.to_k(other)

    network.look.to_q(one)

    assert torch.equal(network.look.to_k(other), expected)


def test_a_network_in_half_precision_learns_in_full() -> None:
    for method in ("lora", "dora", "lokr"):
        network = a_network().to(torch.bfloat16)
        tuning = learnt(network, method=method, least_rank_fraction=1.0)

        network(cloth().to(torch.bfloat16)).float().square().mean().backward()

        assert all(p.dtype == torch.float32 for p in tuning.learning.values())
        assert all(p.grad is not None and p.grad.dtype == p.dtype for p in tuning.learning.values())


def test_dora_starts_from_the_lengths_of_the_rows_and_keeps_to_them() -> None:
    """W' = m·V/‖V‖ with V = W + s·up·down: whatever the direction, the length is m."""
    network = a_network()
    lengths = network.sew.weight.norm(dim=1)
    tuning = begun(network, method="dora")
    torch.testing.assert_close(tuning.learning["sew.magnitude"].detach(), lengths)
    tuning.learning["sew.up"].data.normal_(generator=torch.Generator().manual_seed(2))
    layer = network.get_submodule("sew")
    assert isinstance(layer, TunedByParts)

    tuned = layer(torch.eye(4)) - layer.bias

    torch.testing.assert_close(tuned.norm(dim=0), lengths, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("noise", "used"), [(0.0, 8), (0.5, 5), (0.99, 2), (1.0, 2)])
def test_fewer_ranks_learn_where_there_is_more_noise(noise: float, used: int) -> None:
    """r(t) = ⌊(8 - 2)(1 - t/T)⌋ + 2 of T-LoRA."""
    network = a_network()
    tuning = learnt(network, rank=8, least_rank_fraction=0.25)
    tuning.listen(torch.tensor([noise, noise]))

    network(cloth()).square().mean().backward()

    for name in ("sew.up", "press.up", "look.to_k.up"):
        gradient = tuning.learning[name].grad
        assert gradient is not None
        assert (gradient.flatten(1).abs().sum(0) > 0).tolist() == [n < used for n in range(8)]
    down = tuning.learning["look.to_q+look.to_k+look.to_v.down"].grad
    assert down is not None
    assert (down.abs().sum(1) > 0).tolist() == [n < used for n in range(8)] * 3


def test_each_picture_has_the_ranks_of_its_own_noise() -> None:
    noisy, clean = a_network(), a_network()
    masked = learnt(noisy, rank=8, least_rank_fraction=0.25)
    masked.listen(torch.tensor([1.0, 0.0]))
    learnt(clean, rank=8)

    torch.testing.assert_close(noisy(cloth())[1], clean(cloth())[1])
    assert not torch.allclose(noisy(cloth())[0], clean(cloth())[0], atol=1e-3)


def test_a_layer_that_mixes_pictures_up_refuses_the_mask() -> None:
    network = a_network()
    tuning = learnt(network, rank=8, least_rank_fraction=0.25)
    tuning.listen(torch.tensor([1.0, 0.0, 0.5]))

    with pytest.raises(InvalidRequest, match="2 rows where 3 pictures"):
        network(cloth())


@pytest.mark.parametrize("method", METHODS)
def test_a_rule_that_matches_no_layer_is_refused(method: str) -> None:
    with pytest.raises(InvalidRequest, match="No layer"):
        begin(a_network(), r"iron", "unet", a_profile(method=method, layers="style"))


@pytest.mark.parametrize("method", METHODS)
def test_a_checkpoint_of_another_network_is_refused_and_changes_nothing(
    tmp_path: Path, method: str
) -> None:
    class Tailor(Seamstress):
        def __init__(self) -> None:
            super().__init__()
            self.sew = nn.Linear(4, 10).requires_grad_(False)

    tuning = learnt(Tailor(), method=method)
    (tmp_path / tuning.file_name).write_bytes(tuning.content(tuning.learning))
    network = a_network()
    before = network(cloth())

    with pytest.raises(InvalidRequest, match="sew"):
        apply(network, tmp_path, "unet")

    assert torch.equal(network(cloth()), before)


@pytest.mark.parametrize("name", [ADAPTER_FILE, WHOLE_FILE])
@pytest.mark.parametrize("content", [None, b"", b"not a safetensors file", bytes(64)])
def test_a_folder_without_a_readable_checkpoint_is_named(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(TornCheckpoint, match=tmp_path.name):
        apply(a_network(), tmp_path, "unet")
