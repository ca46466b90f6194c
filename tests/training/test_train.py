from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import sys
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import numpy as np
import pytest
import torch

from muslin.domain.errors import InvalidRequest, WeightsMissing
from muslin.domain.leaving import ImageRequest
from muslin.domain.progress import Cancelled, Progress
from muslin.domain.training import Checkpoint, TrainingRun
from muslin.networks.diffusion.base import Base, open_base
from muslin.networks.diffusion.opening import Denoiser, open_denoiser
from muslin.networks.diffusion.render import Renderer
from muslin.networks.diffusion.tuning.apply import apply
from muslin.networks.diffusion.tuning.files import ADAPTER_FILE, read_adapter
from muslin.training.cache import EncodingCache
from muslin.training.draws import Batch, batches
from muslin.training.loop import weighted_error
from muslin.training.prepare import prepare
from muslin.training.save import MANIFEST, step_folder
from muslin.training.train import Bench, checkpoints_of, train
from tests.training.a_shoot import (
    PaintedPictures,
    a_dataset,
    a_profile,
    a_run,
    train_in_a_process,
)


def at(home: Path) -> Bench:
    return Bench(home, threads=1)


def trained(run: TrainingRun, home: Path) -> list[Checkpoint]:
    return train(run, a_dataset(), PaintedPictures(), at(home))


@pytest.fixture(scope="module")
def run(tiny_folder: Path) -> TrainingRun:
    return a_run(tiny_folder, a_profile())


