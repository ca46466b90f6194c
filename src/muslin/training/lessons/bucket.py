"""Photos to learn from, encoded: one bucket for each size, since a batch has one shape."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from muslin.domain.fact import PhotoId
from muslin.networks.diffusion.family import Condition, Moments


@dataclass(frozen=True, slots=True)
class Bucket:
    """N photos of one size: moments of their latents, what their captions say, what counts.

    Row n of everything belongs to photo n. Where photos are learnt mirrored too, `moments` and
    `cells` have 2N rows, and row N + n is photo n mirrored.
    """

    photos: tuple[PhotoId, ...]
    moments: Moments  # (N or 2N, C, h, w) each
    condition: Condition  # (N, ...) each
    cells: Tensor | None = None  # (N or 2N, 1, h, w), mean 1: weights in the loss; None = all alike

    @property
    def count(self) -> int:
        """N."""
        return len(self.photos)

    @property
    def size_bytes(self) -> int:
        """What the tensors take."""
        cells = [] if self.cells is None else [self.cells]
        return sum(t.nbytes for t in (*self.moments, *self.condition.values(), *cells))

    def to(self, device: torch.device) -> Bucket:
        """The same photos on another device."""
        return Bucket(
            self.photos,
            Moments(self.moments.mean.to(device), self.moments.std.to(device)),
            moved(self.condition, device),
            None if self.cells is None else self.cells.to(device),
        )


@dataclass(frozen=True, slots=True)
class Lessons:
    """All photos of a run, by size, and what is said beside their captions."""

    buckets: tuple[Bucket, ...]
    empty: Condition  # (1, ...) each: nothing said
    prior: Condition = field(default_factory=dict)  # (P, ...) each: words that the base answers
    held_out: tuple[Bucket, ...] = ()  # photos that only judge

    @property
    def count(self) -> int:
        """How many photos are taught."""
        return sum(bucket.count for bucket in self.buckets)

    @property
    def device(self) -> torch.device:
        """Where the lessons are."""
        return self.buckets[0].moments.mean.device

    @property
    def size_bytes(self) -> int:
        """What all tensors take."""
        said = (*self.empty.values(), *self.prior.values())
        photos = sum(bucket.size_bytes for bucket in (*self.buckets, *self.held_out))
        return photos + sum(tensor.nbytes for tensor in said)

    def to(self, device: torch.device) -> Lessons:
        """The same lessons on another device."""
        return Lessons(
            tuple(bucket.to(device) for bucket in self.buckets),
            moved(self.empty, device),
            moved(self.prior, device),
            tuple(bucket.to(device) for bucket in self.held_out),
        )


def moved(condition: Condition, device: torch.device) -> Condition:
    """The same condition on another device."""
    return {name: tensor.to(device) for name, tensor in condition.items()}
