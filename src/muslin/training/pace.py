"""How long a step takes and what memory it needs, measured by taking a few."""

from __future__ import annotations

import time
from itertools import islice, pairwise

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from muslin.domain.dataset import DatasetVersion
from muslin.domain.profile import LoraProfile
from muslin.domain.progress import Report, silent
from muslin.domain.training import TrainingPlan
from muslin.networks.diffusion.adapters import adapt, learning
from muslin.networks.diffusion.base import Base, open_base
from muslin.training.cache import EncodingCache
from muslin.training.draws import batches
from muslin.training.loop import learn
from muslin.training.optimizers import Update
from muslin.training.plan import Pace, plan
from muslin.training.ports import Pictures
from muslin.training.prepare import Lessons, prepare
from muslin.training.train import Bench

TIMED_STEPS = 3
"""After one that warms up; the shortest counts, since a busy machine only makes steps longer."""
LIBRARIES_BYTES = 550_000_000
"""A process that has imported torch, diffusers and transformers and nothing else (measured)."""
SCRATCH = 1.3
"""Peak of a step over what autograd keeps: gradients and scratch space beside it (measured)."""
ADAPTER_COPIES = 4
"""Weights, gradients and AdamW's two moments."""


def foresee(
    dataset: DatasetVersion,
    profile: LoraProfile,
    pictures: Pictures,
    bench: Bench,
    available_bytes: int,
    report: Report = silent,
) -> TrainingPlan:
    """The plan of a run, from a few steps on its own photos; what is encoded is kept for the run.

    Raises what `open_base`, `prepare` and `plan` raise.
    """
    torch.set_num_threads(bench.threads)
    base = open_base(profile.base)
    kept = EncodingCache(bench.encodings())
    lessons = prepare(base, dataset, pictures, kept, bench.device, report)
    return plan(dataset, profile, measure(base, profile, lessons.to(bench.device)), available_bytes)


def measure(base: Base, profile: LoraProfile, lessons: Lessons) -> Pace:
    """Take 1 + TIMED_STEPS steps of `profile` on the lessons' device and forget them."""
    device = lessons.moments.mean.device
    denoiser = base.family.open_denoiser(base.folder, device)
    weights = sum(p.nbytes for p in denoiser.network.parameters())
    layers = adapt(denoiser.network, base.family.targets, profile.rank, profile.alpha, profile.seed)
    learnt = learning(layers)
    process = base.family.process(base.folder).to(device)
    few = islice(batches(profile, lessons, process, done=0), 1 + TIMED_STEPS)
    steps = learn(denoiser, few, Update(learnt, profile))
    kept = _Kept(set(map(_storage, denoiser.network.parameters())))
    with saved_tensors_hooks(kept.note, _as_it_is):
        next(steps)
    ends = [time.perf_counter(), *(time.perf_counter() for _ in steps)]
    return Pace(
        step_s=min(later - earlier for earlier, later in pairwise(ends)),
        memory_bytes=LIBRARIES_BYTES
        + weights
        + ADAPTER_COPIES * sum(p.nbytes for p in learnt.values())
        + int(SCRATCH * kept.size_bytes),
    )


class _Kept:
    """Bytes that autograd keeps for the way back, each storage counted once."""

    def __init__(self, known: set[int]) -> None:
        self._seen = known
        self.size_bytes = 0

    def note(self, tensor: Tensor) -> Tensor:
        storage = _storage(tensor)
        if storage not in self._seen:
            self._seen.add(storage)
            self.size_bytes += tensor.untyped_storage().nbytes()
        return tensor


def _storage(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def _as_it_is(tensor: Tensor) -> Tensor:
    return tensor
