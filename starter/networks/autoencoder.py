"""The starter autoencoder: 8x8 px become 8 numbers, and back."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny

from starter.networks.folders import write_folder
from starter.resumable import place

STRIDE_PX = 8
CHANNELS = 8
"""Latent channels; twice Stable Diffusion's, since so narrow a decoder invents no detail."""


def build_autoencoder() -> AutoencoderTiny:
    """0.9 M parameters, stride 8, 8 latent channels; any size divisible by 8 works."""
    widths = (48,) * 4
    network: AutoencoderTiny = AutoencoderTiny(
        encoder_block_out_channels=widths,
        decoder_block_out_channels=widths,
        num_encoder_blocks=(0, 1, 2, 3),
        num_decoder_blocks=(3, 2, 1, 0),
        latent_channels=CHANNELS,
    )
    place(network, torch.device("cpu"))
    return network


def read_autoencoder(folder: Path) -> AutoencoderTiny:
    """The autoencoder that `save_autoencoder` wrote, float32."""
    network = build_autoencoder()
    network.load_state_dict(AutoencoderTiny.from_pretrained(folder).state_dict())
    return network.eval()


def save_autoencoder(
    autoencoder: AutoencoderTiny, folder: Path, scaling_factor: float = 1.0
) -> None:
    """Write an autoencoder in diffusers format, its configuration free of what is derived.

    Latents times `scaling_factor` have unit variance.
    """
    with write_folder(folder) as partial:
        autoencoder.save_pretrained(partial)
        config = json.loads((partial / "config.json").read_text("utf-8"))
        del config["block_out_channels"]  # diffusers derives it anew, and warns when it is there
        config["scaling_factor"] = scaling_factor
        (partial / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
