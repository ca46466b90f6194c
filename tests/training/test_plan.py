from __future__ import annotations

from pathlib import Path

import pytest
import torch

from muslin.domain.errors import NotEnoughPhotos, PlanRefused
from muslin.networks.diffusion.base import Base
from muslin.training.cache import EncodingCache
from muslin.training.pace import LIBRARIES_BYTES, foresee, measure
from muslin.training.plan import START_S, Pace, plan
from muslin.training.prepare import prepare
from muslin.training.train import Bench
from tests.training.a_shoot import PaintedPictures, a_dataset, a_profile

ROOMY = 64_000_000_000
QUICK = Pace(step_s=0.5, memory_bytes=1_000_000_000)


def test_a_plan_says_steps_checkpoints_time_and_memory() -> None:
    planned = plan(a_dataset(20), a_profile(steps=100, save_every=30, batch_size=4), QUICK, ROOMY)

    assert (planned.photos, planned.steps, planned.checkpoints) == (20, 100, 4)
    assert planned.seconds == START_S + 50
    assert planned.memory_bytes == 1_000_000_000
    assert planned.notes == ("Each photo is seen about 20 times.",)


def test_held_out_photos_do_not_count() -> None:
    with pytest.raises(NotEnoughPhotos, match="3 photos"):
        plan(a_dataset(taught=3, held_out=10), a_profile(), QUICK, ROOMY)


def test_a_run_that_does_not_fit_into_memory_is_refused_with_a_way_out() -> None:
    with pytest.raises(PlanRefused, match=r"1\.0 GB; 0\.9 GB") as refusal:
        plan(a_dataset(), a_profile(batch_size=8), QUICK, 900_000_000)

    assert "batch_size (now 8)" in refusal.value.hint


def test_a_plan_warns_of_repetition() -> None:
    notes = plan(a_dataset(5), a_profile(steps=1000, batch_size=8), QUICK, ROOMY).notes

    assert len(notes) == 3
    assert "1600 times" in notes[0]
    assert "copies" in notes[1]
    assert "twice" in notes[2]


def test_memory_grows_evenly_with_the_batch(tiny: Base, tmp_path: Path) -> None:
    lessons = prepare(
        tiny, a_dataset(), PaintedPictures(), EncodingCache(tmp_path), torch.device("cpu")
    )

    two, four, eight = (measure(tiny, a_profile(batch_size=n), lessons) for n in (2, 4, 8))

    assert all(0 < pace.step_s < 5 for pace in (two, four, eight))
    assert two.memory_bytes > LIBRARIES_BYTES
    added = four.memory_bytes - two.memory_bytes
    assert added > 0
    assert eight.memory_bytes - four.memory_bytes == pytest.approx(2 * added, rel=0.05)


def test_a_run_is_foreseen_from_its_own_photos(tiny_folder: Path, tmp_path: Path) -> None:
    profile = a_profile(base=str(tiny_folder))

    planned = foresee(a_dataset(), profile, PaintedPictures(), Bench(tmp_path, threads=1), ROOMY)

    assert planned.steps == profile.steps
    assert planned.seconds > START_S
    assert list(Bench(tmp_path, threads=1).encodings().rglob("*.safetensors"))
