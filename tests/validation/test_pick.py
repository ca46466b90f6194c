from __future__ import annotations

from muslin.domain.fact import CheckpointId
from muslin.domain.findings import Verdict, all_of
from muslin.domain.judging import CheckpointProof, MetricValue
from muslin.domain.training import Errors, HeldOutLoss, NoiseBin
from muslin.validation.pick import by_heart_since, pick

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


def an_exam(held_out: tuple[float, ...], taught: float) -> HeldOutLoss:
    """Changes of the held-out photos' errors, and of the taught ones', all at one noise."""
    change = sum(held_out) / len(held_out)
    errors = Errors(base=1.0, tuned=1 + change)
    by_heart = Errors(base=1.0, tuned=1 + taught)
    found = NoiseBin(noise_fraction=0.5, held_out=errors, taught=by_heart)
    return HeldOutLoss(bins=(found,), photos=held_out)


def examined(proof: CheckpointProof, held_out: tuple[float, ...], taught: float) -> CheckpointProof:
    return proof.model_copy(update={"held_out": an_exam(held_out, taught)})


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


def test_a_closer_checkpoint_that_learns_by_heart_is_passed_over_and_named() -> None:
    proofs = [
        examined(a_proof(100), (-0.10, -0.12, -0.11), taught=-0.12),
        examined(a_proof(200, backdrop_distance=7), (-0.05, -0.06, -0.04), taught=-0.30),
    ]

    choice = pick(proofs, BASE)

    assert choice.checkpoint == "checkpoint-100"
    assert "200 steps came closer but learnt by heart." in choice.reason
    assert "From 200 steps on it learns by heart" in choice.reason
    assert "25 % better" in choice.reason.replace("\u00a0", " ")


def test_pictures_decide_as_long_as_held_out_photos_are_foreseen_ever_better() -> None:
    """The gap may grow: what is learnt still holds for other photos."""
    proofs = [
        examined(a_proof(100), (-0.10, -0.12, -0.11), taught=-0.12),
        examined(a_proof(200, backdrop_distance=7), (-0.12, -0.13, -0.14), taught=-0.30),
    ]

    assert by_heart_since(proofs) is None
    assert pick(proofs, BASE).checkpoint == "checkpoint-200"


def test_a_loss_within_the_photos_own_spread_is_no_sign_of_memory() -> None:
    """One photo lost 0.05, one won 0.04, one stayed: 0.003 on average, ± 0.026."""
    proofs = [
        examined(a_proof(100), (-0.10, -0.12, -0.11), taught=-0.12),
        examined(a_proof(200), (-0.05, -0.16, -0.11), taught=-0.30),
    ]

    assert by_heart_since(proofs) is None


def test_a_checkpoint_that_passes_by_heart_still_beats_one_that_fails() -> None:
    proofs = [
        examined(a_proof(100, backdrop_distance=12.0), (-0.10, -0.12, -0.11), taught=-0.12),
        examined(a_proof(200), (-0.05, -0.06, -0.04), taught=-0.30),
    ]

    assert pick(proofs, BASE).checkpoint == "checkpoint-200"


def test_memory_cannot_be_told_from_chance_on_one_photo() -> None:
    proofs = [
        examined(a_proof(100), (-0.10,), taught=-0.12),
        examined(a_proof(200), (-0.02,), taught=-0.30),
    ]

    assert by_heart_since(proofs) is None
