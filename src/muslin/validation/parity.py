"""Train/serve parity: does serving draw what was proved?

A proof is worth nothing when pictures are later drawn with another size, strength, seed or
scheduler. So some probes are drawn again through the very function that serves, and laid over those
of the proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from muslin.domain.fact import CheckpointId, ReportId
from muslin.domain.findings import Verdict
from muslin.domain.judging import Parity, Probe, ProbePicture, ValidationReport
from muslin.domain.leaving import GenerateOrder, ImageRequest
from muslin.imaging.types import Picture

PROBES = 4
"""Different prompts that are drawn again: every way of going wrong that we know shows in one."""
AT_MOST = 1.0
"""Levels of 255. Measured with the starter at 192×256 px: in batches of another size 0 (no value
moves by more than one level); one sampler step of 25 fewer 2, a guidance of 4.2 for 4.0 5, another
seed 202."""


def parity_probes(report: ValidationReport) -> list[ProbePicture]:
    """The first pictures of the picked checkpoint with different prompts, PROBES at most."""
    pictures = report.tuned.pictures if report.tuned else ()
    first = {picture.probe.prompt: picture for picture in reversed(pictures)}
    return list(reversed(first.values()))[:PROBES]


def order_of(probe: Probe, drawn_as: ImageRequest) -> GenerateOrder:
    """How somebody would ask for a probe's picture: by its words and its seed."""
    return GenerateOrder(
        prompts=(probe.prompt,),
        seed=probe.seed,
        width_px=drawn_as.width_px,
        height_px=drawn_as.height_px,
        steps=drawn_as.steps,
        guidance=drawn_as.guidance,
    )


def difference(proved: Picture, served: Picture) -> float:
    """What 99 of 100 values stay within, in levels of 255; infinite for another size.

    The last hundredth is left to edges, which one level may tip over.
    """
    if proved.shape != served.shape:
        return float("inf")
    apart = np.abs(proved.astype(np.int16) - served.astype(np.int16))
    return float(np.quantile(apart, 0.99))


def parity_of(
    report: ReportId,
    checkpoint: CheckpointId,
    probes: Sequence[Probe],
    differences: Sequence[float],
    at: datetime,
) -> Parity:
    """The verdict over all probes; unknown without any."""
    alike = bool(differences) and max(differences) <= AT_MOST
    nothing = not differences
    return Parity(
        report=report,
        checkpoint=checkpoint,
        probes=tuple(probes),
        differences=tuple(differences),
        at_most=AT_MOST,
        verdict=Verdict.UNKNOWN if nothing else (Verdict.PASSED if alike else Verdict.FAILED),
        at=at,
    )
