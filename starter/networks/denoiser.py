"""The starter denoiser, the text encoder that is trained with it, and their noise schedule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from torch import Tensor, nn
from transformers.models.clip.configuration_clip import CLIPTextConfig
from transformers.models.clip.modeling_clip import CLIPTextModel
from transformers.models.clip.tokenization_clip import CLIPTokenizer

from starter.networks.autoencoder import CHANNELS, STRIDE_PX
from starter.networks.tokenizer import LENGTH
from starter.photos import SHAPES
from starter.resumable import place

WIDTH = 192
"""Of the text features."""


def build_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """1.6 M parameters: three layers, 192 wide."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=WIDTH,
            intermediate_size=4 * WIDTH,
            projection_dim=WIDTH,
            num_hidden_layers=3,
            num_attention_heads=6,
            max_position_embeddings=LENGTH,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


LEVELS = ((64, False), (64, False), (128, True), (256, True))
"""Channels of the denoiser's levels from 24 x 32 latents to 3 x 4, and attention to the caption."""


def build_denoiser() -> UNet2DConditionModel:
    """The denoiser that ships, 17 M parameters: one level around the core's three."""
    return _denoiser(LEVELS, (SHAPES[0][0] // STRIDE_PX, SHAPES[0][1] // STRIDE_PX))


def build_core() -> UNet2DConditionModel:
    """What learns on halved latents: the denoiser without its outermost level."""
    return _denoiser(LEVELS[1:], (SHAPES[0][0] // STRIDE_PX // 2, SHAPES[0][1] // STRIDE_PX // 2))


def _denoiser(levels: Sequence[tuple[int, bool]], size: tuple[int, int]) -> UNet2DConditionModel:
    kinds = ["CrossAttn" if attends else "" for _, attends in levels]
    network: UNet2DConditionModel = UNet2DConditionModel(
        sample_size=size,
        in_channels=CHANNELS,
        out_channels=CHANNELS,
        layers_per_block=1,
        block_out_channels=tuple(channels for channels, _ in levels),
        down_block_types=tuple(f"{kind}DownBlock2D" for kind in kinds),
        up_block_types=tuple(f"{kind}UpBlock2D" for kind in reversed(kinds)),
        attention_head_dim=tuple(max(4, channels // 32) for channels, _ in levels),
        cross_attention_dim=WIDTH,
        addition_embed_type="text",  # the caption as a whole also rides on the time
        addition_embed_type_num_heads=6,
        use_linear_projection=True,
        norm_num_groups=16,
    )
    return network


@torch.no_grad()
def grow(core: UNet2DConditionModel, whole: UNet2DConditionModel) -> None:
    """Put a trained core into a denoiser that has one more level around it, in place.

    At first the new level only hands on: to the core what it saw before, the mean of 2 x 2
    latents (to within `conv_in`'s reach, which halves), and its answer, repeated 2 x 2. Growing a
    network from coarse to fine is due to Karras et al., arXiv 1710.10196.
    """
    deeper = {one_deeper(name): value for name, value in core.state_dict().items()}
    unknown = whole.load_state_dict(deeper, strict=False).unexpected_keys
    if unknown:
        raise ValueError(f"the core has layers that the denoiser lacks: {unknown}")
    outermost = f"up_blocks.{len(LEVELS) - 1}.resnets"
    for resnet in ("down_blocks.0.resnets.0", f"{outermost}.0", f"{outermost}.1"):
        _start(_conv(whole, f"{resnet}.conv2"), nn.init.zeros_)
    for resnet in (f"{outermost}.0", f"{outermost}.1"):  # the level below first, the skip behind it
        _start(_conv(whole, f"{resnet}.conv_shortcut"), nn.init.dirac_)
    _start(_conv(whole, f"up_blocks.{len(LEVELS) - 2}.upsamplers.0.conv"), nn.init.dirac_)
    halve = _conv(whole, "down_blocks.0.downsamplers.0.conv")
    _start(halve, nn.init.zeros_)
    channels = torch.arange(halve.out_channels)
    halve.weight[channels, channels, 1:, 1:] = 1 / 4  # stride 2: these taps are one 2 x 2 block


def _conv(network: nn.Module, name: str) -> nn.Conv2d:
    """A convolution by its name. Raises TypeError for another kind of layer."""
    layer = network.get_submodule(name)
    if not isinstance(layer, nn.Conv2d):
        raise TypeError(f"{name} is no convolution")
    return layer


def _start(layer: nn.Conv2d, how: Callable[[Tensor], Tensor]) -> None:
    """Give a convolution its first weights, and no bias."""
    how(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def one_deeper(name: str) -> str:
    """Where a layer of the core sits in the denoiser; blocks going up count from the deepest."""
    block, _, rest = name.partition(".")
    if block != "down_blocks":
        return name
    number, _, rest = rest.partition(".")
    return f"down_blocks.{int(number) + 1}.{rest}"


def build_scheduler() -> DDIMScheduler:
    """Stable Diffusion's schedule with its last step made pure noise."""
    scheduler: DDIMScheduler = DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        clip_sample=False,
        steps_offset=1,  # as in Stable Diffusion; trailing spacing does not use it
        set_alpha_to_one=True,
    )
    return scheduler


OUTLINED = 1
"""The block going up whose answer, at half the latents' size, must tell garment from backdrop."""


@dataclass(slots=True)
class Networks:
    """What is trained together, and the schedule's tables."""

    denoiser: UNet2DConditionModel
    text: CLIPTextModel
    outline: nn.Conv2d  # of training only: reads the garment's mask off the denoiser's features
    tokenizer: CLIPTokenizer
    signal: Tensor  # (1000,) square root of cumulative alpha
    noise: Tensor  # (1000,)

    def all(self) -> nn.ModuleList:
        """All that is trained as one module."""
        return nn.ModuleList([self.denoiser, self.text, self.outline])

    def answer(
        self, noisy: Tensor, times: Tensor, captions: Sequence[str]
    ) -> tuple[Tensor, Tensor]:
        """What the denoiser says of `noisy` (B, 8, h, w), and logits (B, 1, ...) of the mask."""
        seen: list[Tensor] = []
        block = self.denoiser.up_blocks[OUTLINED]
        hook = block.register_forward_hook(lambda _block, _given, features: seen.append(features))
        try:
            said = self.denoiser(noisy, times, self.read(captions)).sample
        finally:
            hook.remove()
        return said, self.outline(seen[0])

    def read(self, captions: Sequence[str]) -> Tensor:
        """(B, LENGTH, WIDTH) text features."""
        ids = self.tokenizer(
            list(captions),
            padding="max_length",
            truncation=True,
            max_length=LENGTH,
            return_tensors="pt",
        ).input_ids
        features: Tensor = self.text(ids.to(self.signal.device)).last_hidden_state
        return features


def build_networks(
    tokenizer: CLIPTokenizer, device: torch.device, *, core: bool = False
) -> Networks:
    """Fresh networks that read with `tokenizer`: the whole denoiser, or its core alone."""
    kept: Tensor = build_scheduler().alphas_cumprod
    networks = Networks(
        build_core() if core else build_denoiser(),
        build_text_encoder(tokenizer),
        nn.Conv2d(LEVELS[-1 - OUTLINED][0], 1, 1),
        tokenizer,
        kept.sqrt().to(device),
        (1 - kept).sqrt().to(device),
    )
    place(networks.all(), device)
    return networks
