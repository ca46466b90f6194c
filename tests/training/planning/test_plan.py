from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from muslin.domain.errors import NotEnoughPhotos, PlanRefused
from muslin.domain.training import Known
from muslin.training.planning.memory import Needs
from muslin.training.planning.pace import attention, foresee
from muslin.training.planning.plan import Drawing, Pace, Terms, plan
from muslin.training.planning.price import Rates
from muslin.training.planning.start import Start, measure_start
from muslin.training.train import Bench
from tests.training.a_shoot import PaintedPictures, a_dataset, a_profile

ROOMY = Terms(64_000_000_000)
START = Start(train_s=3.0, draw_s=5.0)
QUICK = Pace(step_s=0.5, slow_step_s=0.7, drawing_s=0.1, start=START)
NEEDS = Needs(fixed=600_000_000, learnt=100_000_000, photo={"kept": 50_000_000})
"""8 photos need 1 GB."""


def test_a_plan_says_steps_checkpoints_views_time_and_memory() -> None:
    profile = a_profile(steps=100, save_every=30, batch_size=8)

    planned = plan(a_dataset(20), profile, NEEDS, QUICK, ROOMY)

    assert (planned.photos, planned.steps, planned.checkpoints) == (20, 100, 4)
    assert planned.views_per_photo == 40
    assert (planned.seconds, planned.slow_seconds) == (3 + 50, 3 + 70)
    assert planned.memory_bytes == 1_000_000_000
    assert planned.notes == ("Each photo is seen about 40 times.",)


def test_the_bill_holds_the_proof_of_every_checkpoint_and_of_the_base() -> None:
    terms = Terms(ROOMY.available_bytes, Rates(watts=360), Drawing(pictures=24, steps=25))
    profile = a_profile(steps=100, save_every=30, batch_size=8)

    bill = {one.name: one for one in plan(a_dataset(20), profile, NEEDS, QUICK, terms).bill}

    proof_s = 5 + 5 * 24 * 25 * 0.1
    assert bill["validate"].value == pytest.approx(proof_s)
    assert bill["energy"].value == pytest.approx((3 + 50 + proof_s) * 360 / 3.6e6)
    assert bill["energy"].known is Known.SETTINGS
    assert bill["train"].known is bill["memory"].known is Known.MEASURED
    assert (bill["money"].value, bill["money"].known) == (None, Known.UNKNOWN)


def test_exams_on_held_out_photos_take_their_time() -> None:
    """Four checkpoints and the base are asked."""
    pace = replace(QUICK, exam_s=7.0)

    planned = plan(a_dataset(20), a_profile(steps=100, save_every=30), NEEDS, pace, ROOMY)

    assert planned.seconds == 3 + 50 + 5 * 7


def test_held_out_photos_do_not_count() -> None:
    with pytest.raises(NotEnoughPhotos, match="3 photos"):
        plan(a_dataset(taught=3, held_out=10), a_profile(), NEEDS, QUICK, ROOMY)


def test_a_run_that_does_not_fit_into_memory_is_told_what_would() -> None:
    """905 MB leave 305 for photos: six of 50 MB, or eight smaller ones, or 95 MB less rank."""
    profile = a_profile(batch_size=8, rank=100)

    with pytest.raises(PlanRefused, match=r"1\.00 GB; 0\.91 GB") as refusal:
        plan(a_dataset(), profile, NEEDS, QUICK, Terms(905_000_000))

    assert "batch_size 6 (now 8)" in refusal.value.hint
    assert "photos of 128×192 px" in refusal.value.hint  # 192×256, times √(305 / 400), by 64
    assert "rank 5 (now 100)" in refusal.value.hint


def test_what_is_said_to_fit_does_fit() -> None:
    for available in range(650_000_000, 1_000_000_000, 50_000_000):
        with pytest.raises(PlanRefused) as refusal:
            plan(a_dataset(), a_profile(batch_size=8), NEEDS, QUICK, Terms(available))

        batch_size = int(refusal.value.hint.partition("batch_size ")[2].split()[0])
        fits = a_profile(batch_size=batch_size)
        plan(a_dataset(), fits, NEEDS, QUICK, Terms(available))
        with pytest.raises(PlanRefused):
            plan(a_dataset(), a_profile(batch_size=batch_size + 1), NEEDS, QUICK, Terms(available))


def test_a_base_that_fits_in_no_way_says_how_much_it_takes() -> None:
    with pytest.raises(PlanRefused) as refusal:
        plan(a_dataset(), a_profile(batch_size=8, method="full"), NEEDS, QUICK, Terms(500_000_000))

    assert "less than 0.65 GB" in refusal.value.hint


def test_activations_are_recomputed_only_where_nothing_else_fits() -> None:
    needs = Needs(600_000_000, 0, {"kept": 50_000_000, "recomputed": 10_000_000})
    profile = a_profile(batch_size=8)

    roomy = plan(a_dataset(), profile, needs, QUICK, Terms(1_000_000_000))
    tight = plan(a_dataset(), profile, needs, QUICK, Terms(999_000_000))

    assert (roomy.memory_bytes, tight.memory_bytes) == (1_000_000_000, 680_000_000)


def test_a_plan_warns_of_repetition() -> None:
    notes = plan(a_dataset(5), a_profile(steps=1000, batch_size=8), NEEDS, QUICK, ROOMY).notes

    assert len(notes) == 3
    assert "1600 times" in notes[0]
    assert "copies" in notes[1]
    assert "twice" in notes[2]


def test_a_run_is_foreseen_from_its_own_photos(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muslin.training.planning.pace.measure_start", lambda *_: START)
    profile = a_profile(base=str(tiny_folder))
    terms = Terms(ROOMY.available_bytes, drawing=Drawing(pictures=2, steps=3))

    planned = foresee(a_dataset(), profile, PaintedPictures(), Bench(tmp_path, threads=1), terms)

    bill = {one.name: one.value for one in planned.bill}
    assert planned.steps == profile.steps
    assert START.train_s < planned.seconds <= planned.slow_seconds < START.train_s + 12 * 5 + 4 * 60
    assert START.draw_s < (bill["validate"] or 0) < START.draw_s + 8 * 3 * 5
    assert list(Bench(tmp_path, threads=1).encodings().rglob("*.safetensors"))
    chosen = {choice.name: choice.chosen for choice in planned.choices}
    assert chosen["activations"] == "kept"
    assert chosen["threads"] == "1"


def test_the_start_is_that_of_a_process_which_opens_the_base(tiny_folder: Path) -> None:
    start = measure_start(str(tiny_folder), "cpu")

    assert 0.2 < start.train_s < start.draw_s  # torch alone takes longer to import


def test_a_base_that_no_process_can_open_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanRefused, match="ended with status 1"):
        measure_start(str(tmp_path), "cpu")


def test_a_plan_says_that_a_run_may_end_sooner() -> None:
    notes = plan(a_dataset(20), a_profile(stop_when_flat=2), NEEDS, QUICK, ROOMY).notes

    assert any("2 checkpoints in a row" in note for note in notes)


def test_a_run_that_cannot_fit_is_refused_before_a_step_is_taken(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        pytest.fail("a step was taken")

    monkeypatch.setattr("muslin.training.planning.pace.learn", never)
    profile = a_profile(base=str(tiny_folder))
    bench = Bench(tmp_path, threads=1)

    with pytest.raises(PlanRefused):
        foresee(a_dataset(), profile, PaintedPictures(), bench, Terms(500_000_000))


def test_attention_is_named_by_the_kernel_that_torch_takes() -> None:
    assert attention(torch.device("cpu")) in {"flash", "math"}
