"""Train the starter denoiser and its text encoder: its core on halved latents, then all of it.

v-prediction (Salimans & Ho, arXiv 2202.00512) under a schedule of zero terminal signal-to-noise
ratio (Lin et al., arXiv 2305.08891), caption dropout for classifier-free guidance, averaged
weights. The core sees what it will see inside the whole denoiser, the 2 x 2 means of noisy
latents, and learns the 2 x 2 means of the answer; so words, colours and shapes are learnt at a
quarter of the cost, and the outer level that grows around it afterwards adds the detail.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from starter.captions import Said, compose, sample_captions, say_all
from starter.export import export
from starter.latents import Encoded, encode_all
from starter.networks.denoiser import Networks, build_networks, grow
from starter.networks.tokenizer import kept_tokenizer
from starter.resumable import Average, LossOf, Training, best_device, cosine

CORE, DENOISER = "core.state", "denoiser.state"
UNSAID = 0.1
"""Share of pictures that are learnt without their caption."""


@dataclass(frozen=True, slots=True)
class DenoiserRecipe:
    """How long, and on how much at a time; README.md says how far the shipped weights came."""

    core_steps: int = 4500
    steps: int = 3000  # of the whole denoiser, after the core's
    core_batch: int = 32
    batch: int = 16
    core_peak: float = 4e-4  # learning rate after warm-up; 1e-3 forgets the captions
    peak: float = 4e-4

    def core_rate(self, step: int) -> float:
        """Learning rate of the core: two thirds of a cosine, so that it ends in full swing."""
        return self.core_peak * cosine(step, 3 * self.core_steps // 2)

    def rate(self, step: int) -> float:
        """Learning rate of the whole denoiser: warms up again, then falls to nearly nothing."""
        return self.peak * cosine(step, self.steps)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What part of the network learns, and at which times."""

    scale: int  # 2 for the core: what it sees and what is asked are means of 2 x 2 latents
    lean: float  # times are 1 - u^lean of the way to pure noise, u uniform; 1 = all alike

    def times(self, count: int) -> Tensor:
        """(count,) int64 in [0, 1000)."""
        return ((1 - torch.rand(count) ** self.lean) * 1000).long().clamp(max=999)


CORE_LESSON = Lesson(scale=2, lean=2.0)
"""Layout and colours are decided where little else than noise is seen: half of the core's lessons
lie in the noisiest quarter of times. With all times alike, and min-SNR's weights, the core was
behind a linear regression on the caption's words at pure noise after 120 thousand pictures."""
WHOLE_LESSON = Lesson(scale=1, lean=2.0)


OUTLINE = 0.5
"""Weight of the garment's mask in the loss."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Photos to learn from."""

    latents: Tensor  # (B, 8, h, w), halved for the core
    garment: Tensor  # (B, 1, h, w) in [0, 1]
    captions: list[str]

    def to(self, device: torch.device) -> Batch:
        """The same on another device."""
        return Batch(self.latents.to(device), self.garment.to(device), self.captions)


def loss_of(networks: Networks, batch: Batch, lesson: Lesson) -> Tensor:
    """Mean of |v - v̂|² over the batch, and how badly the garment's mask is told.

    Halved latents have halved noise. The mask is told from the denoiser's own features, at any
    noise: at much of it, only the caption's words can tell. So the words for garments, which
    explain a twentieth of |v|² and most of a mask, are learnt early. Features that must also
    answer an easier question about the clean picture: Yu et al., arXiv 2410.06940.
    """
    latents = batch.latents
    steps = lesson.times(len(latents)).to(latents.device)
    a, s = (table[steps][:, None, None, None] for table in (networks.signal, networks.noise))
    noise = torch.randn_like(latents) / lesson.scale
    noisy, target = a * latents + s * noise, a * noise - s * latents
    predicted, mask = networks.answer(
        noisy.contiguous(memory_format=torch.channels_last), steps, batch.captions
    )
    told = functional.binary_cross_entropy_with_logits(
        mask, functional.adaptive_avg_pool2d(batch.garment, (mask.shape[2], mask.shape[3]))
    )
    return functional.mse_loss(predicted, target) + OUTLINE * told


