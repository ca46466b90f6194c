"""Train the garment network: where the garment is, what it is, how it is shown.

A small U-Net at half of the starter's shapes with two more heads on its deepest features:
category (from `metadata.jsonl`) and presentation (from `presentation.json`, labelled by hand
per home studio). Masks are distilled from ISNet's alpha where a folder of masks is given;
masks that are faint, tiny or filling are left out before learning, and the tenth that the
network itself disagrees with most is left out half-way (they are ISNet's mistakes).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from muslin.runtime.disk import write_atomic
from starter.garment.augment import augment
from starter.garment.lessons import UNKNOWN, Taught, has_mask, load_taught
from starter.networks.garment import GarmentNetwork
from starter.photos import to_network
from starter.resumable import Average, Training, best_device, cosine, load_state, place, save_state

AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class GarmentRecipe:
    """How long, and on how much at a time; README.md says how far the shipped weights came."""

    steps: int = 5000
    batch: int = 32
    peak: float = 2e-3  # learning rate after warm-up


def losses(
    out: tuple[Tensor, Tensor, Tensor], masks: Tensor, kinds: Tensor, shown: Tensor
) -> Tensor:
    """Cross-entropy per photo and head (B, 3), zero where nothing is known.

    Weights bring the three to one size: pixels are many and mostly easy, presentation is easy.
    """
    target = torch.nan_to_num(masks)
    edge = F.binary_cross_entropy_with_logits(out[0][:, 0], target, reduction="none").mean((1, 2))
    kind = F.cross_entropy(
        out[1], kinds, ignore_index=UNKNOWN, reduction="none", label_smoothing=0.05
    )
    show = F.cross_entropy(out[2], shown, ignore_index=UNKNOWN, reduction="none")
    return torch.stack([4 * edge * has_mask(masks), kind, 0.5 * show], 1)


def batch_of(
    groups: Sequence[Taught], size: int, rng: np.random.Generator
) -> tuple[Taught, Tensor]:
    """A shape drawn by how many photos have it, and `size` of its learnable photos."""
    pools = [np.flatnonzero(~group.held_out()) for group in groups]
    counts = np.array([len(pool) for pool in pools], float)
    shape = rng.choice(len(groups), p=counts / counts.sum())
    picked = rng.choice(pools[shape], size, replace=len(pools[shape]) < size)
    return groups[shape], torch.from_numpy(picked)


def batched(rows: Tensor) -> Iterator[Tensor]:
    """Row numbers (N,), AT_ONCE at a time."""
    for first in range(0, len(rows), AT_ONCE):
        yield rows[first : first + AT_ONCE]


@torch.no_grad()
def worst_masks(network: GarmentNetwork, group: Taught, share: float = 0.1) -> Tensor:
    """Places of the masks that the network disagrees with most (L1), that share of all masks."""
    network.eval()
    device = next(network.parameters()).device
    known = torch.nonzero(group.masked())[:, 0]
    gaps = [torch.empty(0)]
    for part in batched(known):
        mask = network(to_network(group.pictures[part]).to(device))[0][:, 0].sigmoid().cpu()
        gaps.append((mask - group.masks[part]).abs().mean((1, 2)))
    network.train()
    return known[torch.cat(gaps).topk(int(share * len(known))).indices]


def forget_worst_masks(network: GarmentNetwork, groups: Sequence[Taught], stored: Path) -> None:
    """Leave the worst masks out, the same ones however often the training is resumed."""
    if not stored.exists():
        worst = {f"shape{n}": worst_masks(network, group) for n, group in enumerate(groups)}
        save_state(stored, **worst)
    left_out = load_state(stored)
    for n, group in enumerate(groups):
        group.masks[left_out[f"shape{n}"]] = torch.nan


@torch.no_grad()
def evaluate(network: GarmentNetwork, groups: Sequence[Taught]) -> dict[str, float]:
    """On held-out home studios: mask IoU at 0.5, category and presentation accuracy.

    What no held-out photo is labelled with is left out.
    """
    network.eval()
    device = next(network.parameters()).device
    found: dict[str, list[Tensor]] = {"iou": [], "category": [], "presentation": []}
    for group in groups:
        for part in batched(torch.from_numpy(np.flatnonzero(group.held_out()))):
            heads = network(to_network(group.pictures[part]).to(device))
            mask, kind, shown = (head.cpu() for head in heads)
            found["iou"].append(overlap(mask[:, 0] > 0, group.masks[part]))
            found["category"].append(right(kind, group.categories[part]))
            found["presentation"].append(right(shown, group.presentations[part]))
    network.train()
    return {
        name: float(torch.cat(all_).mean()) for name, all_ in found.items() if sum(map(len, all_))
    }


def overlap(found: Tensor, masks: Tensor) -> Tensor:
    """Intersection over union of masks (B, H, W), for those that are there."""
    known = has_mask(masks)
    a, b = found[known], masks[known] > 0.5
    return (a & b).sum((1, 2)) / (a | b).sum((1, 2)).clamp(min=1)


def right(logits: Tensor, labels: Tensor) -> Tensor:
    """1.0 where the strongest logit of (B, K) is the label, 0.0 elsewhere; unlabelled left out."""
    known = labels != UNKNOWN
    return (logits.argmax(1)[known] == labels[known]).float()


def train(photos: Path, masks: Path, out: Path, recipe: GarmentRecipe) -> None:
    """Train or go on training; the network lands in `out/garment.pt`, figures beside it."""
    torch.manual_seed(0)
    device = best_device()
    network = GarmentNetwork()
    place(network, device)
    average = Average(network, 0.998)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=recipe.peak, weight_decay=0.05, fused=True
    )
    groups = load_taught(photos, masks, out / "cache")

    def loss_at(step: int) -> Tensor:
        rng = np.random.default_rng([2, step])
        group, part = batch_of(groups, recipe.batch, rng)
        pictures, mask = augment(group.pictures[part], group.masks[part], rng)
        heads = network(pictures.to(device).contiguous(memory_format=torch.channels_last))
        labels = (mask, group.categories[part], group.presentations[part])
        return losses(heads, *(known.to(device) for known in labels)).sum(1).mean()

    def rate(step: int) -> float:
        return recipe.peak * cosine(step, recipe.steps)

    training = Training(network, average, optimizer, out / "garment.state", clip=2.0)
    training.resume()
    training.run(recipe.steps // 2, loss_at, rate)
    forget_worst_masks(network, groups, out / "garment.left-out")
    training.run(recipe.steps, loss_at, rate)
    network.load_state_dict(average.weights)
    write_figures(evaluate(network, groups), out / "garment.json")
    save_state(out / "garment.pt", network=network.cpu().state_dict())


def write_figures(figures: dict[str, float], path: Path) -> None:
    """Print figures and keep them."""
    print(figures)
    write_atomic(path, json.dumps(figures, indent=1).encode())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--masks", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=GarmentRecipe().steps)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    train(given.photos, given.masks, given.out, GarmentRecipe(given.steps))
