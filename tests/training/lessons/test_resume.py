"""A run that asks for everything at once is still the same run after a stop."""

from __future__ import annotations

from pathlib import Path

import pytest

from muslin.domain.dataset import DatasetVersion, Split
from muslin.domain.progress import Cancelled, Progress
from muslin.training.train import Bench, checkpoints_of, train
from tests.training.a_shoot import PaintedPictures, a_dataset, a_photo, a_profile, a_run

EVERYTHING = a_profile(
    mirrored_fraction=0.5,
    garment_weight=3.0,
    prior_fraction=0.3,
    prior_prompts=("a red coat, on a white background", "a navy coat, on a grey background"),
    least_rank_fraction=0.5,
    ema=0.9,
    batch_size=2,
)


def of_two_sizes() -> DatasetVersion:
    wide = (a_photo(50, width_px=64), a_photo(51, width_px=64))
    held_out = a_photo(60, Split.HOLD_OUT, width_px=64)
    return a_dataset().model_copy(update={"photos": (*a_dataset().photos, *wide, held_out)})


@pytest.mark.parametrize("stop", [4, 7])
def test_a_run_with_every_wish_ends_the_same_after_a_stop(
    tiny_folder: Path, tmp_path: Path, stop: int
) -> None:
    run = a_run(tiny_folder, EVERYTHING)

    def stop_once(progress: Progress) -> None:
        if progress.step == "train" and progress.done == stop:
            raise Cancelled

    unbroken, broken = Bench(tmp_path / "one", threads=1), Bench(tmp_path / "two", threads=1)
    train(run, of_two_sizes(), PaintedPictures(), unbroken)
    with pytest.raises(Cancelled):
        train(run, of_two_sizes(), PaintedPictures(), broken, stop_once)
    train(run, of_two_sizes(), PaintedPictures(), broken)

    ended = checkpoints_of(run, broken)
    assert ended == checkpoints_of(run, unbroken)  # adapters and what the exam says of them
    assert all(c.held_out is not None and len(c.held_out.photos) == 2 for c in ended)


def test_a_checkpoint_says_what_the_average_that_it_keeps_can_do(
    tiny_folder: Path, tmp_path: Path
) -> None:
    """The weights themselves take the same way; only the average is another."""
    changes = []
    for ema in (0.0, 0.999):
        profile = a_profile(ema=ema, learning_rate=1e-2)
        run = a_run(tiny_folder, profile, name=f"run-{ema}")
        bench = Bench(tmp_path / str(ema), threads=1)
        (*_, last) = train(run, a_dataset(), PaintedPictures(), bench)
        assert last.held_out is not None
        changes.append(abs(last.held_out.taught_change))

    assert 0 < changes[1] != changes[0] > 0
