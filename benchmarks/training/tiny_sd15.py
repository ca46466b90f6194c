"""A small Stable Diffusion 1.5 with random weights, and a shoot for it; nothing is downloaded.

Layers and their order are those of SD 1.5, widths a fifth of its own (`WIDTH` instead of 320), so
that autoencoder, text encoder and UNet share the work about as in the real network.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from diffusers.schedulers.scheduling_pndm import PNDMScheduler
from PIL import Image, ImageDraw
from transformers.models.clip.configuration_clip import CLIPTextConfig
from transformers.models.clip.modeling_clip import CLIPTextModel
from transformers.models.clip.tokenization_clip import CLIPTokenizer

from benchmarks.training.task import CAPTIONS

WIDTH = 64
TRUE_WIDTH, TRUE_TEXT_WIDTH, TRUE_AUTOENCODER_WIDTH = 320, 768, 128
"""SD 1.5's own; Rombach et al., arXiv 2112.10752, and its published configuration files."""


def write_base(folder: Path, width: int = WIDTH) -> Path:
    """A folder in diffusers' layout; the same bytes for the same width."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        StableDiffusionPipeline(
            vae=_autoencoder(width),
            text_encoder=_text_encoder(width),
            tokenizer=CLIPTokenizer(vocab=_vocabulary(), merges=[], model_max_length=77),
            unet=unet(width),
            scheduler=PNDMScheduler(
                beta_start=0.00085,
                beta_end=0.012,
                beta_schedule="scaled_linear",
                skip_prk_steps=True,
                steps_offset=1,
            ),
            safety_checker=None,  # type: ignore[arg-type]  # diffusers forgot the None
            feature_extractor=None,  # type: ignore[arg-type]
            requires_safety_checker=False,
        ).save_pretrained(folder, safe_serialization=True)
    return folder


def unet(width: int) -> UNet2DConditionModel:
    """SD 1.5's UNet at another width: every number of channels scales, the layers stay."""
    network: UNet2DConditionModel = UNet2DConditionModel(
        sample_size=64,
        block_out_channels=(width, 2 * width, 4 * width, 4 * width),
        layers_per_block=2,
        cross_attention_dim=_text_width(width),
        attention_head_dim=max(1, 8 * width // TRUE_WIDTH),
        norm_num_groups=min(32, width // 2),
    )
    return network


def write_shoot(folder: Path, count: int = 20, short_side_px: int = 1536) -> Path:
    """JPEG photos of plain garments in three formats, with a caption each; the same every time.

    Captions lie beside them twice: as CAPTIONS, and as diffusers' examples read them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng, captions = np.random.default_rng(0), dict[str, str]()
    for number in range(count):
        long_side_px = short_side_px * 4 // 3
        size = [
            (short_side_px, long_side_px),
            (long_side_px, short_side_px),
            (short_side_px, short_side_px),
        ][number % 3]
        name, colour = f"{number:02}.jpg", tuple(rng.integers(0, 200, 3).tolist())
        _garment(size, colour, rng).save(folder / name, quality=92)
        captions[name] = f"a coat, colour {colour[0]}, plain studio"
    (folder / CAPTIONS).write_text(json.dumps(captions))
    lines = [json.dumps({"file_name": name, "text": said}) for name, said in captions.items()]
    (folder / "metadata.jsonl").write_text("\n".join(lines))
    return folder


def _garment(
    size: tuple[int, int], colour: tuple[int, ...], rng: np.random.Generator
) -> Image.Image:
    """A coat's outline before a lit wall with sensor noise."""
    width, height = size
    wall = np.linspace(rng.integers(120, 250, 3), rng.integers(120, 250, 3), height)
    noisy = wall[:, None, :] + rng.normal(0, 6, (height, width, 3))
    photo = Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
    outline = ((0.3, 0.2), (0.7, 0.2), (0.85, 0.45), (0.7, 0.9), (0.3, 0.9), (0.15, 0.45))
    ImageDraw.Draw(photo).polygon([(x * width, y * height) for x, y in outline], fill=colour)
    return photo


def _autoencoder(width: int) -> AutoencoderKL:
    own = max(8, TRUE_AUTOENCODER_WIDTH * width // TRUE_WIDTH // 4 * 4)
    network: AutoencoderKL = AutoencoderKL(
        block_out_channels=(own, 2 * own, 4 * own, 4 * own),
        layers_per_block=2,
        latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=4,
        sample_size=512,
    )
    return network


def _text_encoder(width: int) -> CLIPTextModel:
    own, words = _text_width(width), len(_vocabulary())
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=words,
            hidden_size=own,
            intermediate_size=4 * own,
            num_hidden_layers=12,
            num_attention_heads=own // 8,
            max_position_embeddings=77,
            bos_token_id=words - 2,
            eos_token_id=words - 1,
        )
    )


def _text_width(width: int) -> int:
    return TRUE_TEXT_WIDTH * width // TRUE_WIDTH // 8 * 8


def _vocabulary() -> dict[str, int]:
    """Printable ASCII, each letter also at the end of a word, and CLIP's two marks."""
    letters = [chr(code) for code in range(33, 127)]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return {word: place for place, word in enumerate(words)}


if __name__ == "__main__":
    write_base(Path(sys.argv[1]) / "base")
    write_shoot(Path(sys.argv[1]) / "shoot", int(sys.argv[2]))
