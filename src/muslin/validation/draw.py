"""Probes are drawn once: what was finished before a crash is not drawn again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from muslin.domain.dataset import DatasetVersion
from muslin.domain.judging import Probe
from muslin.domain.leaving import ImageRequest, SourceType
from muslin.domain.progress import Report, silent
from muslin.domain.proving.rules import NO_RULES, Rules
from muslin.domain.training import Checkpoint, TrainingRun
from muslin.imaging.metadata import Origin, decode, encode
from muslin.validation.measure import Drawn
from muslin.validation.ports import Bench
from muslin.validation.probes import ProbeSet

SAMPLER_STEPS = 25
"""Of each probe's picture."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is put to the proof, on which probes, under whose rules.

    `steps` and `guidance` are the sampler's.
    """

    run: TrainingRun
    checkpoints: tuple[Checkpoint, ...]
    dataset: DatasetVersion
    probes: ProbeSet
    steps: int = SAMPLER_STEPS
    guidance: float = 4.0
    rules: Rules = NO_RULES


def draw(
    trial: Trial, checkpoint: Checkpoint | None, bench: Bench, report: Report = silent
) -> Iterator[Drawn]:
    """Every probe of one checkpoint (None = the base), drawn now or before.

    First come those that were drawn before, then the others as they are finished; each picture is
    kept before it is yielded. The network is touched only when something is left to draw; it tells
    `report` of its steps.
    """
    waiting: list[tuple[Probe, ImageRequest, str]] = []
    for probe in trial.probes.probes:
        request = request_of(probe, trial)
        key = key_of(trial.run.base_digest, checkpoint, request)
        known = bench.rendered.get(key)
        if known is None:
            waiting.append((probe, request, key))
        else:
            yield Drawn(probe, decode(bench.blobs.get(known)), known)
    if not waiting:
        return
    bench.renderer.use(bench.adapters.folder(checkpoint) if checkpoint else None)
    pictures = bench.renderer.render([request for _, request, _ in waiting], report)
    for (probe, request, key), picture in zip(waiting, pictures, strict=True):
        origin = Origin(SourceType.GENERATED, {"prompt": request.prompt, "seed": str(request.seed)})
        blob = bench.blobs.put(encode(picture, "PNG", origin))
        bench.rendered.put(key, blob)
        yield Drawn(probe, picture, blob)


def request_of(probe: Probe, trial: Trial) -> ImageRequest:
    """A probe at the size that the dataset's photos were cut to."""
    recipe = trial.dataset.recipe
    return ImageRequest(
        prompt=probe.prompt,
        seed=probe.seed,
        width_px=recipe.width_px,
        height_px=recipe.height_px,
        steps=trial.steps,
        guidance=trial.guidance,
    )


def key_of(base_digest: str, checkpoint: Checkpoint | None, request: ImageRequest) -> str:
    """sha256 over all that decides a picture: both networks' digests and the request."""
    parts = [base_digest, checkpoint.digest if checkpoint else None, request.model_dump()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
