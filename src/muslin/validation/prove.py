"""Measured values meet their limits: one proof per checkpoint, the base among them."""

from __future__ import annotations

from collections.abc import Sequence

from muslin.domain.dataset import Backdrop
from muslin.domain.findings import all_of
from muslin.domain.judging import CheckpointProof, MetricValue, ProbePicture
from muslin.domain.proving.rules import MachineRule, Rules
from muslin.domain.training import Checkpoint
from muslin.validation.criteria import Criterion
from muslin.validation.measure import Distributions, Measured, aggregate
from muslin.validation.metrics import (
    backdrop,
    beside,
    category,
    colour,
    contrast,
    copies,
    diversity,
    noise,
    sharpness,
)
from muslin.validation.words import faults


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
    checkpoint: Checkpoint | None,
    measured: Measured,
    criteria: Sequence[Criterion],
    rules: Rules,
) -> CheckpointProof:
    """Judge one checkpoint; None = the base, which is held to the same limits and rules."""
    metrics = judged(measured.distributions, criteria)
    further = beside.measured(measured.distributions)
    held = ruled((*metrics, *further), rules)
    return CheckpointProof(
        checkpoint=checkpoint.id if checkpoint else None,
        step=checkpoint.step if checkpoint else 0,
        pictures=with_failures(measured.pictures, metrics),
        metrics=metrics,
        verdict=all_of(metric.verdict for metric in (*metrics, *held)),
        held_out=checkpoint.held_out if checkpoint else None,
        rules=held,
        measured=further,
    )


def ruled(metrics: Sequence[MetricValue], rules: Rules) -> tuple[MetricValue, ...]:
    """What was measured, held against the brand's own limits; unmeasured is unknown."""
    known = {metric.name: metric for metric in metrics}
    return tuple(_ruled(known.get(rule.metric), rule) for rule in rules.machine)


def _ruled(found: MetricValue | None, rule: MachineRule) -> MetricValue:
    value, samples = (found.value, found.samples) if found else (None, 0)
    return MetricValue(
        name=rule.metric,
        value=value,
        unit=found.unit if found else "",
        samples=samples,
        at_most=rule.at_most,
        at_least=rule.at_least,
        verdict=rule.judge(value, samples),
        why=rule.why,
        values=found.values if found else (),
    )


def with_failures(
    pictures: Sequence[ProbePicture], metrics: Sequence[MetricValue]
) -> tuple[ProbePicture, ...]:
    """Pictures with what is wrong with each, by the limits of the whole."""
    limits = {metric.name: metric.at_most for metric in metrics}
    near, alike = limits.get(backdrop.NAME), limits.get(copies.NAME)
    return tuple(
        p.model_copy(update={"failures": tuple(kind for kind, _ in faults(p, near, alike))})
        for p in pictures
    )


def judged(distributions: Distributions, criteria: Sequence[Criterion]) -> tuple[MetricValue, ...]:
    """Every metric that the distributions hold, beside its limit."""
    return tuple(
        c.applied(aggregate(c.metric, distributions[c.metric]), distributions[c.metric])
        for c in criteria
        if c.metric in distributions
    )
