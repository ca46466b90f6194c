"""A foreign adapter is read whole, or refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.exchange.reader import Foreign, read_foreign
from muslin.networks.diffusion.tuning.learnt import Adapter
from tests.networks.diffusion.exchange.adapters import SD
from tests.networks.tiny_base import tiny_pipeline

LAYER = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
KOHYA = "lora_unet_" + LAYER.replace(".", "_")
POINT = "lora_unet_down_blocks_0_attentions_0_proj_in"
DOWN, UP = torch.randn(2, 32), torch.randn(32, 2)


def read(tmp_path: Path, tensors: dict[str, Tensor]) -> Foreign:
    save_file(tensors, tmp_path / "theirs.safetensors")
    return read_foreign(tmp_path / "theirs.safetensors", tiny_pipeline().unet, SD, "unet")


def only(foreign: Foreign) -> Adapter:
    assert isinstance(foreign.adapter, Adapter)
    return foreign.adapter


def test_text_encoder_layers_are_named_not_silently_dropped(tmp_path: Path) -> None:
    words = "lora_te_text_model_encoder_layers_0_mlp_fc1"
    tensors = {f"{KOHYA}.lora_down.weight": DOWN, f"{KOHYA}.lora_up.weight": UP}
    tensors |= {f"{words}.lora_down.weight": DOWN.clone(), f"{words}.alpha": torch.tensor(1.0)}

    foreign = read(tmp_path, tensors)

    assert foreign.left_out == (words,)
    assert list(foreign.adapter.layers) == [LAYER]


@pytest.mark.parametrize(
    ("down", "up"),
    [
        (f"{KOHYA}.lora_down.weight", f"{KOHYA}.lora_up.weight"),
        (f"unet.{LAYER}.lora_A.weight", f"unet.{LAYER}.lora_B.weight"),
        (f"base_model.model.{LAYER}.lora_A.weight", f"base_model.model.{LAYER}.lora_B.weight"),
        (f"unet.{LAYER}.lora.down.weight", f"unet.{LAYER}.lora.up.weight"),
        (
            f"unet.{LAYER.replace('attn1.to_q', 'attn1.processor.to_q')}_lora.down.weight",
            f"unet.{LAYER.replace('attn1.to_q', 'attn1.processor.to_q')}_lora.up.weight",
        ),
    ],
)
def test_every_known_spelling_means_the_same_layer_at_scale_one(
    down: str, up: str, tmp_path: Path
) -> None:
    adapter = only(read(tmp_path, {down: DOWN, up: UP}))

    assert torch.equal(adapter.layers[LAYER].down, DOWN)
    assert torch.equal(adapter.layers[LAYER].up, UP)
    assert adapter.scale(LAYER) == 1.0


def test_half_precision_and_layers_of_another_alpha_keep_their_strength(tmp_path: Path) -> None:
    other = KOHYA.replace("to_q", "to_k")
    third = KOHYA.replace("to_q", "to_v")
    tensors = {}
    for layer, alpha in ((KOHYA, 1.0), (other, 4.0), (third, 1.0)):
        tensors[f"{layer}.lora_down.weight"] = DOWN.half()
        tensors[f"{layer}.lora_up.weight"] = UP.half()
        tensors[f"{layer}.alpha"] = torch.tensor(alpha, dtype=torch.float16)

    adapter = only(read(tmp_path, tensors))

    for layer, alpha in ((LAYER, 1.0), (LAYER.replace("to_q", "to_k"), 4.0)):
        change = adapter.layers[layer].change() * adapter.scale(layer)
        wanted = UP.half().float() @ DOWN.half().float() * alpha / 2
        torch.testing.assert_close(change, wanted)


def test_a_point_convolution_kept_as_linear_fits(tmp_path: Path) -> None:
    tensors = {f"{POINT}.lora_down.weight": DOWN, f"{POINT}.lora_up.weight": UP}

    part = only(read(tmp_path, tensors)).layers["down_blocks.0.attentions.0.proj_in"]

    assert (part.down.shape, part.up.shape) == ((2, 32, 1, 1), (32, 2, 1, 1))


@pytest.mark.parametrize(
    ("tensors", "why"),
    [
        ({f"{KOHYA}.lora_down.weight": DOWN}, "lacks one of its sides"),
        ({f"{KOHYA}.hada_w1_a": DOWN}, "neither LoRA nor LoKr: .*hada_w1_a"),
        (
            {f"{KOHYA}.lora_down.weight": torch.zeros(2, 320), f"{KOHYA}.lora_up.weight": UP},
            "another size",
        ),
        (
            {f"{KOHYA}.lora_down.weight": DOWN, f"{KOHYA}.lora_up.weight": torch.zeros(320, 2)},
            "another size",
        ),
        (
            {"lora_unet_nowhere.lora_down.weight": DOWN, "lora_unet_nowhere.lora_up.weight": UP},
            "no layer lora_unet_nowhere",
        ),
        ({"lora_te_x.lora_down.weight": DOWN}, "changes no layer"),
        (
            {
                f"{KOHYA}.lora_down.weight": DOWN,
                f"{KOHYA}.lora_up.weight": UP,
                f"{KOHYA}.dora_scale": torch.ones(1, 32),  # LyCORIS can also scale columns
            },
            "of its columns, not of its rows",
        ),
        ({f"{KOHYA}.lokr_w1": DOWN}, "lacks one of its factors"),
        (
            {f"{KOHYA}.lokr_w1": DOWN.clone(), f"{KOHYA}.lokr_w2": UP},
            "another size",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(
    tensors: dict[str, Tensor], why: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidRequest, match=rf"theirs\.safetensors cannot be imported: .*{why}"):
        read(tmp_path, tensors)


def test_a_pickled_adapter_is_never_opened(tmp_path: Path) -> None:
    torch.save({"a": DOWN}, tmp_path / "theirs.bin")

    with pytest.raises(InvalidRequest, match="no safetensors file"):
        read_foreign(tmp_path / "theirs.bin", tiny_pipeline().unet, SD, "unet")
