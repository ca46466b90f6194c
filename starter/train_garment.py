"""Train the garment network: where the garment is, what it is, how it is shown.

A small U-Net at a quarter of the photo's shape with two more heads on its deepest features:
category (from `metadata.jsonl`) and presentation (from `presentation.json`, labelled by hand
per home studio). Masks are distilled from ISNet's alpha where a folder of masks is given;
masks that are faint, tiny or filling are left out before learning, and the tenth that the
network itself disagrees with most is left out half-way (they are ISNet's mistakes).
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor, nn
from torch.nn import functional as F

from starter.photos import SHAPES, Known, nearest_shape, pictures_by_shape, read_known
from starter.resumable import Average, cosine, load_state, save_state, to_network

CATEGORIES = (
    "blazer", "bodysuit", "dress", "hat", "hoodie", "long-sleeve top", "outerwear", "pants",
    "polo", "shirt", "shoes", "shorts", "skirt", "t-shirt", "top",
)  # fmt: skip
SYNONYMS = {"undershirt": "top", "blouse": "top"}
PRESENTATIONS = ("flat_lay", "hanger")
HALF = 2
BATCH = 32
UNKNOWN = -1


def block(inside: int, outside: int, stride: int = 1) -> nn.Sequential:
    """Convolution 3x3, group norm, SiLU."""
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, stride, 1, bias=False),
        nn.GroupNorm(8, outside),
        nn.SiLU(),
    )


class GarmentNetwork(nn.Module):
    """(B, 3, H, W) in [-1, 1] to mask logits (B, 1, H, W), category and presentation logits."""

    def __init__(self, widths: tuple[int, ...] = (24, 48, 96, 160)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.stem = block(3, a, 2)
        self.down = nn.ModuleList(
            [
                nn.Sequential(block(a, a), block(a, a)),
                nn.Sequential(block(a, b, 2), block(b, b)),
                nn.Sequential(block(b, c, 2), block(c, c), block(c, c)),
                nn.Sequential(block(c, d, 2), block(d, d), block(d, d)),
            ]
        )
        self.up = nn.ModuleList([block(d + c, c), block(c + b, b), block(b + a, a)])
        self.mask = nn.Conv2d(a, 4, 3, 1, 1)
        self.shared = nn.Sequential(nn.Linear(2 * (c + d), 128), nn.SiLU(), nn.Dropout(0.2))
        self.category = nn.Linear(128, len(CATEGORIES))
        self.presentation = nn.Linear(128, len(PRESENTATIONS))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of the three heads; H and W divisible by 16."""
        x, skips = self.stem(pictures), []
        for stage in self.down:
            x = stage(x)
            skips.append(x)
        deep = torch.cat(
            [f.mean((2, 3)) for f in skips[2:]] + [f.amax((2, 3)) for f in skips[2:]], 1
        )
        for stage, skip in zip(self.up, reversed(skips[:-1]), strict=True):
            x = stage(torch.cat([F.interpolate(x, scale_factor=2.0, mode="nearest"), skip], 1))
        features = self.shared(deep)
        mask = F.pixel_shuffle(self.mask(x), 2)
        return mask, self.category(features), self.presentation(features)


@dataclass(slots=True)
class Taught:
    """All photos of one shape at half size, with what is known; UNKNOWN or NaN where nothing is."""

    pictures: Tensor  # (N, H, W, 3) uint8
    masks: Tensor  # (N, H, W) float32, NaN = none
    categories: Tensor  # (N,) int64
    presentations: Tensor  # (N,) int64
    sources: NDArray[np.int64]


def usable(alpha: NDArray[np.float32]) -> bool:
    """A mask that is decided (few grey pixels), not tiny and not nearly the whole photo."""
    area = float(alpha.mean())
    grey = float(((alpha > 0.2) & (alpha < 0.8)).mean())
    return 0.06 < area < 0.8 and grey < 0.06


