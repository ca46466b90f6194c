"""Train the starter denoiser and its text encoder, first on quarter-size latents, then on full ones.

v-prediction (Salimans & Ho, arXiv 2202.00512) under a schedule of zero terminal signal-to-noise
ratio (Lin et al., arXiv 2305.08891), min-SNR-γ weights (Hang et al., arXiv 2303.09556), caption
dropout for classifier-free guidance, averaged weights. Halving the latents by area is valid
because the autoencoder was taught that a halved latent is the halved picture; a picture then
costs a quarter, and words, colours and layout are learnt before detail.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny, DDIMScheduler, UNet2DConditionModel
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from starter.captions import Said, compose, say_all
from starter.photos import SHAPES, pictures_by_shape
from starter.resumable import Average, cosine, load_state, save_state, to_network
from starter.tokenizer import LENGTH, build_tokenizer
from starter.train_autoencoder import build_autoencoder, save_autoencoder

WIDTH = 192
GAMMA = 5.0


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


def build_denoiser() -> UNet2DConditionModel:
    """Three levels; attention to the caption at the two lower ones and in the middle."""
    return UNet2DConditionModel(
        sample_size=(SHAPES[0][0] // 8, SHAPES[0][1] // 8),
        in_channels=8,
        out_channels=8,
        layers_per_block=1,
        block_out_channels=(64, 128, 256),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=(4, 4, 8),
        cross_attention_dim=WIDTH,
        use_linear_projection=True,
        norm_num_groups=16,
    ).to(memory_format=torch.channels_last)


def build_scheduler() -> DDIMScheduler:
    """Stable Diffusion's schedule with its last step made pure noise."""
    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        clip_sample=False,
        set_alpha_to_one=True,
    )


@torch.no_grad()
def encode_all(photos: Path, out: Path) -> dict[int, tuple[np.ndarray, Tensor]]:
    """Row numbers and latents (2, N, 8, h, w) of every shape, the second half mirrored; cached."""
    stored = out / "latents.pt"
    if not stored.exists():
        autoencoder = AutoencoderTiny.from_pretrained(out / "vae").eval()
        latents: dict[int, Tensor] = {}
        rows: dict[int, np.ndarray] = {}
        for shape, (numbers, pictures) in pictures_by_shape(photos, out / "cache").items():
            parts = []
            for part in torch.from_numpy(pictures).split(16):
                x = to_network(part).contiguous(memory_format=torch.channels_last)
                parts.append(torch.stack([autoencoder.encode(v).latents for v in (x, x.flip(3))]))
            latents[shape], rows[shape] = torch.cat(parts, 1).contiguous(), numbers
        factor = 1 / torch.cat([z.flatten() for z in latents.values()]).std()
        latents = {shape: z * factor for shape, z in latents.items()}
        save_state(
            stored,
            scaling_factor=float(factor),
            **{f"rows{s}": torch.from_numpy(r) for s, r in rows.items()},
            **{f"latents{s}": z for s, z in latents.items()},
        )
    state = load_state(stored)
    return {s: (state[f"rows{s}"].numpy(), state[f"latents{s}"]) for s in range(len(SHAPES))}


@dataclass(slots=True)
class Networks:
    """What is trained together."""

    denoiser: UNet2DConditionModel
    text: CLIPTextModel
    tokenizer: CLIPTokenizer
    signal: Tensor  # (1000,) sqrt of cumulative alpha
    noise: Tensor

    def all(self) -> nn.ModuleList:
        """Both trained networks as one module."""
        return nn.ModuleList([self.denoiser, self.text])

    def read(self, captions: list[str]) -> Tensor:
        """(B, LENGTH, WIDTH) text features."""
        ids = self.tokenizer(
            captions, padding="max_length", truncation=True, max_length=LENGTH, return_tensors="pt"
        ).input_ids
        return self.text(ids).last_hidden_state


def build_networks(captions: list[str]) -> Networks:
    """Fresh networks and the schedule's tables."""
    tokenizer = build_tokenizer(captions)
    kept = build_scheduler().alphas_cumprod
    return Networks(
        build_denoiser(), build_text_encoder(tokenizer), tokenizer, kept.sqrt(), (1 - kept).sqrt()
    )


def loss_of(networks: Networks, latents: Tensor, captions: list[str]) -> Tensor:
    """Mean over the batch of min(SNR, γ) / (SNR + 1) · |v - v̂|²."""
    steps = torch.randint(0, len(networks.signal), (len(latents),))
    a, s = (table[steps][:, None, None, None] for table in (networks.signal, networks.noise))
    noise = torch.randn_like(latents)
    noisy, target = a * latents + s * noise, a * noise - s * latents
    predicted = networks.denoiser(
        noisy.contiguous(memory_format=torch.channels_last), steps, networks.read(captions)
    ).sample
    ratio = (a / s).square().flatten()
    weight = torch.clamp(ratio, max=GAMMA) / (ratio + 1)
    # min-SNR alone gives pure noise no weight, yet there the backdrop's colour is decided
    weight = torch.maximum(weight, torch.tensor(0.15))
    return (weight * (predicted - target).square().mean((1, 2, 3))).mean()


