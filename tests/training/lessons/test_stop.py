from __future__ import annotations

from pathlib import Path

import pytest
import torch

from muslin.domain.progress import Cancelled, Progress
from muslin.domain.training import Errors, HeldOutLoss, NoiseBin, TrainingRun
from muslin.training.lessons.stop import exams_in_vain, until
from muslin.training.loop import Taken
from muslin.training.train import Bench, checkpoints_of, train
from tests.training.a_shoot import PaintedPictures, a_dataset, a_profile, a_run

LEARNS_NOTHING = 1e-30
"""A rate at which no float32 weight of an adapter moves a picture."""


def an_exam(*photos: float, taught: float = -0.5) -> HeldOutLoss:
    """What became of each held-out photo, and of the taught ones, as shares of the base's error."""
    held_out = Errors(base=1.0, tuned=1 + sum(photos) / len(photos))
    known = Errors(base=1.0, tuned=1 + taught)
    return HeldOutLoss(
        bins=(NoiseBin(noise_fraction=0.5, held_out=held_out, taught=known),), photos=photos
    )


def test_while_held_out_photos_gain_no_exam_is_in_vain() -> None:
    assert exams_in_vain([an_exam(-0.1, -0.1), an_exam(-0.2, -0.2), an_exam(-0.3, -0.3)]) == 0


def test_exams_no_better_than_the_best_before_them_are_counted() -> None:
    """The third is better than the second, but not than the first."""
    exams = [an_exam(-0.3, -0.3), an_exam(-0.1, -0.1), an_exam(-0.2, -0.2)]

    assert exams_in_vain(exams) == 2
    assert exams_in_vain([*exams, an_exam(-0.4, -0.4)]) == 0


def test_a_gap_that_grows_while_held_out_photos_stand_still_is_in_vain() -> None:
    assert exams_in_vain([an_exam(-0.2, -0.2), an_exam(-0.2, -0.2, taught=-0.9)]) == 1


def test_a_gain_within_the_spread_of_photos_is_none() -> None:
    """Gains of 0.3 and -0.1: their mean of 0.1 lies within their standard error of 0.2."""
    assert exams_in_vain([an_exam(-0.2, -0.2), an_exam(-0.5, -0.1)]) == 1
    assert exams_in_vain([an_exam(-0.2, -0.2), an_exam(-0.5, -0.3)]) == 0


def test_the_base_itself_is_to_be_beaten() -> None:
    assert exams_in_vain([an_exam(0.1, 0.2), an_exam(0.05, 0.1)]) == 2
    assert exams_in_vain([]) == 0


def test_no_step_is_taken_once_it_is_over() -> None:
    taken = Taken(torch.tensor(1.0), torch.tensor(1.0))
    over = iter([False, False, True])

    assert len(list(until([taken] * 9, lambda: next(over)))) == 3


@pytest.fixture
def flat(tiny_folder: Path) -> TrainingRun:
    profile = a_profile(
        learning_rate=LEARNS_NOTHING, steps=12, save_every=2, stop_when_flat=2, warmup_steps=0
    )
    return a_run(tiny_folder, profile)


def test_a_run_with_nothing_to_gain_ends_early_and_says_so(
    flat: TrainingRun, tmp_path: Path
) -> None:
    bench, heard = Bench(tmp_path, threads=1), list[Progress]()

    made = train(flat, a_dataset(), PaintedPictures(), bench, heard.append)

    assert [checkpoint.step for checkpoint in made] == [2, 4]
    assert heard[-1].done == heard[-1].total
    assert "early" in heard[-1].note
    heard.clear()
    assert train(flat, a_dataset(), PaintedPictures(), bench, heard.append) == made
    assert heard == []


def test_a_run_that_was_stopped_ends_as_early(flat: TrainingRun, tmp_path: Path) -> None:
    bench = Bench(tmp_path, threads=1)

    def stop_after_three(progress: Progress) -> None:
        if progress.step == "train" and progress.done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(flat, a_dataset(), PaintedPictures(), bench, stop_after_three)
    train(flat, a_dataset(), PaintedPictures(), bench)

    assert [checkpoint.step for checkpoint in checkpoints_of(flat, bench)] == [2, 4]


def test_without_held_out_photos_no_run_ends_early(flat: TrainingRun, tmp_path: Path) -> None:
    dataset = a_dataset(held_out=0)

    made = train(flat, dataset, PaintedPictures(), Bench(tmp_path, threads=1))

    assert [checkpoint.step for checkpoint in made] == [2, 4, 6, 8, 10, 12]
