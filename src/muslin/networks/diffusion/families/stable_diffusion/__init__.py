"""Stable Diffusion 1.x: CLIP text, a convolutional autoencoder and a UNet.

Source: Rombach et al., arXiv 2112.10752; layout and names as in diffusers.
"""

from __future__ import annotations

from muslin.networks.diffusion.families.stable_diffusion.describe import StableDiffusion
from muslin.networks.diffusion.family import Part

WEIGHTS = "diffusion_pytorch_model.safetensors"

FAMILY = StableDiffusion(
    name="stable_diffusion",
    pipeline="StableDiffusionPipeline",
    parts={
        "tokenizer": Part(("CLIPTokenizer",)),
        "text_encoder": Part(("CLIPTextModel",), "model.safetensors"),
        "vae": Part(("AutoencoderKL", "AutoencoderTiny"), WEIGHTS),
        "unet": Part(("UNet2DConditionModel",), WEIGHTS),
    },
    prefix="unet",
    targets=(
        r".*\.(to_[qkv]|to_out\.0|ff\.net\.0\.proj|ff\.net\.2|proj_in|proj_out|time_emb_proj)"
    ),
)
