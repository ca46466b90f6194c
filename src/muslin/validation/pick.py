"""One checkpoint is picked, with the reason in words and numbers.

Pictures decide: guards, the distance to the brand, obedience. Errors on photos that were never
taught decide one thing only, whether a checkpoint already learns by heart: of those that pass, one
that does is passed over for one that does not. The training loss decides nothing.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from muslin.domain.fact import CheckpointId
from muslin.domain.findings import Verdict
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

    Guards are all metrics but the backdrop's, and the brand's own rules. One that learns by heart
    comes after those that do not. Of equally close ones the more obedient is picked, then the
    earlier. When no checkpoint's guards hold, the one with the fewest broken ones is picked, so
    that a person can see what went wrong; its verdict says that it may not leave.
    """
    if not proofs:
        return Pick(None, "There is no checkpoint to judge.", Verdict.UNKNOWN)
    since = by_heart_since(proofs)
    best = min(proofs, key=lambda proof: _rank(proof, since))
    words = _passed_words if best.verdict is Verdict.PASSED else _closed_words
    return Pick(best.checkpoint, words(best, proofs, base), best.verdict)


def metric(proof: CheckpointProof, name: str) -> MetricValue:
    """One metric of a proof by name."""
    return next(m for m in proof.metrics if m.name == name)


def by_heart_since(proofs: Sequence[CheckpointProof]) -> int | None:
    """The step of the first checkpoint that learns by heart; None while none does.

    That is one after the checkpoint that foresees held-out photos best, which foresees them worse
    by more than the standard error of the photos' differences while the taught ones gain. The
    same photos and noise were asked each time, so the differences are paired. One standard error
    is the rule of Breiman et al., "Classification and Regression Trees" (1984), section 3.4.3.
    """
    asked = [(p, p.held_out) for p in proofs if p.held_out is not None]
    if not asked:
        return None
    best, at_best = min(asked, key=lambda pair: pair[1].change)
    for proof, held_out in asked:
        later = proof.step > best.step and held_out.gap > at_best.gap
        if later and _worse(held_out.photos, at_best.photos):
            return proof.step
    return None


def _worse(photos: Sequence[float], at_best: Sequence[float]) -> bool:
    """Whether paired changes lie above others by more than one standard error of their mean."""
    lost = [now - then for now, then in zip(photos, at_best, strict=True)]
    if len(lost) < 2:
        return False
    return statistics.fmean(lost) > statistics.stdev(lost) / math.sqrt(len(lost))


def _by_heart(proof: CheckpointProof, since: int | None) -> bool:
    return since is not None and proof.step >= since


def _rank(proof: CheckpointProof, since: int | None) -> tuple[int, int, int, float, float, int]:
    guards = [m.verdict for m in proof.metrics if m.name != backdrop.NAME]
    guards += [m.verdict for m in proof.rules]
    distance = metric(proof, backdrop.NAME).value
    obedience = sum(metric(proof, name).value or 0.0 for name in (colour.NAME, category.NAME))
    return (
        guards.count(Verdict.FAILED),
        guards.count(Verdict.UNKNOWN),
        2 if proof.verdict is not Verdict.PASSED else int(_by_heart(proof, since)),
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
    among = f"Of {len(proofs)} checkpoints {passed} passed; it is the closest to the brand"
    closer = _rejected_closer(best, proofs)
    among += " of those that may be picked." if closer else "."
    more = [among if len(proofs) > 1 else "", *closer, _memory(proofs)]
    return " ".join([stands, *(words for words in more if words)])


def _memory(proofs: Sequence[CheckpointProof]) -> str:
    """From which step on the network learns by heart, if it does."""
    since = by_heart_since(proofs)
    found = next((p.held_out for p in proofs if p.step == since), None)
    if found is None:
        return ""
    return (
        f"From {since} steps on it learns by heart: photos that it was taught are foreseen "
        f"{percent(found.gap)} better than photos that were held out."
    )


def _rejected_closer(best: CheckpointProof, proofs: Sequence[CheckpointProof]) -> list[str]:
    """A sentence for each checkpoint that lies closer to the backdrop but was passed over."""
    limit = metric(best, backdrop.NAME).value or 0.0
    closer = [
        p
        for p in proofs
        if (distance := metric(p, backdrop.NAME).value) is not None and distance < limit
    ]
    since = by_heart_since(proofs)
    return [
        f"{p.step} steps came closer but failed: {_complaints(p)}."
        if p.verdict is not Verdict.PASSED
        else f"{p.step} steps came closer but learnt by heart."
        for p in closer
        if p.verdict is not Verdict.PASSED or _by_heart(p, since)
    ]


def _closed_words(
    best: CheckpointProof, proofs: Sequence[CheckpointProof], _base: CheckpointProof
) -> str:
    return (
        f"None of {len(proofs)} checkpoints passed; {best.step} steps comes nearest but "
        f"{_complaints(best)}."
    )


def _complaints(proof: CheckpointProof) -> str:
    return "; ".join(complaint(m) for m in proof.judged if m.verdict is not Verdict.PASSED)
