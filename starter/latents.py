"""All photos as the latents that the denoiser learns from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from starter.networks.autoencoder import STRIDE_PX, read_autoencoder
from starter.networks.garment import GarmentNetwork, garment_mask, read_garment_network
from starter.photos import SHAPES, Pictures, pictures_by_shape, to_network
from starter.resumable import best_device, load_state, place, save_state

AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Encoded:
    """All photos of one shape."""

    rows: NDArray[np.int64]  # (N,) in `metadata.jsonl`
    latents: Tensor  # (2, N, 8, h, w), unit variance over all shapes; the second half mirrored
    garment: Tensor  # (2, N, 1, h, w), share of the pixels below a latent that is garment

    def halved(self) -> Encoded:
        """The same photos at half size: the mean of 2x2 latents, as the autoencoder was taught."""
        return Encoded(self.rows, _halved(self.latents), _halved(self.garment))


def _halved(values: Tensor) -> Tensor:
    small = F.avg_pool2d(values.flatten(0, 1), 2)
    return small.reshape(2, -1, *small.shape[1:])


def encode_all(photos: Path, out: Path) -> list[Encoded]:
    """The latents of every shape and where their garments are; kept in `out/latents.pt`.

    Made once, with `out/vae` and the trained garment network; raises WeightsMissing without it.
    """
    stored = out / "latents.pt"
    if not stored.exists():
        _store_latents(photos, out, stored)
    state = load_state(stored)
    return [
        Encoded(state[f"rows{s}"].numpy(), state[f"latents{s}"], state[f"garment{s}"])
        for s in range(len(SHAPES))
    ]


def scaling_factor(out: Path) -> float:
    """What latents are multiplied by for unit variance."""
    return float(load_state(out / "latents.pt")["scaling_factor"])


def _store_latents(photos: Path, out: Path, stored: Path) -> None:
    autoencoder = read_autoencoder(out / "vae")
    place(autoencoder, best_device())
    groups = pictures_by_shape(photos, out / "cache")
    latents = {
        shape: torch.cat(list(_encode(autoencoder, torch.from_numpy(pictures))), 1).contiguous()
        for shape, (_, pictures) in groups.items()
    }
    reader = read_garment_network(out / "garment.pt")
    garment = {shape: _garments(reader, pictures) for shape, (_, pictures) in groups.items()}
    factor = 1 / torch.cat([z.flatten() for z in latents.values()]).std()
    save_state(
        stored,
        scaling_factor=float(factor),
        **{f"rows{shape}": torch.from_numpy(rows) for shape, (rows, _) in groups.items()},
        **{f"latents{shape}": z * factor for shape, z in latents.items()},
        **{f"garment{shape}": z for shape, z in garment.items()},
    )


def _garments(reader: GarmentNetwork, pictures: Pictures) -> Tensor:
    """(2, N, 1, h, w): the masks of pictures (N, H, W, 3) at the latents' size, and mirrored."""
    masks = torch.stack([torch.from_numpy(garment_mask(reader, picture)) for picture in pictures])
    small = F.avg_pool2d(masks[:, None], STRIDE_PX)
    return torch.stack([small, small.flip(3)]).contiguous()


@torch.no_grad()
def _encode(autoencoder: AutoencoderTiny, pictures: Tensor) -> Iterator[Tensor]:
    """Latents (2, n, 8, h, w) of a few pictures at a time, as they are and mirrored."""
    device = next(autoencoder.parameters()).device
    for first in range(0, len(pictures), AT_ONCE):
        x = to_network(pictures[first : first + AT_ONCE]).to(device)
        x = x.contiguous(memory_format=torch.channels_last)
        both = [autoencoder.encode(view).latents for view in (x, x.flip(3))]
        yield torch.stack(both).cpu()
