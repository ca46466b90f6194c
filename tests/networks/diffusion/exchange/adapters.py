"""Learnt adapters for tiny networks, and what a network with one predicts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import torch
from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor, nn

from muslin.networks.diffusion.exchange.headers import Label
from muslin.networks.diffusion.exchange.layers import layer_weights
from muslin.networks.diffusion.tuning.learnt import Adapter, KroneckerAdapter, LowRank

SD, XL, FLUX = "StableDiffusionPipeline", "StableDiffusionXLPipeline", "FluxPipeline"
LABEL = Label(
    title="ss26-knitwear",
    architecture="stable-diffusion-v1",
    made_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    resolution="192x256",
    licence="CreativeML Open RAIL-M",
    trigger="brandknit",
    prediction="v",
)


def a_learnt_adapter(network: nn.Module, rank: int, alpha: float) -> Adapter:
    """An adapter of all layers whose both sides are random."""
    rng = torch.Generator().manual_seed(4)
    return Adapter(
        alpha,
        {name: a_part(weight, rank, rng) for name, weight in layer_weights(network).items()},
    )


def a_part(weight: Tensor, rank: int, rng: torch.Generator) -> LowRank:
    out, *inside = weight.shape
    down = torch.randn(rank, *inside, generator=rng) * weight[0].numel() ** -0.5
    up = torch.randn(out, rank, *(1,) * (len(inside) - 1), generator=rng) * 0.05
    return LowRank(down, up)


def seeded(make: type[nn.Module], **sizes: object) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return make(**sizes).eval().requires_grad_(False)


def tiny_xl() -> nn.Module:
    """An SDXL UNet in small: three levels, two blocks each, attention in the lower two."""
    return seeded(
        UNet2DConditionModel,
        in_channels=4,
        out_channels=4,
        block_out_channels=(8, 16, 16),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        layers_per_block=2,
        transformer_layers_per_block=(1, 1, 2),
        attention_head_dim=4,
        norm_num_groups=4,
        cross_attention_dim=16,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=4,
        projection_class_embeddings_input_dim=40,
    )


def tiny_flux() -> nn.Module:
    """A FLUX transformer in small."""
    return seeded(
        FluxTransformer2DModel,
        in_channels=4,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=8,
        num_attention_heads=2,
        joint_attention_dim=16,
        pooled_projection_dim=8,
        axes_dims_rope=(2, 2, 4),
    )


def predicted(unet: nn.Module, channels: int, width: int) -> Tensor:
    """What a UNet of Stable Diffusion 1.x makes of fixed noise and words."""
    rng = torch.Generator().manual_seed(7)
    noisy = torch.randn(2, channels, 8, 8, generator=rng)
    words = torch.randn(2, 5, width, generator=rng)
    with torch.no_grad():
        said: Tensor = unet(noisy, torch.tensor([20, 700]), words, return_dict=False)[0]
        return said


def written(folder: Path, content: bytes, name: str = "mine.safetensors") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def assert_same(ours: Adapter, theirs: Adapter | KroneckerAdapter) -> None:
    """Bit for bit."""
    assert isinstance(theirs, Adapter)
    assert ours.alpha == theirs.alpha
    assert ours.layers.keys() == theirs.layers.keys()
    for name, part in ours.layers.items():
        assert torch.equal(part.down, theirs.layers[name].down), name
        assert torch.equal(part.up, theirs.layers[name].up), name
        lengths = theirs.layers[name].magnitude
        assert (part.magnitude is None) is (lengths is None)
        if part.magnitude is not None and lengths is not None:
            assert torch.equal(part.magnitude, lengths), name
