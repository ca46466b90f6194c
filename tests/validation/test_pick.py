from __future__ import annotations

from muslin.domain.findings import Verdict, all_of
from muslin.domain.ids import CheckpointId
from muslin.domain.judging import CheckpointProof, MetricValue
from muslin.validation.pick import pick

LIMITS = {
    "backdrop_distance": ("ΔE00", None, 10.0),
    "colour_obedience": ("share", 0.6, None),
    "category_obedience": ("share", 0.6, None),
    "copies": ("correlation", None, 0.75),
}
GOOD = {"backdrop_distance": 8.0, "colour_obedience": 0.8, "category_obedience": 0.9, "copies": 0.5}


def a_metric(name: str, value: float | None) -> MetricValue:
    unit, low, high = LIMITS[name]
    broken = value is not None and (
        (low is not None and value < low) or (high is not None and value > high)
    )
    verdict = Verdict.FAILED if broken else Verdict.PASSED
    return MetricValue(
        name=name,
        value=value,
        unit=unit,
        samples=0 if value is None else 24,
        at_least=low,
        at_most=high,
        verdict=Verdict.UNKNOWN if value is None else verdict,
        why="",
    )


def a_proof(step: int, **values: float | None) -> CheckpointProof:
    metrics = tuple(a_metric(name, value) for name, value in {**GOOD, **values}.items())
    return CheckpointProof(
        checkpoint=CheckpointId(f"checkpoint-{step}"),
        step=step,
        pictures=(),
        metrics=metrics,
        verdict=all_of(m.verdict for m in metrics),
    )


BASE = a_proof(0, backdrop_distance=24.0)


def test_the_checkpoint_closest_to_the_brands_backdrop_is_picked() -> None:
    choice = pick([a_proof(100, backdrop_distance=9), a_proof(200), a_proof(300)], BASE)

    assert choice.checkpoint == "checkpoint-200"
    assert choice.verdict is Verdict.PASSED
    for words in ("After 200 steps", "8.0", "limit 10.0", "base 24.0", "Of 3 checkpoints 3 passed"):
        assert words in choice.reason.replace("\u00a0", " ")


def test_a_closer_checkpoint_that_copies_is_named_and_left_out() -> None:
    choice = pick([a_proof(100), a_proof(200, backdrop_distance=5, copies=0.9)], BASE)

    assert choice.checkpoint == "checkpoint-100"
    assert "200 steps came closer but failed: copies is 0.90, limit 0.75" in choice.reason


def test_equally_close_ones_are_decided_by_obedience_then_by_the_earlier_step() -> None:
    obedient = [
        a_proof(100),
        a_proof(200, colour_obedience=0.9),
        a_proof(300, colour_obedience=0.9),
    ]

    assert pick(obedient, BASE).checkpoint == "checkpoint-200"


def test_a_difference_that_no_eye_sees_does_not_outweigh_obedience() -> None:
    proofs = [
        a_proof(100, backdrop_distance=8.01),
        a_proof(200, backdrop_distance=7.99, colour_obedience=0.7),
    ]

    assert pick(proofs, BASE).checkpoint == "checkpoint-100"


def test_when_none_passes_the_best_is_picked_to_look_at_and_the_verdict_says_failed() -> None:
    choice = pick([a_proof(100, backdrop_distance=14.2), a_proof(200, copies=0.9)], BASE)

    assert choice.checkpoint == "checkpoint-100"
    assert choice.verdict is Verdict.FAILED
    expected = "100 steps comes nearest but backdrop is 14.2 ΔE00, limit 10.0 ΔE00."
    assert expected in choice.reason.replace("\u00a0", " ")


def test_what_was_not_measured_blocks_and_says_so() -> None:
    choice = pick([a_proof(100, category_obedience=None)], BASE)

    assert choice.verdict is Verdict.UNKNOWN
    assert "garment could not be judged (0 pictures measured)" in choice.reason


def test_without_checkpoints_nothing_is_picked() -> None:
    choice = pick([], BASE)

    assert (choice.checkpoint, choice.verdict) == (None, Verdict.UNKNOWN)