def read_mask(folder: Path, file_name: str, size: tuple[int, int]) -> NDArray[np.float32]:
    """ISNet's alpha at a half-size shape (height, width), or NaN where it is missing or unusable."""
    path = folder / (Path(file_name).stem + ".png")
    nothing = np.full(size, np.nan, np.float32)
    if not path.exists():
        return nothing
    with Image.open(path) as picture:
        shape = nearest_shape(*picture.size)
        if (SHAPES[shape][0] // HALF, SHAPES[shape][1] // HALF) != size:
            return nothing
        fitted = ImageOps.fit(picture.convert("L"), size[::-1], Image.Resampling.BICUBIC)
    alpha = np.asarray(fitted, np.float32) / 255
    return alpha if usable(alpha) else nothing


def index_or_unknown(names: tuple[str, ...], name: str | None) -> int:
    """Position of a name, or UNKNOWN."""
    return names.index(name) if name in names else UNKNOWN


def presentations(known: list[Known]) -> list[str]:
    """How each photo shows its garment, as `presentation.json` says of its home studio; "" = unsaid."""
    labels = json.loads((Path(__file__).parent / "presentation.json").read_text("utf-8"))["sources"]
    return ["" if k.category in ("shoes", "hat") else labels.get(str(k.source), "") for k in known]


def load_taught(photos: Path, masks: Path, cache: Path) -> list[Taught]:
    """Everything the network learns from, by shape."""
    known = read_known(photos)
    shown = presentations(known)
    groups = []
    for shape, (rows, pictures) in pictures_by_shape(photos, cache).items():
        size = (SHAPES[shape][0] // HALF, SHAPES[shape][1] // HALF)
        half = F.interpolate(
            torch.from_numpy(pictures).permute(0, 3, 1, 2).float(), size, mode="area"
        )
        facts = [known[r] for r in rows]
        kinds = [SYNONYMS.get(k.category or "", k.category) for k in facts]
        ways = [shown[r] for r in rows]
        groups.append(
            Taught(
                pictures=half.round().byte().permute(0, 2, 3, 1).contiguous(),
                masks=torch.from_numpy(
                    np.stack([read_mask(masks, k.file_name, size) for k in facts])
                ),
                categories=torch.tensor([index_or_unknown(CATEGORIES, k) for k in kinds]),
                presentations=torch.tensor([index_or_unknown(PRESENTATIONS, w) for w in ways]),
                sources=np.array([k.source for k in facts]),
            )
        )
    return groups


def augment(pictures: Tensor, masks: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Mirror, zoom, light and colour changes, and other photos' backdrops behind known garments."""
    x, m = to_network(pictures), masks[:, None]
    count = len(x)
    known = ~torch.isnan(m).any(dim=(1, 2, 3))
    others = torch.from_numpy(rng.permutation(count))
    swap = known & torch.from_numpy(rng.random(count) < 0.35)
    alpha = torch.nan_to_num(m)
    behind = torch.roll(x[others], int(rng.integers(0, 48)), 3).flip(2)
    x = torch.where(swap[:, None, None, None], alpha * x + (1 - alpha) * behind, x)
    angle = rng.normal(0, 0.08, count)
    zoom = np.exp(rng.normal(0.0, 0.12, count))
    mirror = np.where(rng.random(count) < 0.5, -1.0, 1.0)
    ratio = x.shape[2] / x.shape[3]
    theta = np.zeros((count, 2, 3), np.float32)
    theta[:, 0, 0], theta[:, 0, 1] = mirror * np.cos(angle) / zoom, -np.sin(angle) / zoom * ratio
    theta[:, 1, 0], theta[:, 1, 1] = np.sin(angle) / zoom / ratio, np.cos(angle) / zoom
    theta[:, :, 2] = rng.normal(0, 0.06, (count, 2))
    grid = F.affine_grid(torch.from_numpy(theta), list(x.shape), align_corners=False)
    x = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    m = F.grid_sample(m, grid, padding_mode="reflection", align_corners=False)
    gain = torch.from_numpy(
        np.exp(rng.normal(0, [0.12, 0.12, 0.12], (count, 3))).astype(np.float32)
    )
    light = torch.from_numpy(rng.normal(0, 0.1, (count, 1, 1, 1)).astype(np.float32))
    return ((x + 1) * gain[:, :, None, None] - 1 + light).clamp(-1, 1), m[:, 0]


def losses(
    out: tuple[Tensor, Tensor, Tensor], masks: Tensor, kinds: Tensor, shown: Tensor
) -> Tensor:
    """Cross-entropy per photo and head (B, 3), zero where nothing is known."""
    known = ~torch.isnan(masks).any(dim=(1, 2))
    target = torch.nan_to_num(masks)
    edge = F.binary_cross_entropy_with_logits(out[0][:, 0], target, reduction="none").mean((1, 2))
    kind = F.cross_entropy(
        out[1], kinds, ignore_index=UNKNOWN, reduction="none", label_smoothing=0.05
    )
    show = F.cross_entropy(out[2], shown, ignore_index=UNKNOWN, reduction="none")
    return torch.stack([4 * edge * known, kind, 0.5 * show], 1)


def held_out(group: Taught) -> NDArray[np.bool_]:
    """One home studio in eight is never learnt from."""
    return group.sources % 8 == 5


@torch.no_grad()
def drop_worst_masks(network: GarmentNetwork, groups: list[Taught], share: float = 0.1) -> None:
    """Forget the masks that the network disagrees with most (L1)."""
    network.eval()
    for group in groups:
        known = torch.nonzero(~torch.isnan(group.masks).any(dim=(1, 2)))[:, 0]
        gaps = []
        for part in known.split(64):
            mask = network(to_network(group.pictures[part]))[0][:, 0].sigmoid()
            gaps.append((mask - group.masks[part]).abs().mean((1, 2)))
        if gaps:
            worst = torch.cat(gaps).topk(int(share * len(known))).indices
            group.masks[known[worst]] = torch.nan
    network.train()


@torch.no_grad()
def evaluate(network: GarmentNetwork, groups: list[Taught]) -> dict[str, float]:
    """On held-out home studios: mask IoU at 0.5, category and presentation accuracy."""
    network.eval()
    found: dict[str, list[Tensor]] = {"iou": [], "category": [], "presentation": []}
    for group in groups:
        for part in torch.from_numpy(np.flatnonzero(held_out(group))).split(64):
            mask, kind, shown = network(to_network(group.pictures[part]))
            truth = group.masks[part]
            ok = ~torch.isnan(truth).any(dim=(1, 2))
            a, b = mask[ok, 0] > 0, truth[ok] > 0.5
            found["iou"].append((a & b).sum((1, 2)) / (a | b).sum((1, 2)).clamp(min=1))
            for name, logits, labels in (
                ("category", kind, group.categories[part]),
                ("presentation", shown, group.presentations[part]),
            ):
                named = labels != UNKNOWN
                found[name].append((logits.argmax(1)[named] == labels[named]).float())
    network.train()
    return {name: float(torch.cat(values).mean()) for name, values in found.items()}


def batch_of(groups: list[Taught], rng: np.random.Generator) -> tuple[Taught, Tensor]:
    """A shape drawn by how many photos have it, and BATCH of its learnable photos."""
    pools = [np.flatnonzero(~held_out(g)) for g in groups]
    sizes = np.array([len(p) for p in pools], float)
    shape = rng.choice(len(groups), p=sizes / sizes.sum())
    return groups[shape], torch.from_numpy(rng.choice(pools[shape], BATCH, replace=False))


def train(photos: Path, masks: Path, out: Path, steps: int, threads: int) -> None:
    """Train or go on training; the network lands in `out/garment.pt`, figures beside it."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    network = GarmentNetwork().to(memory_format=torch.channels_last)
    average = Average(network, 0.998)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.05, fused=True)
    groups = load_taught(photos, masks, out / "cache")
    first = 0
    if state := load_state(out / "garment.state"):
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        average.weights, average.updates = state["average"], state["step"]
        first = state["step"]
    start = time.monotonic()
    for step in range(first, steps):
        if step == max(first, steps // 2):
            drop_worst_masks(network, groups)
        rng = np.random.default_rng([2, step])
        torch.manual_seed(step)
        group, part = batch_of(groups, rng)
        pictures, mask = augment(group.pictures[part], group.masks[part], rng)
        out_ = network(pictures.contiguous(memory_format=torch.channels_last))
        loss = losses(out_, mask, group.categories[part], group.presentations[part])
        for parameters in optimizer.param_groups:
            parameters["lr"] = 2e-3 * cosine(step, steps)
        optimizer.zero_grad(set_to_none=True)
        loss.sum(1).mean().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimizer.step()
        average.update(network)
        if (step + 1) % 100 == 0:
            print(
                f"step {step + 1} losses {loss.mean(0).tolist()} {time.monotonic() - start:.0f} s",
                flush=True,
            )
        if (step + 1) % 250 == 0 or step + 1 == steps:
            save_state(
                out / "garment.state",
                network=network.state_dict(),
                optimizer=optimizer.state_dict(),
                average=average.weights,
                step=step + 1,
            )
    network.load_state_dict(average.weights)
    figures = evaluate(network, groups)
    print(figures)
    (out / "garment.json").write_text(json.dumps(figures, indent=1), "utf-8")
    save_state(out / "garment.pt", network=network.state_dict())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--masks", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    train(given.photos, given.masks, given.out, given.steps, given.threads)