@dataclass(frozen=True, slots=True)
class Pool:
    """Latents of one shape to learn from, and how often each photo is drawn."""

    group: Encoded
    rarity: NDArray[np.float64]  # (N,)


def pools_of(groups: Sequence[Encoded], said: Sequence[Said]) -> list[Pool]:
    """Each photo is drawn in proportion to one over the root of its category's number of photos.

    So a skirt, of which there are few, is learnt 2.6 times as often as a t-shirt.
    """
    counts = Counter(part.category for part in said)
    often = np.array([counts[part.category] ** -0.5 for part in said])
    return [Pool(group, often[group.rows]) for group in groups]


def batch_of(
    pools: Sequence[Pool], said: Sequence[Said], size: int, rng: np.random.Generator
) -> Batch:
    """`size` photos of one shape and a fresh caption for each; a tenth of the captions empty."""
    shares = np.array([pool.rarity.sum() for pool in pools])
    pool = pools[int(rng.choice(len(pools), p=shares / shares.sum()))]
    rows = pool.group.rows
    picked = rng.choice(len(rows), size, p=pool.rarity / pool.rarity.sum())
    mirrored = torch.from_numpy(rng.integers(0, 2, size))
    captions = [compose(said[rows[p]], rng) if rng.random() > UNSAID else "" for p in picked]
    chosen = mirrored, torch.from_numpy(picked)
    return Batch(pool.group.latents[chosen], pool.group.garment[chosen], captions)


def train(photos: Path, out: Path, recipe: DenoiserRecipe) -> None:
    """Train or go on training; the whole base lands in `out/network` whenever state is saved.

    The core's training ends for good when the whole denoiser's begins.
    """
    device = best_device()
    said = say_all(photos, out)
    groups = encode_all(photos, out)
    tokenizer = kept_tokenizer(out / "merges.json", sample_captions(said))

    def loss_on(networks: Networks, groups: Sequence[Encoded], size: int, lesson: Lesson) -> LossOf:
        pools = pools_of(groups, said)

        def loss_at(step: int) -> Tensor:
            batch = batch_of(pools, said, size, np.random.default_rng([3, step]))
            return loss_of(networks, batch.to(device), lesson)

        return loss_at

    torch.manual_seed(0)  # after what is made at the first start alone, and draws on chance too
    networks = build_networks(tokenizer, device)
    if not (out / DENOISER).exists():
        core = build_networks(tokenizer, device, core=True)
        training = _training(core, out / CORE, recipe.core_peak)
        halved = [group.halved() for group in groups]
        loss = loss_on(core, halved, recipe.core_batch, CORE_LESSON)
        training.run(recipe.core_steps, loss, recipe.core_rate)
        core.all().load_state_dict(training.average.weights)
        grow(core.denoiser, networks.denoiser)
        networks.text.load_state_dict(core.text.state_dict())
        networks.outline.load_state_dict(core.outline.state_dict())
    training = _training(networks, out / DENOISER, recipe.peak)
    loss = loss_on(networks, groups, recipe.batch, WHOLE_LESSON)
    training.run(recipe.steps, loss, recipe.rate, after_save=lambda: export(out))


def _training(networks: Networks, state: Path, peak: float) -> Training:
    """The training of some networks, as far as its state says that it has come."""
    everything = networks.all()
    optimizer = torch.optim.AdamW(
        everything.parameters(), lr=peak, betas=(0.9, 0.999), weight_decay=0.01, fused=True
    )
    training = Training(everything, Average(everything, 0.999), optimizer, state, clip=1.0)
    training.resume()
    return training


if __name__ == "__main__":
    usual = DenoiserRecipe()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--core-steps", type=int, default=usual.core_steps)
    parser.add_argument("--steps", type=int, default=usual.steps)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    train(given.photos, given.out, DenoiserRecipe(given.core_steps, given.steps))
