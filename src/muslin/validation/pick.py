"""One checkpoint is picked, with the reason in words and numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from muslin.domain.findings import Verdict
from muslin.domain.ids import CheckpointId
from muslin.domain.judging import CheckpointProof, MetricValue
from muslin.validation.metrics import backdrop, category, colour
from muslin.validation.words import amount, complaint, percent

SAME_DISTANCE = 0.1
"""Backdrop distances are compared in steps of this ΔE00: no eye tells a smaller difference."""


@dataclass(frozen=True, slots=True)
class Pick:
    """The checkpoint to review, why it, and whether it passed."""

    checkpoint: CheckpointId | None
    reason: str
    verdict: Verdict


def pick(proofs: Sequence[CheckpointProof], base: CheckpointProof) -> Pick:
    """The checkpoint whose guards hold and that lies closest to the brand's backdrop.

    Guards are all metrics but the backdrop's. Of equally close ones the more obedient is picked,
    then the earlier. When no checkpoint's guards hold, the one with the fewest broken ones is
    picked, so that a person can see what went wrong; its verdict says that it may not leave.
    """
    if not proofs:
        return Pick(None, "There is no checkpoint to judge.", Verdict.UNKNOWN)
    best = min(proofs, key=_rank)
    words = _passed_words if best.verdict is Verdict.PASSED else _closed_words
    return Pick(best.checkpoint, words(best, proofs, base), best.verdict)


def metric(proof: CheckpointProof, name: str) -> MetricValue:
    """One metric of a proof by name."""
    return next(m for m in proof.metrics if m.name == name)


def _rank(proof: CheckpointProof) -> tuple[int, int, float, float, int]:
    guards = [m.verdict for m in proof.metrics if m.name != backdrop.NAME]
    distance = metric(proof, backdrop.NAME).value
    obedience = sum(metric(proof, name).value or 0.0 for name in (colour.NAME, category.NAME))
    return (
        guards.count(Verdict.FAILED),
        guards.count(Verdict.UNKNOWN),
        math.inf if distance is None else round(distance / SAME_DISTANCE),
        -obedience,
        proof.step,
    )


def _passed_words(
    best: CheckpointProof, proofs: Sequence[CheckpointProof], base: CheckpointProof
) -> str:
    near, untuned = metric(best, backdrop.NAME), metric(base, backdrop.NAME)
    obeyed = [metric(best, name).value for name in (colour.NAME, category.NAME)]
    passed = sum(p.verdict is Verdict.PASSED for p in proofs)
    stands = (
        f"After {best.step} steps the look stands on the brand's backdrop "
        f"({amount(near.value, near.unit)}, limit {amount(near.at_most, near.unit)}, "
        f"base {amount(untuned.value, untuned.unit)}), draws {percent(obeyed[0])} of garments in "
        f"the asked colour and {percent(obeyed[1])} as the asked garment, and copies no photo."
    )
    among = f"Of {len(proofs)} checkpoints {passed} passed; it is the closest to the brand."
    return " ".join([stands, among if len(proofs) > 1 else "", *_rejected_closer(best, proofs)])


def _rejected_closer(best: CheckpointProof, proofs: Sequence[CheckpointProof]) -> list[str]:
    """A sentence for each checkpoint that lies closer to the backdrop but broke a guard."""
    limit = metric(best, backdrop.NAME).value or 0.0
    return [
        f"{p.step} steps came closer but failed: {_complaints(p)}."
        for p in proofs
        if p.verdict is not Verdict.PASSED
        and (distance := metric(p, backdrop.NAME).value) is not None
        and distance < limit
    ]


def _closed_words(
    best: CheckpointProof, proofs: Sequence[CheckpointProof], _base: CheckpointProof
) -> str:
    return (
        f"None of {len(proofs)} checkpoints passed; {best.step} steps comes nearest but "
        f"{_complaints(best)}."
    )


def _complaints(proof: CheckpointProof) -> str:
    return "; ".join(complaint(m) for m in proof.metrics if m.verdict is not Verdict.PASSED)