@pytest.fixture(scope="module")
def whole(run: TrainingRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the run went through without a stop."""
    home = tmp_path_factory.mktemp("whole")
    trained(run, home)
    return home


def test_a_run_leaves_a_checkpoint_for_every_few_steps(run: TrainingRun, whole: Path) -> None:
    checkpoints = checkpoints_of(run, at(whole))

    assert [c.step for c in checkpoints] == [5, 10, 12]
    assert len({c.digest for c in checkpoints}) == len({c.id for c in checkpoints}) == 3
    assert all(np.isfinite(c.loss) and c.loss > 0 for c in checkpoints)
    assert all((whole / c.folder / ADAPTER_FILE).is_file() for c in checkpoints)


def test_a_checkpoint_changes_the_pictures_of_its_base(run: TrainingRun, whole: Path) -> None:
    renderer = Renderer(open_base(run.profile.base))
    request = ImageRequest(prompt="a red coat", seed=1, width_px=32, height_px=48, steps=4)
    (before,) = renderer.render([request])

    renderer.use(whole / checkpoints_of(run, at(whole))[-1].folder)

    (after,) = renderer.render([request])
    assert not np.array_equal(before, after)


def test_a_run_answers_better_than_its_base_to_what_it_was_shown(
    tiny: Base, tmp_path: Path
) -> None:
    eager = a_profile(steps=40, save_every=40, learning_rate=2e-2, rank=8, batch_size=8)
    run = a_run(tiny.folder, eager)
    lessons = prepare(
        tiny, a_dataset(), eager, PaintedPictures(), EncodingCache(tmp_path), torch.device("cpu")
    )
    shown = list(batches(eager, lessons, tiny.family.process(tiny.folder), done=20))
    denoiser = open_denoiser(tiny, torch.device("cpu"))

    (checkpoint,) = trained(run, tmp_path)

    before = mean_error(denoiser, shown)
    apply(denoiser.network, tmp_path / checkpoint.folder, "unet")
    assert mean_error(denoiser, shown) < 0.97 * before


@torch.no_grad()
def mean_error(denoiser: Denoiser, shown: list[Batch]) -> float:
    errors = [weighted_error(denoiser(b.noisy, b.times, b.condition), b).item() for b in shown]
    return sum(errors) / len(errors)


@pytest.mark.parametrize("stop", [1, 5, 7, 11])
def test_a_run_that_was_stopped_ends_with_the_very_same_adapter(
    run: TrainingRun, whole: Path, tmp_path: Path, stop: int
) -> None:
    def stop_once(progress: Progress) -> None:
        if progress.step == "train" and progress.done == stop:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(run, a_dataset(), PaintedPictures(), at(tmp_path), stop_once)
    torch.manual_seed(stop)  # no state of torch may matter

    assert trained(run, tmp_path) == checkpoints_of(run, at(whole))


TUNINGS = [
    {"method": method, **optimizer, "ema": 0.5, "least_rank_fraction": least}
    for method, least in [("lora", 0.25), ("dora", 1.0), ("lokr", 1.0), ("full", 1.0)]
    for optimizer in (
        {"optimizer": "adamw"},
        {"optimizer": "prodigy", "learning_rate": 1.0},
        {"optimizer": "adafactor"},
    )
]


@pytest.mark.parametrize("fields", TUNINGS, ids=lambda f: f"{f['method']}-{f['optimizer']}")
def test_every_method_and_optimizer_goes_on_to_the_very_same_checkpoint(
    tiny_folder: Path, tmp_path: Path, fields: dict[str, float | str]
) -> None:
    run = a_run(tiny_folder, a_profile(steps=4, save_every=4, **fields))
    (straight,) = trained(run, tmp_path / "straight")

    def stop_half_way(progress: Progress) -> None:
        if progress.step == "train" and progress.done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(run, a_dataset(), PaintedPictures(), at(tmp_path / "stopped"), stop_half_way)
    torch.manual_seed(1)
    (again,) = trained(run, tmp_path / "stopped")

    assert again == straight


def test_a_torn_state_falls_back_to_the_one_before(
    run: TrainingRun, whole: Path, tmp_path: Path
) -> None:
    def stop_twice(progress: Progress) -> None:
        if progress.step == "train" and progress.done in (6, 8):
            raise Cancelled

    for _ in range(2):
        with pytest.raises(Cancelled):
            train(run, a_dataset(), PaintedPictures(), at(tmp_path), stop_twice)
    states = at(tmp_path).states(run)
    (step_folder(states, 8) / MANIFEST).unlink()
    steps: list[int] = []

    train(run, a_dataset(), PaintedPictures(), at(tmp_path), lambda p: steps.append(p.done))

    assert steps[-6:] == [7, 8, 9, 10, 11, 12]
    assert checkpoints_of(run, at(tmp_path)) == checkpoints_of(run, at(whole))


def test_a_lost_checkpoint_is_made_again_the_same(
    run: TrainingRun, whole: Path, tmp_path: Path
) -> None:
    home = tmp_path / "copy"
    shutil.copytree(whole, home)
    shutil.rmtree(step_folder(at(home).checkpoints(run), 5))

    assert trained(run, home) == checkpoints_of(run, at(whole))


def test_a_finished_run_is_not_trained_again(run: TrainingRun, whole: Path) -> None:
    pictures = PaintedPictures()

    again = train(run, a_dataset(), pictures, at(whole))

    assert again == checkpoints_of(run, at(whole))
    assert pictures.asked == 0


@pytest.fixture(scope="module")
def nursery() -> Iterator[ForkServerContext]:
    """Starts processes that have torch and diffusers imported already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(
            ["tests.training.a_shoot", "diffusers.models.unets.unet_2d_condition"]
        )
        yield context


@pytest.mark.parametrize("seed", range(5))
def test_a_killed_run_ends_with_the_very_same_adapter(
    run: TrainingRun, whole: Path, tmp_path: Path, nursery: ForkServerContext, seed: int
) -> None:
    """kill -9 at a random moment of a real process, twice, then a third one gets through."""
    rng = random.Random(seed)
    shutil.copytree(at(whole).encodings(), at(tmp_path).encodings())

    for _ in range(2):
        process = nursery.Process(target=train_in_a_process, args=(run.model_dump_json(), tmp_path))
        process.start()
        process.join(timeout=rng.uniform(0.1, 1.5))
        process.kill()
        process.join()

    assert trained(run, tmp_path) == checkpoints_of(run, at(whole))


def test_no_option_of_a_profile_is_without_effect(tiny_folder: Path, tmp_path: Path) -> None:
    changes: list[dict[str, float | str | tuple[str, ...]]] = [
        {},
        {"rank": 3},
        {"alpha": 3.0},
        {"learning_rate": 2e-3},
        {"batch_size": 2},
        {"warmup_steps": 1},
        {"caption_dropout": 0.9},
        {"min_snr_gamma": 0.5},
        {"weight_decay": 0.9},
        {"seed": 1},
        {"steps": 4},
        {"method": "dora"},
        {"method": "lokr"},
        {"method": "full"},
        {"layers": "style"},
        {"method": "full", "layers": "style"},
        {"scaling": "root_rank"},
        {"least_rank_fraction": 0.25},
        {"optimizer": "prodigy", "learning_rate": 1.0},
        {"optimizer": "adafactor"},
        {"ema": 0.5},
        {"mirrored_fraction": 0.5},
        {"garment_weight": 4.0},
        {"backdrop_weight": 4.0},
        {"prior_fraction": 0.5, "prior_prompts": ("a red coat",)},
        {"prior_fraction": 0.5, "prior_prompts": ("a pink coat",)},
    ]
    digests = set()
    for number, change in enumerate(changes):
        profile = a_profile(**{"steps": 3, "save_every": 3, "caption_dropout": 0.1, **change})
        run = a_run(tiny_folder, profile, name=f"run-{number}")
        digests.add(trained(run, tmp_path)[-1].digest)

    assert len(digests) == len(changes)


def test_a_base_that_has_changed_since_is_refused(run: TrainingRun, tmp_path: Path) -> None:
    changed = run.model_copy(update={"base_digest": "0" * 64})

    with pytest.raises(WeightsMissing, match="has changed"):
        trained(changed, tmp_path)


def test_another_dataset_is_refused(run: TrainingRun, tmp_path: Path) -> None:
    other = a_dataset().model_copy(update={"digest": "e" * 64})

    with pytest.raises(InvalidRequest, match="not the dataset"):
        train(run, other, PaintedPictures(), at(tmp_path))


def test_a_checkpoint_says_its_rank_and_alpha(run: TrainingRun, whole: Path) -> None:
    folder = whole / checkpoints_of(run, at(whole))[-1].folder

    adapter = read_adapter(folder, "unet")

    assert adapter.alpha == run.profile.alpha
    assert {part.down.shape[0] for part in adapter.layers.values()} == {run.profile.rank}
