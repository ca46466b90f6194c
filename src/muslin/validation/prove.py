"""Measured values meet their limits: one proof per checkpoint, the base among them."""

from __future__ import annotations

from collections.abc import Sequence

from muslin.domain.dataset import Backdrop
from muslin.domain.findings import all_of
from muslin.domain.judging import CheckpointProof, MetricValue
from muslin.domain.training import Checkpoint
from muslin.validation.criteria import Criterion
from muslin.validation.measure import Distributions, Measured, aggregate
from muslin.validation.metrics import (
    backdrop,
    category,
    colour,
    contrast,
    copies,
    diversity,
    noise,
    sharpness,
)


def criteria_of(
    wanted: Backdrop, base: Distributions, brand: Distributions
) -> tuple[Criterion, ...]:
    """The limits of one validation, each drawn from what base and brand themselves measure."""
    return (
        backdrop.criterion(wanted),
        colour.criterion(aggregate(colour.NAME, base[colour.NAME])),
        category.criterion(aggregate(category.NAME, base[category.NAME])),
        copies.criterion(brand[copies.NAME]),
        contrast.criterion(base[contrast.NAME], brand[contrast.NAME]),
        diversity.criterion(base[diversity.NAME], brand[diversity.NAME]),
        sharpness.criterion(base[sharpness.NAME], brand[sharpness.NAME]),
        noise.criterion(base[noise.NAME], brand[noise.NAME]),
    )


def prove(
    checkpoint: Checkpoint | None, measured: Measured, criteria: Sequence[Criterion]
) -> CheckpointProof:
    """Judge one checkpoint; None = the base, which is held to the same limits."""
    metrics = judged(measured.distributions, criteria)
    return CheckpointProof(
        checkpoint=checkpoint.id if checkpoint else None,
        step=checkpoint.step if checkpoint else 0,
        pictures=measured.pictures,
        metrics=metrics,
        verdict=all_of(metric.verdict for metric in metrics),
        held_out=checkpoint.held_out if checkpoint else None,
    )


def judged(distributions: Distributions, criteria: Sequence[Criterion]) -> tuple[MetricValue, ...]:
    """Every metric that the distributions hold, beside its limit."""
    return tuple(
        c.applied(aggregate(c.metric, distributions[c.metric]), distributions[c.metric])
        for c in criteria
        if c.metric in distributions
    )
