"""Train the starter autoencoder: 8x8 px become 8 numbers.

An AutoencoderTiny: no normalisation layers, since with them a narrow network loses the colour of
large flat surfaces (an AutoencoderKL of this size and training reached 22.9 dB and a mean ΔE00 of
8.8, plain PCA 26.7 dB). It starts from that PCA (starter/start_from_pca.py) and is trained on
random crops with L1 + MSE on pixels and on their 8x8 means, the latents disturbed by noise, and,
on a quarter of the steps, a scale-consistency term: decoding a halved latent must give the halved
picture, which makes the latents smoother and easier to diffuse (Kouzelis et al., "EQ-VAE", arXiv
2502.09509, section 3). After `encoder_steps` the encoder is frozen, so that the denoiser can
start on final latents while the decoder goes on.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from torch import Tensor
from torch.nn import functional as F

from starter.photos import pictures_by_shape
from starter.resumable import Average, cosine, load_state, save_state, to_network
from starter.start_from_pca import start_from_pca

CROP_PX = 64
BATCH = 16
NOISE = 0.04


def build_autoencoder() -> AutoencoderTiny:
    """0.9 M parameters, stride 8, 8 latent channels; any size divisible by 8 works."""
    widths = (48,) * 4
    return AutoencoderTiny(
        encoder_block_out_channels=widths,
        decoder_block_out_channels=widths,
        num_encoder_blocks=(0, 1, 2, 3),
        num_decoder_blocks=(3, 2, 1, 0),
        latent_channels=8,
    ).to(memory_format=torch.channels_last)


def random_crops(pictures: list[Tensor], rng: np.random.Generator) -> Tensor:
    """BATCH crops of CROP_PX, each from a photo and a place drawn at random, half of them mirrored."""
    sizes = np.array([len(p) for p in pictures], float)
    crops = []
    for _ in range(BATCH):
        group = pictures[rng.choice(len(pictures), p=sizes / sizes.sum())]
        photo = group[rng.integers(len(group))]
        top, left = (int(rng.integers(0, n - CROP_PX + 1)) for n in photo.shape[:2])
        crop = photo[top : top + CROP_PX, left : left + CROP_PX]
        crops.append(crop.flip(1) if rng.random() < 0.5 else crop)
    return to_network(torch.stack(crops)).contiguous(memory_format=torch.channels_last)


def loss_of(network: AutoencoderTiny, pictures: Tensor, halve: bool, frozen: bool) -> Tensor:
    """L1 + MSE of pixels and of 8x8 means; with `halve`, of the picture at half size."""
    with torch.set_grad_enabled(not frozen):
        latents, target = network.encode(pictures).latents, pictures
    latents = latents + NOISE * torch.randn_like(latents)
    if halve:
        latents = F.avg_pool2d(latents, 2)
        target = F.avg_pool2d(pictures, 2)
    error = network.decode(latents).sample - target
    means = F.avg_pool2d(error, 8)
    pixels = error.abs().mean() + 8 * error.square().mean()
    return pixels + means.abs().mean() + 8 * means.square().mean()


def train(photos: Path, out: Path, steps: int, encoder_steps: int, threads: int) -> None:
    """Train or go on training; weights land in `out/vae`."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    network = build_autoencoder()
    pictures = [torch.from_numpy(p) for _, p in pictures_by_shape(photos, out / "cache").values()]
    start_from_pca(network, pictures[0])
    average = Average(network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, betas=(0.9, 0.98), fused=True)
    first = 0
    if state := load_state(out / "autoencoder.state"):
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        average.weights, average.updates = state["average"], state["step"]
        first = state["step"]
    shown, start = 0.0, time.monotonic()
    for step in range(first, steps):
        rng = np.random.default_rng([1, step])
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * cosine(step, steps, floor=0.05)
        frozen = step >= encoder_steps
        if step == encoder_steps:
            network.load_state_dict(average.weights)
        loss = loss_of(network, random_crops(pictures, rng), step % 4 == 3 and not frozen, frozen)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        average.update(network)
        if step + 1 == encoder_steps:
            save_weights(average, out / "vae")
        shown += (loss.item() - shown) / min(100, step - first + 1)
        if (step + 1) % 100 == 0:
            print(f"step {step + 1} loss {shown:.4f} {time.monotonic() - start:.0f} s", flush=True)
        if (step + 1) % 250 == 0 or step + 1 == steps:
            save_state(
                out / "autoencoder.state",
                network=network.state_dict(),
                optimizer=optimizer.state_dict(),
                average=average.weights,
                step=step + 1,
            )
    save_weights(average, out / "vae")


def save_weights(average: Average, folder: Path) -> None:
    """Write the averaged weights in diffusers format."""
    averaged = build_autoencoder()
    averaged.load_state_dict(average.weights)
    save_autoencoder(averaged, folder)


def save_autoencoder(autoencoder: AutoencoderTiny, folder: Path) -> None:
    """Write an autoencoder in diffusers format, its configuration free of what is derived."""
    autoencoder.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config.pop("block_out_channels")  # diffusers derives it anew and warns of it when it is there
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--encoder-steps", type=int, default=2500)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    train(given.photos, given.out, given.steps, given.encoder_steps, given.threads)
