"""What diffusers and PEFT make of our files: the same prediction as ours."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from safetensors.torch import load_file
from torch import Tensor, nn

from muslin.networks.diffusion.families.stable_diffusion import FAMILY
from muslin.networks.diffusion.tuning.apply import apply
from muslin.networks.diffusion.tuning.files import KRONECKER_FILE, WHOLE_FILE, read_adapter
from muslin.networks.diffusion.tuning.methods import begin
from tests.networks.diffusion.tuning.seamstress import a_profile
from tests.networks.tiny_base import tiny_pipeline


def a_pipeline() -> StableDiffusionPipeline:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return tiny_pipeline()


@torch.no_grad()
def answer(network: nn.Module) -> Tensor:
    rng = torch.Generator().manual_seed(1)
    noisy = torch.randn((2, 8, 6, 4), generator=rng)
    said = torch.randn((2, 32, 32), generator=rng)
    predicted: Tensor = network.eval()(noisy, torch.tensor([10, 900]), said, return_dict=False)[0]
    return predicted


def a_checkpoint(folder: Path, **fields: float | str) -> tuple[Tensor, Tensor]:
    """Write a checkpoint whose numbers all moved; gives the base's answer and the tuned one."""
    network = a_pipeline().unet.requires_grad_(False)
    before = answer(network)
    tuning = begin(network, FAMILY.targets, FAMILY.prefix, a_profile(**fields))
    rng = torch.Generator().manual_seed(2)
    for name in sorted(tuning.learning):
        parameter = tuning.learning[name]
        parameter.data += 0.05 * torch.randn(parameter.shape, generator=rng)
    (folder / tuning.file_name).write_bytes(tuning.content(tuning.learning))
    return before, answer(network)


@pytest.mark.parametrize(
    "fields",
    [
        {"method": "lora", "rank": 4},
        {"method": "lora", "rank": 4, "scaling": "root_rank"},
        {"method": "dora", "rank": 4},
        {"method": "dora", "rank": 4, "scaling": "root_rank"},
    ],
)
def test_diffusers_loads_an_adapter_and_predicts_the_same(
    tmp_path: Path, fields: dict[str, float | str]
) -> None:
    before, tuned = a_checkpoint(tmp_path, **fields)
    pipeline = a_pipeline()

    pipeline.load_lora_weights(tmp_path)

    torch.testing.assert_close(answer(pipeline.unet), tuned, rtol=1e-4, atol=1e-4)
    assert (tuned - before).abs().max() > 0.01


@pytest.mark.parametrize("rank", [2, 16])
def test_diffusers_loads_a_kronecker_adapter_and_predicts_the_same(
    tmp_path: Path, rank: int
) -> None:
    before, tuned = a_checkpoint(tmp_path, method="lokr", rank=rank)
    network = a_pipeline().unet

    network.load_lora_adapter(tmp_path, prefix="unet", weight_name=KRONECKER_FILE)

    torch.testing.assert_close(answer(network), tuned, rtol=1e-4, atol=1e-4)
    assert (tuned - before).abs().max() > 0.01


def test_a_kronecker_file_has_the_keys_of_lycoris(tmp_path: Path) -> None:
    a_checkpoint(tmp_path, method="lokr", rank=2)

    sides = {key.rpartition(".")[2] for key in load_file(tmp_path / KRONECKER_FILE)}

    assert sides == {"lokr_w1", "lokr_w2_a", "lokr_w2_b"}


def test_a_full_checkpoint_is_the_network_as_diffusers_writes_it(tmp_path: Path) -> None:
    before, tuned = a_checkpoint(tmp_path, method="full")
    network = a_pipeline().unet

    network.load_state_dict(load_file(tmp_path / WHOLE_FILE))

    torch.testing.assert_close(answer(network), tuned)
    assert (tuned - before).abs().max() > 0.01


@pytest.mark.parametrize("method", ["lora", "dora", "lokr", "full"])
def test_a_checkpoint_merges_into_the_base_of_its_family(tmp_path: Path, method: str) -> None:
    before, tuned = a_checkpoint(tmp_path, method=method, rank=2)
    network = a_pipeline().unet

    undo = apply(network, tmp_path, FAMILY.prefix)

    torch.testing.assert_close(answer(network), tuned, rtol=1e-4, atol=1e-4)
    undo()
    assert torch.equal(answer(network), before)


def test_an_adapter_remembers_its_strength(tmp_path: Path) -> None:
    a_checkpoint(tmp_path, rank=4, alpha=6.0, scaling="root_rank")

    adapter = read_adapter(tmp_path, "unet")

    assert {adapter.scale(name) for name in adapter.layers} == {6.0 / 2}


def test_what_is_in_a_file_is_a_layer_s_own_rows(tmp_path: Path) -> None:
    """PEFT knows no shared product: to_q, to_k and to_v have a `down` each, of the full rank."""
    a_checkpoint(tmp_path, rank=4)

    adapter = read_adapter(tmp_path, "unet")

    assert all(part.down.shape[0] == part.up.shape[1] == 4 for part in adapter.layers.values())
    assert {"to_q", "to_k", "to_v"} <= {name.rpartition(".")[2] for name in adapter.layers}
