"""Begin an AutoencoderTiny as the linear code that it has to beat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from diffusers.models.unets.unet_2d_blocks import AutoencoderTinyBlock
from torch import Tensor, nn
from torch.nn import functional as F

from starter.photos import to_network

LARGEST = 0.9
"""Deviation of the strongest latent channel: within the decoder's clamp tanh(z / 3) · 3."""
SAMPLE = 200
"""Photos that the PCA is taken of; each has hundreds of patches."""


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
            _silence(block.conv[4])
    images = to_network(pictures[:: max(1, len(pictures) // SAMPLE)])
    encoder, decoder = _layers(network.encoder), _layers(network.decoder)
    *gathering, projection = _convolutions(encoder)
    _gather(gathering)
    patches = encoder[:-1](_unit(images)).permute(0, 2, 3, 1).flatten(0, 2)
    _project_on_pca(projection, patches)
    latents = network.encode(images).latents.permute(0, 2, 3, 1).flatten(0, 2)
    colours = _unit(F.avg_pool2d(images, 8)).permute(0, 2, 3, 1).flatten(0, 2)
    _start_decoder(_convolutions(decoder), torch.tanh(latents / 3) * 3, colours)


def _silence(conv: nn.Module) -> None:
    for parameter in conv.parameters():
        nn.init.zeros_(parameter)


def _layers(half: nn.Module) -> nn.Sequential:
    """The layers of an encoder or decoder in their order."""
    return cast(nn.Sequential, half.get_submodule("layers"))


def _convolutions(layers: nn.Sequential) -> list[nn.Conv2d]:
    """The convolutions between the residual blocks."""
    return [layer for layer in layers if isinstance(layer, nn.Conv2d)]


def _unit(images: Tensor) -> Tensor:
    """From [-1, 1] to [0, 1], as AutoencoderTiny computes inside."""
    return images.add(1).div(2)


def _gather(convolutions: Sequence[nn.Conv2d]) -> None:
    """Carry the 2x2 px means of each 8x8 px patch, 16 of 3 colours, in the first 48 channels."""
    first, half, quarter, eighth = convolutions
    first.weight[:3] = 0
    first.get_parameter("bias")[:3] = 0
    half.weight[:3] = 0
    for colour in range(3):
        first.weight[colour, colour, 1, 1] = 1
        half.weight[colour, colour, 1:, 1:] = 0.25
    for conv, count in ((quarter, 3), (eighth, 12)):
        conv.weight[: 4 * count] = 0
        for row in range(2):
            for column in range(2):
                for channel in range(count):
                    place = (2 * row + column) * count + channel
                    conv.weight[place, channel, 1 + row, 1 + column] = 1


def _project_on_pca(conv: nn.Conv2d, patches: Tensor) -> None:
    """Let a convolution keep the strongest principal components of patches (N, channels)."""
    mean = patches.mean(0)
    covariance = torch.cov((patches - mean).T)
    # Solved in double precision: LAPACK's last bits depend on where memory happens to lie.
    spread, axes = (solved.float() for solved in torch.linalg.eigh(covariance.double()))
    deviation = spread.flip(0)[: conv.out_channels].sqrt()
    scale = LARGEST * (deviation / deviation[0]).sqrt() / deviation
    conv.weight.zero_()
    conv.weight[:, :, 1, 1] = axes.flip(1).T[: conv.out_channels] * scale[:, None]
    conv.get_parameter("bias")[:] = -conv.weight[:, :, 1, 1] @ mean


def _start_decoder(convolutions: Sequence[nn.Conv2d], latents: Tensor, colours: Tensor) -> None:
    """Let the decoder begin as the mean colour of each patch, softly joined to its neighbours'.

    `latents` (N, C), clamped as the decoder clamps them, and `colours` (N, 3) in [0, 1]. Three
    channels carry the colour from the first layer to the last; the others start at random.
    """
    first, *inner, last = convolutions
    for conv in (first, *inner):
        nn.init.kaiming_normal_(conv.weight)
        conv.weight *= 0.5
    with_one = F.pad(latents, (0, 1), value=1.0)
    fit = torch.linalg.lstsq(with_one.double(), colours.double()).solution.float()
    first.weight[:3] = 0
    first.weight[:3, :, 1, 1] = fit[:-1].T
    first.get_parameter("bias")[:3] = fit[-1]
    soft = torch.tensor([0.25, 0.5, 0.25])
    for conv in inner:
        conv.weight[:3] = 0
        for colour in range(3):
            conv.weight[colour, colour] = soft[:, None] * soft
    last.weight.mul_(0.1)
    last.get_parameter("bias").zero_()
    for colour in range(3):
        last.weight[colour] = 0
        last.weight[colour, colour, 1, 1] = 1
