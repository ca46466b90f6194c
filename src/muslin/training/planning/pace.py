"""How long a step takes and what memory it needs, measured by taking a few."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

import torch
from torch.nn.attention import SDPBackend

from muslin.domain.dataset import DatasetVersion
from muslin.domain.profile import Profile
from muslin.domain.progress import Report, silent
from muslin.domain.training import Choice, TrainingPlan
from muslin.networks.diffusion.base import Base, open_base
from muslin.networks.diffusion.opening import open_denoiser
from muslin.training.cache import EncodingCache
from muslin.training.draws import Batch
from muslin.training.lessons.bucket import Lessons
from muslin.training.lessons.held_out import BINS, MOST_PHOTOS
from muslin.training.loop import learn, read
from muslin.training.optimizers import Update
from muslin.training.planning.memory import (
    Activations,
    Needs,
    cells_of,
    free_bytes,
    largest_steps,
    needs_of,
    recompute,
    recomputing,
)
from muslin.training.planning.plan import Pace, Terms, enough, fitting, plan
from muslin.training.planning.power import Meter
from muslin.training.planning.start import measure_start
from muslin.training.ports import Pictures
from muslin.training.prepare import prepare
from muslin.training.train import Bench, listening, tuning_of

TIMED_STEPS = 3
"""After one that warms up; the shortest counts, since a busy machine only makes steps longer. The
longest says how much longer."""


def foresee(
    dataset: DatasetVersion,
    profile: Profile,
    pictures: Pictures,
    bench: Bench,
    terms: Terms,
    report: Report = silent,
) -> TrainingPlan:
    """The plan of a run, from a few steps on its own photos; what is encoded is kept for the run.

    Steps are taken only once it is clear that they fit. Raises what `open_base`, `prepare` and
    `plan` raise.
    """
    enough(dataset)
    torch.set_num_threads(bench.threads)
    base = open_base(profile.base)
    kept = EncodingCache(bench.encodings())
    lessons = prepare(base, dataset, profile, pictures, kept, bench.device, report)
    trial = Trial(base, profile, lessons.to(bench.device))
    needs = trial.needs()
    terms = replace(terms, available_bytes=free_bytes(bench.device, terms.available_bytes))
    activations = fitting(dataset, profile, needs, terms.available_bytes)
    pace = trial.pace(activations)
    del trial  # a fresh process opens the base again
    pace = replace(pace, start=measure_start(profile.base, str(bench.device)))
    return plan(dataset, profile, needs, pace, terms, choices(bench, needs, activations))


class Trial:
    """A profile at work on its photos for a few steps, which are forgotten."""

    def __init__(self, base: Base, profile: Profile, lessons: Lessons) -> None:
        device = lessons.device
        denoiser = open_denoiser(base, device)
        self._network, self._profile, self._lessons = denoiser.network, profile, lessons
        self._tuning = tuning_of(profile, base, denoiser.network)
        self._process = base.family.process(base.folder).to(device)
        self._answer = listening(denoiser, self._tuning, self._process)

    def needs(self) -> Needs:
        """Bytes that the profile's steps need, before one is taken."""
        (one,) = islice(self._batches(batch_size=1), 1)
        learning = self._tuning.learning.values()
        return needs_of(self._network, self._answer, learning, one, self._profile, self._lessons)

    def pace(self, activations: Activations) -> Pace:
        """Take 1 + TIMED_STEPS steps."""
        able = recomputing(self._network)
        if able is not None:
            recompute(able, activations)
        few = islice(self._batches(self._profile.batch_size), 1 + TIMED_STEPS)
        steps = learn(self._answer, few, Update(self._tuning.learning, self._profile))
        read([next(steps)], last_step=1)
        meter, ends = Meter(self._lessons.device), [time.perf_counter()]
        for taken in steps:
            read([taken], last_step=1)  # waits until an accelerator is done
            ends.append(time.perf_counter())
        power = meter.stop()
        taken_s = [later - earlier for earlier, later in pairwise(ends)]
        drawing_s = self._drawing_s()
        answers = questions(self._lessons) * BINS
        return Pace(
            step_s=self._mean_s(min(taken_s)),
            slow_step_s=self._mean_s(max(taken_s)),
            drawing_s=drawing_s,
            power=power,
            exam_s=answers * drawing_s / 2,
        )

    def _mean_s(self, largest_s: float) -> float:
        """A step's mean: time grows with the photos' area, and steps that hold on to the base ask
        it for one more answer (two of them for each `_drawing_s`).
        """
        buckets = self._lessons.buckets
        cells = sum(bucket.count * cells_of(bucket) for bucket in buckets) / self._lessons.count
        prior = self._profile.prior_fraction
        prior_s = prior * self._profile.batch_size / 2 * self._drawing_s() if prior else 0.0
        return (largest_s + prior_s) * cells / max(map(cells_of, buckets))

    @torch.no_grad()
    def _drawing_s(self) -> float:
        """One look at a picture with its caption and without, the second of two."""
        (pair,) = islice(self._batches(batch_size=2), 1)
        ends = [time.perf_counter()]
        for _ in range(2):
            self._answer(pair.noisy, pair.times, pair.condition).mean().item()
            ends.append(time.perf_counter())
        return ends[-1] - ends[-2]

    def _batches(self, batch_size: int) -> Iterator[Batch]:
        return largest_steps(self._profile, self._lessons, self._process, batch_size)


def questions(lessons: Lessons) -> int:
    """Photos of which an exam asks: held-out and taught ones, none without the former."""
    held_out = sum(bucket.count for bucket in lessons.held_out)
    return min(MOST_PHOTOS, held_out) + min(MOST_PHOTOS, lessons.count) if held_out else 0


def choices(bench: Bench, needs: Needs, activations: Activations) -> tuple[Choice, ...]:
    """What was chosen for the machine, and why."""
    cores = len(os.sched_getaffinity(0))
    return (
        Choice(name="activations", chosen=activations, why=_why(needs, activations)),
        Choice(
            name="attention",
            chosen=attention(bench.device),
            why="what torch takes on this device",
        ),
        Choice(
            name="precision",
            chosen="float32",
            why="half precision is slower on a CPU"
            if bench.device.type == "cpu"
            else "what the base is opened with",
        ),
        Choice(
            name="threads",
            chosen=str(bench.threads),
            why=f"{cores} cores are open to this process; MUSLIN_THREADS changes it",
        ),
    )


def attention(device: torch.device) -> str:
    """The kernel that torch takes for attention in float32: flash, efficient, cudnn or math."""
    queries = torch.zeros(1, 4, 64, 32, device=device)
    kind = SDPBackend(torch._fused_sdp_choice(queries, queries, queries))
    return kind.name.split("_", maxsplit=1)[0].lower()


def _why(needs: Needs, activations: Activations) -> str:
    if activations == "recomputed":
        return "the step fits in no other way; it takes about half as long again"
    if "recomputed" not in needs.photo:
        return "this base cannot recompute them"
    return "they fit, and recomputing them would take about half as long again"