def batch_of(
    groups: dict[int, tuple[np.ndarray, Tensor]],
    said: list[Said],
    size: int,
    rng: np.random.Generator,
) -> tuple[Tensor, list[str]]:
    """`size` latents of one shape and a fresh caption for each; a tenth of the captions empty."""
    counts = np.array([len(rows) for rows, _ in groups.values()], float)
    rows, latents = groups[int(rng.choice(len(counts), p=counts / counts.sum()))]
    picked = rng.choice(len(rows), size)
    mirrored = torch.from_numpy(rng.integers(0, 2, size))
    captions = [compose(said[rows[p]], rng) if rng.random() > 0.1 else "" for p in picked]
    return latents[mirrored, torch.from_numpy(picked)], captions


def export(networks: Networks, average: Average, out: Path) -> None:
    """The whole network as a diffusers Stable Diffusion folder, fp16 safetensors, in `out/network`."""
    folder = out / "network"
    fresh = build_networks_like(networks)
    fresh.all().load_state_dict(average.weights)
    state = load_state(out / "latents.pt")
    autoencoder = build_autoencoder()
    autoencoder.load_state_dict(AutoencoderTiny.from_pretrained(out / "vae").state_dict())
    autoencoder.register_to_config(scaling_factor=state["scaling_factor"])
    fresh.denoiser.half().save_pretrained(folder / "unet")
    fresh.text.half().save_pretrained(folder / "text_encoder")
    save_autoencoder(autoencoder.half(), folder / "vae")
    networks.tokenizer.save_pretrained(folder / "tokenizer")
    build_scheduler().save_pretrained(folder / "scheduler")
    index = {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": "0.42.1",
        "feature_extractor": [None, None],
        "image_encoder": [None, None],
        "requires_safety_checker": False,
        "safety_checker": [None, None],
        "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderTiny"],
    }
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n", "utf-8")


def build_networks_like(networks: Networks) -> Networks:
    """Untrained networks of the same shapes and the same tokenizer."""
    return Networks(
        build_denoiser(),
        build_text_encoder(networks.tokenizer),
        networks.tokenizer,
        networks.signal,
        networks.noise,
    )


def train(photos: Path, out: Path, small_steps: int, steps: int, threads: int) -> None:
    """Train or go on training: `small_steps` on halved latents, then up to `steps` on whole ones."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    said = say_all(photos, out)
    groups = encode_all(photos, out)
    rng = np.random.default_rng(0)
    networks = build_networks([compose(s, rng) for s in said for _ in range(4)])
    everything = networks.all()
    average = Average(everything, 0.9995)
    optimizer = torch.optim.AdamW(
        everything.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.01, fused=True
    )
    first = 0
    if state := load_state(out / "denoiser.state"):
        everything.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        average.weights, average.updates = state["average"], state["step"]
        first = state["step"]
    halved = {
        s: (r, F.avg_pool2d(z.flatten(0, 1), 2).unflatten(0, (2, -1)))
        for s, (r, z) in groups.items()
    }
    shown, start = 0.0, time.monotonic()
    for step in range(first, steps):
        rng = np.random.default_rng([3, step])
        torch.manual_seed(step)
        small = step < small_steps
        latents, captions = batch_of(halved if small else groups, said, 32 if small else 12, rng)
        peak = 1e-3 if small else 6e-4
        within = step if small else step - small_steps
        length = 2 * small_steps if small else steps - small_steps
        for group in optimizer.param_groups:
            group["lr"] = peak * cosine(within, length)
        loss = loss_of(networks, latents, captions)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(everything.parameters(), 1.0)
        optimizer.step()
        average.update(everything)
        shown += (loss.item() - shown) / min(100, step - first + 1)
        if (step + 1) % 50 == 0:
            print(f"step {step + 1} loss {shown:.4f} {time.monotonic() - start:.0f} s", flush=True)
        if (step + 1) % 250 == 0 or step + 1 == steps:
            save_state(
                out / "denoiser.state",
                network=everything.state_dict(),
                optimizer=optimizer.state_dict(),
                average=average.weights,
                step=step + 1,
            )
            export(networks, average, out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--small-steps", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    train(given.photos, given.out, given.small_steps, given.steps, given.threads)
