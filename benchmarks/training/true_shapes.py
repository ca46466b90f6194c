"""Networks of the true shapes with random weights, in bfloat16, and what a step shows them.

Weights decide nothing about speed or memory, so nothing is downloaded. Configurations are those of
the published networks; Z-Image's are the defaults of its class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from muslin.networks.diffusion.families.stable_diffusion import FAMILY as SD15
from muslin.networks.diffusion.families.stable_diffusion_xl import FAMILY as SDXL
from muslin.networks.diffusion.families.z_image import FAMILY as Z_IMAGE
from muslin.networks.diffusion.family import Condition, Family
from muslin.training.draws import Batch

DTYPE = torch.bfloat16
STRIDE_PX = 8
"""Pixels per latent cell, in all three."""
CLIP_TOKENS, CAPTION_TOKENS = 77, 64
"""CLIP pads to 77; Z-Image takes captions as they are, and 64 tokens are a long one of a shop."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A network to build, and the size of all that goes in."""

    family: Family
    build: Callable[[], nn.Module]
    side_px: int
    channels: int
    words: Mapping[str, tuple[int, ...]]  # of one caption's condition; `mask` is all ones
    counts_time: bool  # times are whole numbers, else in (0, 1)

    def network(self, device: torch.device) -> Any:
        """A frozen network with random weights; diffusers has no types."""
        torch.manual_seed(0)
        before = torch.get_default_dtype()
        torch.set_default_dtype(DTYPE)
        try:
            with device:
                network = self.build()
        finally:
            torch.set_default_dtype(before)
        for parameter in network.parameters():
            if not parameter.isfinite().all():  # made by torch.empty, to be loaded
                nn.init.zeros_(parameter)
        return network.eval().requires_grad_(False)

    def batch(self, count: int, device: torch.device) -> Batch:
        """The same noise every time."""
        rng = torch.Generator().manual_seed(0)
        side = self.side_px // STRIDE_PX
        noisy = torch.randn(count, self.channels, side, side, generator=rng).to(device)
        target = torch.randn(noisy.shape, generator=rng).to(device)
        whole = torch.randint(1000, (count,), generator=rng).to(device)
        return Batch(
            noisy=noisy,
            times=whole if self.counts_time else (whole + 1) / 1001,
            condition=self._condition(count, device, rng),
            target=target,
            weights=torch.ones(count, device=device),
        )

    def answer(self, network: nn.Module, noisy: Tensor, times: Tensor, said: Condition) -> Tensor:
        """What the network predicts, float32, as `opening.Denoiser` asks it."""
        return self.family.predict(network, noisy.to(DTYPE), times, said).float()

    def _condition(self, count: int, device: torch.device, rng: torch.Generator) -> Condition:
        return {
            name: torch.ones(count, *shape, dtype=torch.bool, device=device)
            if name == "mask"
            else torch.randn(count, *shape, generator=rng).to(device, DTYPE)
            for name, shape in self.words.items()
        }


def _sd15() -> nn.Module:
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    # 8 is the number of heads here: diffusers kept a misnomer of the first checkpoints
    network: nn.Module = UNet2DConditionModel(
        sample_size=64, cross_attention_dim=768, attention_head_dim=8
    )
    return network


def _sdxl() -> nn.Module:
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    network: nn.Module = UNet2DConditionModel(
        sample_size=128,
        block_out_channels=(320, 640, 1280),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 2, 10),
        attention_head_dim=(5, 10, 20),
        cross_attention_dim=2048,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816,
    )
    return network


def _z_image() -> nn.Module:
    from diffusers.models.transformers.transformer_z_image import ZImageTransformer2DModel

    network: nn.Module = ZImageTransformer2DModel()
    return network


SHAPES = {
    "SD 1.5": Shape(SD15, _sd15, 512, 4, {"text": (CLIP_TOKENS, 768)}, counts_time=True),
    "SDXL": Shape(
        SDXL, _sdxl, 1024, 4, {"text": (CLIP_TOKENS, 2048), "pooled": (1280,)}, counts_time=True
    ),
    "Z-Image": Shape(
        Z_IMAGE,
        _z_image,
        1024,
        16,
        {"text": (CAPTION_TOKENS, 2560), "mask": (CAPTION_TOKENS,)},
        counts_time=False,
    ),
}
