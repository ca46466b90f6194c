"""Whoever reads our files gets our adapter, and we get theirs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from diffusers.loaders.lora_conversion_utils import (
    _convert_kohya_flux_lora_to_diffusers,
    _convert_non_diffusers_lora_to_diffusers,
    _maybe_map_sgm_blocks_to_diffusers,
)
from diffusers.loaders.lora_pipeline import StableDiffusionLoraLoaderMixin
from diffusers.utils.state_dict_utils import (
    convert_state_dict_to_kohya,
    convert_unet_state_dict_to_peft,
)
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors.torch import load, save_file
from torch import nn

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.exchange.layers import layer_weights
from muslin.networks.diffusion.exchange.reader import read_foreign
from muslin.networks.diffusion.exchange.writer import kohya_bytes, labelled
from muslin.networks.diffusion.tuning.apply import merge
from muslin.networks.diffusion.tuning.files import adapter_bytes, kronecker_bytes
from muslin.networks.diffusion.tuning.learnt import Adapter, Kronecker, KroneckerAdapter, LowRank
from tests.networks.diffusion.exchange.adapters import (
    FLUX,
    LABEL,
    SD,
    XL,
    a_learnt_adapter,
    assert_same,
    predicted,
    tiny_flux,
    tiny_xl,
    written,
)
from tests.networks.tiny_base import tiny_pipeline

RANK, ALPHA = 3, 7.5


def tiny_sd() -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        unet: nn.Module = tiny_pipeline().unet
    return unet.eval().requires_grad_(False)


NETWORKS = {SD: tiny_sd, XL: tiny_xl}


def peft_bytes(adapter: Adapter) -> bytes:
    return labelled(adapter_bytes(adapter, "unet"), LABEL)


def our_prediction(adapter: Adapter | KroneckerAdapter) -> torch.Tensor:
    unet = tiny_sd()
    merge(unet, adapter)
    return predicted(unet, channels=8, width=32)


@pytest.mark.parametrize("pipeline", [SD, XL])
def test_ours_to_kohya_to_ours_is_equal_bit_for_bit(pipeline: str, tmp_path: Path) -> None:
    adapter = a_learnt_adapter(NETWORKS[pipeline](), RANK, ALPHA)

    content = kohya_bytes(adapter, NETWORKS[pipeline](), pipeline, LABEL)
    back = read_foreign(written(tmp_path, content), NETWORKS[pipeline](), pipeline, "unet")

    assert_same(adapter, back.adapter)
    assert (back.style, back.left_out) == ("kohya", ())


@pytest.mark.parametrize("pipeline", [SD, XL])
def test_ours_to_diffusers_to_ours_is_equal_bit_for_bit(pipeline: str, tmp_path: Path) -> None:
    adapter = a_learnt_adapter(NETWORKS[pipeline](), RANK, ALPHA)

    content = peft_bytes(adapter)
    back = read_foreign(written(tmp_path, content), NETWORKS[pipeline](), pipeline, "unet")

    assert_same(adapter, back.adapter)
    assert back.style == "diffusers"


@pytest.mark.parametrize("form", ["kohya", "diffusers"])
def test_load_lora_weights_predicts_what_we_do_when_alpha_is_not_the_rank(
    form: str, tmp_path: Path
) -> None:
    adapter = a_learnt_adapter(tiny_sd(), RANK, ALPHA)
    content = {
        "kohya": kohya_bytes(adapter, tiny_sd(), SD, LABEL),
        "diffusers": peft_bytes(adapter),
    }[form]
    pipeline = tiny_pipeline()
    pipeline.unet = tiny_sd()

    untuned = predicted(pipeline.unet, channels=8, width=32)
    pipeline.load_lora_weights(
        str(written(tmp_path, content).parent), weight_name="mine.safetensors"
    )

    read = predicted(pipeline.unet, channels=8, width=32)
    torch.testing.assert_close(read, our_prediction(adapter), rtol=1e-4, atol=1e-5)
    assert not torch.allclose(read, untuned, atol=1e-2)


def test_diffusers_own_converter_loses_the_strength_that_ours_keeps() -> None:
    adapter = a_learnt_adapter(tiny_sd(), RANK, ALPHA)

    theirs = convert_state_dict_to_kohya(load(peft_bytes(adapter)))  # type: ignore[no-untyped-call]
    ours = load(kohya_bytes(adapter, tiny_sd(), SD, LABEL))

    alphas = [name for name in ours if name.endswith(".alpha")]
    assert len(alphas) == len(adapter.layers)
    assert {theirs[name].item() for name in theirs if name.endswith(".alpha")} == {RANK}
    assert {ours[name].item() for name in alphas} == {ALPHA}


def test_every_layer_of_sdxl_is_the_same_one_to_diffusers() -> None:
    network = tiny_xl()
    adapter = a_learnt_adapter(tiny_xl(), RANK, ALPHA)

    state = load(kohya_bytes(adapter, network, XL, LABEL))
    state = _maybe_map_sgm_blocks_to_diffusers(state, network.config)  # type: ignore[no-untyped-call]
    read, alphas = _convert_non_diffusers_lora_to_diffusers(state)  # type: ignore[no-untyped-call]
    read = convert_unet_state_dict_to_peft(read)  # type: ignore[no-untyped-call]

    assert len(read) == 2 * len(adapter.layers)
    for name, part in adapter.layers.items():
        assert torch.equal(read[f"unet.{name}.lora_A.weight"], part.down), name
        assert torch.equal(read[f"unet.{name}.lora_B.weight"], part.up), name
    assert set(alphas.values()) == {ALPHA}


def test_sdxl_names_are_those_of_published_files() -> None:
    content = kohya_bytes(a_learnt_adapter(tiny_xl(), 1, 1.0), tiny_xl(), XL, LABEL)

    names = {name.partition(".")[0] for name in load(content)}

    assert {
        "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q",
        "lora_unet_input_blocks_8_1_proj_in",
        "lora_unet_input_blocks_3_0_op",
        "lora_unet_middle_block_1_transformer_blocks_1_ff_net_0_proj",
        "lora_unet_middle_block_2_out_layers_3",
        "lora_unet_output_blocks_2_2_conv",
        "lora_unet_output_blocks_5_1_transformer_blocks_0_attn2_to_out_0",
        "lora_unet_output_blocks_8_0_skip_connection",
        "lora_unet_label_emb_0_2",
        "lora_unet_time_embed_0",
    } <= names
    assert not any(re.search(r"down_blocks|mid_block|up_blocks", name) for name in names)


def a_flux_adapter(width: int) -> Adapter:
    """Two ranks on every attention layer of one double and one single block of that width."""
    rng = torch.Generator().manual_seed(1)

    def a_part(out: int, inside: int = width) -> LowRank:
        return LowRank(torch.randn(2, inside, generator=rng), torch.randn(out, 2, generator=rng))

    attention = ("to_q", "to_k", "to_v", "to_out.0", "add_q_proj", "add_k_proj", "add_v_proj")
    layers = {f"transformer_blocks.0.attn.{name}": a_part(width) for name in attention}
    layers["transformer_blocks.0.ff.net.0.proj"] = a_part(4 * width)
    single = "single_transformer_blocks.0"
    layers |= {f"{single}.attn.{name}": a_part(width) for name in attention[:3]}
    layers[f"{single}.proj_mlp"] = a_part(4 * width)
    layers[f"{single}.proj_out"] = a_part(width, 5 * width)
    return Adapter(3.0, layers)


class Layers(nn.Module):
    """Only the names and sizes of a network, so that true widths cost nothing."""

    def __init__(self, adapter: Adapter) -> None:
        super().__init__()
        for name, part in adapter.layers.items():
            out, inside = part.up.shape[0], part.down.shape[1]
            at: nn.Module = self
            *path, last = name.split(".")
            for step in path:
                if not hasattr(at, step):
                    at.add_module(step, nn.Module())
                at = at.get_submodule(step)
            at.add_module(last, nn.Linear(inside, out, bias=False, device="meta"))


def test_diffusers_reads_fused_flux_layers_back_as_the_same_change() -> None:
    adapter = a_flux_adapter(3072)  # diffusers' converter knows no other width

    state = load(kohya_bytes(adapter, Layers(adapter), FLUX, LABEL))
    assert {n.partition(".")[0] for n in state} >= {
        "lora_unet_double_blocks_0_img_attn_qkv",
        "lora_unet_double_blocks_0_txt_attn_qkv",
        "lora_unet_single_blocks_0_linear1",
    }
    read = _convert_kohya_flux_lora_to_diffusers(state)  # type: ignore[no-untyped-call]

    assert len(read) == 2 * len(adapter.layers)
    for name, part in adapter.layers.items():
        down = read[f"transformer.{name}.lora_A.weight"]
        up = read[f"transformer.{name}.lora_B.weight"]
        torch.testing.assert_close(down, part.down * adapter.scale(name))  # it folds alpha in
        assert torch.equal(up, part.up)


def test_fused_flux_layers_come_apart_bit_for_bit(tmp_path: Path) -> None:
    adapter = a_learnt_adapter(tiny_flux(), RANK, ALPHA)
    named = {n: p for n, p in adapter.layers.items() if "blocks." in n}
    without_values = {n: p for n, p in named.items() if not n.endswith("0.attn.to_v")}
    adapter = Adapter(ALPHA, without_values)

    content = kohya_bytes(adapter, tiny_flux(), FLUX, LABEL)
    back = read_foreign(written(tmp_path, content), tiny_flux(), FLUX, "transformer")

    assert_same(adapter, back.adapter)


def test_a_trained_fused_layer_keeps_all_its_ranks_for_each_part(tmp_path: Path) -> None:
    network, stem = tiny_flux(), "lora_unet_double_blocks_0_img_attn_qkv"
    width = layer_weights(network)["transformer_blocks.0.attn.to_q"].shape[0]
    rng = torch.Generator().manual_seed(1)
    down, up = torch.randn(6, width, generator=rng), torch.randn(3 * width, 6, generator=rng)
    save_file(
        {f"{stem}.lora_down.weight": down, f"{stem}.lora_up.weight": up},
        tmp_path / "full.safetensors",
    )

    adapter = read_foreign(tmp_path / "full.safetensors", network, FLUX, "transformer").adapter

    assert isinstance(adapter, Adapter)
    for k, name in enumerate(("to_q", "to_k", "to_v")):
        part = adapter.layers[f"transformer_blocks.0.attn.{name}"]
        torch.testing.assert_close(part.change(), up[k * width : (k + 1) * width] @ down)
        assert adapter.scale(f"transformer_blocks.0.attn.{name}") == 1.0


def test_a_family_whose_names_nobody_checked_is_refused_for_kohya() -> None:
    with pytest.raises(InvalidRequest, match="SanaPipeline") as refused:
        kohya_bytes(a_learnt_adapter(tiny_sd(), 1, 1.0), tiny_sd(), "SanaPipeline", LABEL)
    assert "--format diffusers" in refused.value.hint


def test_a_peft_adapter_that_diffusers_saved_predicts_the_same_with_us(tmp_path: Path) -> None:
    unet = tiny_pipeline().unet
    unet.load_state_dict(tiny_sd().state_dict())
    targets = ["to_q", "to_k", "to_v", "to_out.0", "proj_in", "conv1", "time_emb_proj"]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        config = LoraConfig(
            r=4,
            lora_alpha=6,
            target_modules=targets,
            init_lora_weights=False,
            use_rslora=True,
            rank_pattern={"to_q": 2},
            alpha_pattern={"attn2.to_v": 1},
        )
        unet.add_adapter(config)
    StableDiffusionLoraLoaderMixin.save_lora_weights(
        tmp_path,
        unet_lora_layers=get_peft_model_state_dict(unet),
        unet_lora_adapter_metadata=unet.peft_config["default"].to_dict(),
    )

    file = tmp_path / "pytorch_lora_weights.safetensors"
    adapter = read_foreign(file, tiny_sd(), SD, "unet").adapter

    theirs = predicted(unet, channels=8, width=32)
    torch.testing.assert_close(our_prediction(adapter), theirs, rtol=1e-4, atol=1e-5)


def test_ranks_that_differ_from_layer_to_layer_reach_diffusers_as_they_are(
    tmp_path: Path,
) -> None:
    even = a_learnt_adapter(tiny_sd(), 4, 2.0)
    layers = {
        name: LowRank(part.down[:k].contiguous(), part.up[:, :k].contiguous())
        for k, (name, part) in zip([1, 2, 4] * 99, even.layers.items(), strict=False)
    }
    adapter = Adapter(2.0, layers)
    pipeline = tiny_pipeline()
    pipeline.unet = tiny_sd()

    written(tmp_path, peft_bytes(adapter))
    pipeline.load_lora_weights(str(tmp_path), weight_name="mine.safetensors")

    read = predicted(pipeline.unet, channels=8, width=32)
    torch.testing.assert_close(read, our_prediction(adapter), rtol=1e-4, atol=1e-5)


def test_root_rank_scaling_reaches_kohya_as_the_alpha_that_means_the_same(tmp_path: Path) -> None:
    learnt = a_learnt_adapter(tiny_sd(), 4, 3.0)
    adapter = Adapter(3.0, learnt.layers, scaling="root_rank")

    content = kohya_bytes(adapter, tiny_sd(), SD, LABEL)
    back = read_foreign(written(tmp_path, content), tiny_sd(), SD, "unet").adapter

    assert isinstance(back, Adapter)
    assert back.alpha == pytest.approx(3.0 * 4 / 2)
    for name in adapter.layers:
        assert back.scale(name) == pytest.approx(adapter.scale(name))


@pytest.mark.parametrize("form", ["kohya", "diffusers"])
def test_dora_comes_back_bit_for_bit_with_its_magnitudes(form: str, tmp_path: Path) -> None:
    learnt = a_learnt_adapter(tiny_sd(), RANK, ALPHA)
    lengths = {name: torch.rand(p.up.shape[0]) + 0.5 for name, p in learnt.layers.items()}
    layers = {n: LowRank(p.down, p.up, lengths[n]) for n, p in learnt.layers.items()}
    adapter = Adapter(ALPHA, layers)

    content = {
        "kohya": kohya_bytes(adapter, tiny_sd(), SD, LABEL),
        "diffusers": peft_bytes(adapter),
    }[form]
    back = read_foreign(written(tmp_path, content), tiny_sd(), SD, "unet").adapter

    assert isinstance(back, Adapter)
    assert_same(adapter, back)


def a_kronecker_adapter() -> KroneckerAdapter:
    """Whole right factors on attention, right factors of rank 2 on convolutions."""
    rng = torch.Generator().manual_seed(5)

    def a_product(weight: torch.Tensor) -> Kronecker:
        (out, inside), kernel = weight.shape[:2], weight[0, 0].numel()
        left = torch.randn(2, 4, generator=rng)
        right = torch.randn(out // 2, inside // 4 * kernel, generator=rng) * 0.02
        if weight.ndim == 2:
            return Kronecker(left, right)
        return Kronecker(left, LowRank(right[:2].contiguous(), right[:, :2].contiguous()))

    weights = layer_weights(tiny_sd())
    wanted = {n: w for n, w in weights.items() if "attn" in n or "conv1" in n}
    return KroneckerAdapter({name: a_product(weight) for name, weight in wanted.items()})


@pytest.mark.parametrize("form", ["kohya", "diffusers"])
def test_lokr_comes_back_as_the_same_change(form: str, tmp_path: Path) -> None:
    adapter = a_kronecker_adapter()
    weights = layer_weights(tiny_sd())

    content = {
        "kohya": kohya_bytes(adapter, tiny_sd(), SD, LABEL),
        "diffusers": labelled(kronecker_bytes(adapter, "unet", 2), LABEL),
    }[form]
    back = read_foreign(written(tmp_path, content), tiny_sd(), SD, "unet").adapter

    assert isinstance(back, KroneckerAdapter)
    assert back.layers.keys() == adapter.layers.keys()
    for name, part in adapter.layers.items():
        shape = weights[name].shape
        assert torch.equal(back.layers[name].change(shape), part.change(shape)), name
