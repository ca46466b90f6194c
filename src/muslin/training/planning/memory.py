"""What a step needs to be held in memory, part by part, from two forward passes over one photo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from muslin.domain.profile import Profile
from muslin.networks.diffusion.family import Answer
from muslin.networks.diffusion.noise.process import NoiseProcess
from muslin.training.draws import Batch, batches
from muslin.training.lessons.bucket import Bucket, Lessons
from muslin.training.loop import weighted_error

Activations = Literal["kept", "recomputed"]
LIBRARIES_BYTES = 550_000_000
"""A process that has imported torch, diffusers and transformers and nothing else (measured)."""
SCRATCH = 1.3
"""Peak of a step over what autograd keeps: gradients and scratch space beside it (measured)."""


class Recomputing(Protocol):
    """A network of diffusers that can recompute activations on the way back."""

    def enable_gradient_checkpointing(self, run_block: Callable[..., object] | None = None) -> None:
        """Keep only each block's inputs; `run_block` calls a block with its arguments."""
        ...

    def disable_gradient_checkpointing(self) -> None:
        """Keep everything again."""
        ...


@dataclass(frozen=True, slots=True)
class Needs:
    """Bytes on the training device."""

    fixed: int  # libraries, weights, gradients, what the optimizer remembers, photos
    learnt: int  # of `fixed`, what grows with the number of learnt weights
    photo: dict[Activations, int]  # peak of a step for each photo in it; absent = impossible

    def total(self, batch_size: int, activations: Activations) -> int:
        """Peak of a run whose steps hold `batch_size` photos."""
        return self.fixed + batch_size * self.photo[activations]

    def most_photos(self, activations: Activations, available_bytes: int) -> int:
        """The largest batch size that fits, 0 for none."""
        return max(0, available_bytes - self.fixed) // self.photo[activations]

    def choose(self, batch_size: int, available_bytes: int) -> Activations:
        """Recompute activations only where the step fits in no other way: it costs half a step."""
        if "recomputed" not in self.photo:
            return "kept"
        fits = self.total(batch_size, "kept") <= available_bytes
        return "kept" if fits else "recomputed"


def largest_steps(
    profile: Profile, lessons: Lessons, process: NoiseProcess, batch_size: int
) -> Iterator[Batch]:
    """Steps of so many of the largest photos; what fits them fits all."""
    large = replace(lessons, buckets=(max(lessons.buckets, key=cells_of),))
    changes = {"batch_size": batch_size, "prior_fraction": 0.0}
    return batches(profile.model_copy(update=changes), large, process, done=0)


def cells_of(bucket: Bucket) -> int:
    """Latent cells of each photo of a bucket, h · w."""
    height, width = bucket.moments.mean.shape[-2:]
    return height * width


def needs_of(
    network: nn.Module,
    answer: Answer,
    learning: Iterable[Tensor],
    batch: Batch,
    profile: Profile,
    lessons: Lessons,
    available_bytes: int = 0,
) -> Needs:
    """Bytes that steps of a profile need, from a batch of one photo; nothing is learnt.

    Recomputing is measured only where keeping activations does not fit `available_bytes`.
    """
    learnt = list(learning)
    copies = sum(p.nbytes for p in learnt) + remembered_bytes(learnt, profile)
    weights = sum(p.nbytes for p in network.parameters())
    on_cpu = batch.noisy.device.type == "cpu"
    storages = frozenset(map(_storage, network.parameters()))
    needs = Needs(
        fixed=LIBRARIES_BYTES * on_cpu + weights + copies + lessons.size_bytes,
        learnt=copies + sum(p.nbytes for p in learnt),
        photo={"kept": int(SCRATCH * _kept_bytes(storages, answer, batch))},
    )
    able = recomputing(network)
    if able is not None and needs.total(profile.batch_size, "kept") > available_bytes:
        needs.photo["recomputed"] = int(SCRATCH * _recomputed_bytes(able, storages, answer, batch))
    return needs


def remembered_bytes(learnt: Iterable[Tensor], profile: Profile) -> int:
    """What the optimizer and the average of weights keep beside weights and gradients.

    AdamW has two moments of every weight. Prodigy has those, its start and the sum of its steps.
    Adafactor has a row and a column of squares for each matrix, and a square of each other weight.
    """
    averages = 1 if profile.ema > 0 else 0
    return sum(averages * p.nbytes + _moments(p, profile.optimizer) for p in learnt)


def settle(network: nn.Module, needs: Needs, profile: Profile, available_bytes: int) -> Activations:
    """Make the network hold its activations as the profile's steps fit; gives how."""
    activations = needs.choose(profile.batch_size, available_bytes)
    able = recomputing(network)
    if able is not None:
        recompute(able, activations)
    return activations


def free_bytes(device: torch.device, host_bytes: int) -> int:
    """What training may take: `host_bytes` on a CPU, on a GPU all that no other process holds."""
    if device.type != "cuda":
        return host_bytes
    return torch.cuda.mem_get_info(device)[0] + torch.cuda.memory_reserved(device)


def recompute(network: Recomputing, activations: Activations) -> None:
    """Make the network keep its activations, or recompute them from each block's inputs."""
    if activations == "recomputed":
        network.enable_gradient_checkpointing()
    else:
        network.disable_gradient_checkpointing()


def recomputing(network: nn.Module) -> Recomputing | None:
    """The network, if it can recompute activations."""
    can: bool = getattr(network, "_supports_gradient_checkpointing", False)
    return network if can else None  # type: ignore[return-value]  # diffusers has no types


def _moments(parameter: Tensor, optimizer: str) -> int:
    step_bytes = 4  # a float32 count of steps
    if optimizer == "adamw":
        return 2 * parameter.nbytes + step_bytes
    if optimizer == "prodigy":
        return 4 * parameter.nbytes + step_bytes
    if parameter.ndim < 2:
        return parameter.nbytes + step_bytes
    rows = parameter.nbytes // parameter.shape[-1]
    columns = parameter.nbytes // parameter.shape[-2]
    return rows + columns + step_bytes


def _kept_bytes(weights: frozenset[int], answer: Answer, batch: Batch) -> int:
    """What autograd keeps for the way back."""
    kept = _Kept(weights)
    with saved_tensors_hooks(kept.note, _as_it_is):
        loss = _loss(answer, batch)
    del loss
    return kept.size_bytes


def _recomputed_bytes(
    able: Recomputing, weights: frozenset[int], answer: Answer, batch: Batch
) -> int:
    """What stays between the blocks, and the largest block while it is run once more."""
    between, blocks = _Kept(weights), [0]

    def run_block(block: Callable[..., object], *inputs: object) -> object:
        inside = _Kept(weights)
        with saved_tensors_hooks(inside.note, _as_it_is):
            given: object = block(*inputs)
        blocks.append(inside.size_bytes)
        for tensor in inputs:
            if isinstance(tensor, Tensor):
                between.note(tensor)
        return given

    able.enable_gradient_checkpointing(run_block)
    with saved_tensors_hooks(between.note, _as_it_is):
        loss = _loss(answer, batch)
    del loss
    able.disable_gradient_checkpointing()
    return between.size_bytes + max(blocks)


def _loss(answer: Answer, batch: Batch) -> Tensor:
    return weighted_error(answer(batch.noisy, batch.times, batch.condition), batch)


class _Kept:
    """Bytes that autograd keeps for the way back beside weights, each storage counted once."""

    def __init__(self, weights: frozenset[int]) -> None:
        self._seen = set(weights)
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
