"""Begin an AutoencoderTiny as the linear code that it has to beat."""

from __future__ import annotations

import torch
from diffusers import AutoencoderTiny
from diffusers.models.unets.unet_2d_blocks import AutoencoderTinyBlock
from torch import Tensor, nn
from torch.nn import functional as F

from starter.resumable import to_network

LARGEST = 0.9
"""Deviation of the strongest latent channel: within the decoder's clamp tanh(z / 3) · 3."""


@torch.no_grad()
def start_from_pca(network: AutoencoderTiny, pictures: Tensor) -> None:
    """Make the encoder the PCA of 8x8 px patches and let the decoder's signal flow.

    `pictures` (N, H, W, 3) uint8. The encoder averages 2x2 px, moves 4x4 neighbours into 48
    channels and projects them on the strongest components; residual blocks begin as identity.
    Channels keep the square root of their components' deviations: colour stays stronger than
    detail, yet detail is not lost in the noise.
    """
    for block in network.modules():
        if isinstance(block, AutoencoderTinyBlock):
            nn.init.zeros_(block.conv[4].weight)
            nn.init.zeros_(block.conv[4].bias)
    first, *strided, last = [m for m in network.encoder.layers if isinstance(m, nn.Conv2d)]
    half, quarter, eighth = (conv.weight for conv in strided)
    first.weight[:3] = 0
    first.bias[:3] = 0
    for colour in range(3):
        first.weight[colour, colour, 1, 1] = 1
    half[:3] = 0
    for colour in range(3):
        half[colour, colour, 1:, 1:] = 0.25
    for weight, count in ((quarter, 3), (eighth, 12)):
        weight[: 4 * count] = 0
        for row in range(2):
            for column in range(2):
                for channel in range(count):
                    weight[(2 * row + column) * count + channel, channel, 1 + row, 1 + column] = 1
    some = to_network(pictures[:: max(1, len(pictures) // 200)])
    patches = network.encoder.layers[:-1](some.add(1).div(2)).permute(0, 2, 3, 1).flatten(0, 2)
    mean = patches.mean(0)
    spread, axes = torch.linalg.eigh(torch.cov((patches - mean).T))
    deviation = spread.flip(0)[: last.out_channels].sqrt()
    scale = LARGEST * (deviation / deviation[0]).sqrt() / deviation
    last.weight.zero_()
    last.weight[:, :, 1, 1] = axes.flip(1).T[: last.out_channels] * scale[:, None]
    last.bias[:] = -last.weight[:, :, 1, 1] @ mean
    _start_decoder(network, pictures[:: max(1, len(pictures) // 200)])


def _start_decoder(network: AutoencoderTiny, pictures: Tensor) -> None:
    """Let the decoder begin as the mean colour of each patch, softly joined to its neighbours'.

    Three channels carry the colour from the first layer to the last; the others start at random.
    """
    first, *inner, last = [m for m in network.decoder.layers if isinstance(m, nn.Conv2d)]
    for conv in (first, *inner):
        nn.init.kaiming_normal_(conv.weight)
        conv.weight *= 0.5
    images = to_network(pictures)
    latents = network.encode(images).latents.permute(0, 2, 3, 1).flatten(0, 2)
    clamped = torch.tanh(latents / 3) * 3
    colours = F.avg_pool2d(images, 8).add(1).div(2).permute(0, 2, 3, 1).flatten(0, 2)
    fit = torch.linalg.lstsq(F.pad(clamped, (0, 1), value=1.0), colours).solution
    first.weight[:3] = 0
    first.weight[:3, :, 1, 1] = fit[:-1].T
    first.bias[:3] = fit[-1]
    soft = torch.tensor([0.25, 0.5, 0.25])
    for conv in inner:
        conv.weight[:3] = 0
        for colour in range(3):
            conv.weight[colour, colour] = soft[:, None] * soft
    last.weight.mul_(0.1)
    last.bias.zero_()
    for colour in range(3):
        last.weight[colour] = 0
        last.weight[colour, colour, 1, 1] = 1
