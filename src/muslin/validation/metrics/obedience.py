"""What both obediences share: a tuned network may forget a little of the base, not more."""

from __future__ import annotations

from muslin.validation.criteria import Criterion

KEPT = 0.8
"""The share of the base's obedience that tuning must keep."""
MIN_SAMPLES = 8


def written(share: float) -> str:
    """`88 %`, with a space that no line breaks at."""
    return f"{100 * share:.0f}\u00a0%"


def against_base(metric: str, words: str, base_share: float | None) -> Criterion:
    """At least KEPT times the base's own share; no bound when the base's was not measured."""
    if base_share is None:
        why = "The base's own share was not measured, so there is nothing to compare with."
        return Criterion(metric=metric, unit="share", min_samples=MIN_SAMPLES, why=why)
    limit = KEPT * base_share
    return Criterion(
        metric=metric,
        unit="share",
        at_least=limit,
        min_samples=MIN_SAMPLES,
        why=(
            f"The untuned base draws {written(base_share)} of these probes {words}; tuning must "
            f"keep {written(KEPT)} of that, {written(limit)}."
        ),
    )
