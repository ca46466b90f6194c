"""The benchmarks of training: clocks, contenders and damages against what is known."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import nn

from benchmarks import training_gpu
from benchmarks.figures import ResumeFigures, Strike
from benchmarks.resume import strikes_before
from benchmarks.training import clock as clocks
from benchmarks.training import torn
from benchmarks.training.clock import WARM_UP, Clock, Timed
from benchmarks.training.peer_run import arguments
from benchmarks.training.task import CAPTIONS, Task, dataset_of, profile_of
from benchmarks.training.tiny_sd15 import unet
from benchmarks.training.torn import Case, cut, empty, flip, lose, zero
from benchmarks.training.true_shapes import SHAPES, Shape
from muslin.networks.diffusion.families.stable_diffusion import FAMILY

CPU = torch.device("cpu")


class Hours:
    """A processor clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def process_time(self) -> float:
        return self.now


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    hours = Hours()
    monkeypatch.setattr(clocks, "time", hours)
    return hours


def test_the_pure_network_is_timed_beside_each_step_and_never_in_it(hours: Hours) -> None:
    def once() -> None:
        hours.now += 2.0

    clock = Clock(lambda: once)
    for _ in range(4):
        hours.now += 3.0
        clock.step_done()

    timed = clock.timed()
    assert timed.first_step_s == 3.0
    assert timed.steps_s == (3.0, 3.0, 3.0)
    assert timed.pure_s == (2.0, 2.0, 2.0)
    assert timed.total_s == 4 * 3.0
    assert timed.ratios == [1.5] * (3 - WARM_UP)


def test_a_trainer_alone_is_told_by_its_own_time_only(hours: Hours) -> None:
    clock = Clock(None)
    for seconds in (5.0, 1.0, 1.0, 2.0):
        hours.now += seconds
        clock.step_done()

    timed = clock.timed()
    assert (timed.first_step_s, timed.steps_s, timed.pure_s) == (5.0, (1.0, 1.0, 2.0), ())


def test_slowness_that_hits_both_changes_no_ratio() -> None:
    steps, pure = (9.0, 9.0, 1.1, 5.5), (1.0, 1.0, 1.0, 5.0)

    timed = Timed(first_step_s=1, total_s=1, peak_bytes=1, steps_s=steps, pure_s=pure)

    assert timed.ratios == pytest.approx([1.1, 1.1])


@pytest.fixture
def task(tmp_path: Path) -> Task:
    shoot = tmp_path / "shoot"
    shoot.mkdir()
    for name, size in (("a.jpg", (90, 120)), ("b.jpg", (120, 90))):
        Image.new("RGB", size).save(shoot / name)
    (shoot / CAPTIONS).write_text(json.dumps({"a.jpg": "a coat", "b.jpg": "a skirt"}))
    return Task(
        base=tmp_path / "base",
        shoot=shoot,
        home=tmp_path / "home",
        side_px=64,
        batch_size=1,
        steps=7,
        save_every=7,
    )


def test_both_contenders_learn_as_much_as_often_and_as_fast(task: Task) -> None:
    profile, words = profile_of(task), arguments(task)

    said = dict(zip(words[::2], words[1::2], strict=False))
    assert int(said["--rank"]) == profile.rank == profile.alpha
    assert float(said["--learning_rate"]) == profile.learning_rate
    assert int(said["--max_train_steps"]) == profile.steps == 7
    assert int(said["--train_batch_size"]) == profile.batch_size
    assert int(said["--checkpointing_steps"]) == profile.save_every


def test_every_photo_is_taught_cut_to_the_square_in_its_middle(task: Task) -> None:
    photos = dataset_of(task).photos

    crops = [photo.crop for photo in photos]
    assert [(c.left_px, c.top_px, c.right_px, c.bottom_px) for c in crops] == [
        (0, 15, 90, 105),
        (15, 0, 105, 90),
    ]
    assert {(c.width_px, c.height_px) for c in crops} == {(64, 64)}
    assert [photo.caption.text for photo in photos] == ["a coat", "a skirt"]


@pytest.mark.parametrize(
    ("places", "step"),
    [
        ([], 6),
        ([("states", 6)], 4),
        ([("states", 4)], 6),
        ([("states", 4), ("states", 6)], 0),
        ([("checkpoints", 6)], 4),  # a state after step 6 cannot make the checkpoint of step 6
        ([("checkpoints", 4)], 0),
        ([("checkpoints", 2), ("states", 6)], 0),
        ([("checkpoints", 6), ("states", 4)], 0),
    ],
)
def test_training_has_to_go_on_from_the_newest_whole_state_that_leads_to_all(
    places: list[tuple[str, int]], step: int
) -> None:
    assert Case("any", frozenset(places)).goes_on_after == step


@pytest.mark.parametrize("seed", range(20))
def test_every_damage_leaves_something_else_than_was_there(tmp_path: Path, seed: int) -> None:
    content = bytes(range(1, 256)) * 3
    for tear in (cut, zero, flip, empty, lose):
        path = tmp_path / "file"
        path.write_bytes(content)

        assert tear(path, random.Random(seed))

        assert not path.exists() or path.read_bytes() != content


def test_zeros_over_zeros_damage_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(64))

    assert not zero(path, random.Random(0))
    assert path.read_bytes() == bytes(64)


def test_three_hundred_cases_take_every_kind_about_equally_often() -> None:
    counts = [len(range(place, 300, len(torn.KINDS))) for place in range(len(torn.KINDS))]

    assert sum(counts) == 300
    assert min(counts) >= 25


def test_strikes_of_another_result_count_for_nothing() -> None:
    strikes = (Strike(after_s=1.0, attempts=2, equal=True),)
    found = ResumeFigures(seed=0, steps=40, unbroken_s=9.0, digest="a", strikes=strikes)

    assert strikes_before(found, 0, 40, "a") == strikes
    assert strikes_before(found, 0, 40, "b") == ()
    assert strikes_before(found, 1, 40, "a") == strikes_before(found, 0, 60, "a") == ()
    assert strikes_before(None, 0, 40, "a") == ()


def a_small_shape() -> Shape:
    return Shape(FAMILY, lambda: unet(16), 64, 4, {"text": (7, 32)}, counts_time=True)


@pytest.mark.parametrize("contender", [training_gpu.eager_peft, training_gpu.ours])
def test_contenders_of_the_gpu_learn_by_their_steps(contender: training_gpu.Contender) -> None:
    shape = a_small_shape()
    network, batch = shape.network(CPU), shape.batch(2, CPU)
    step = contender(shape, network, batch)
    learning = [p for p in network.parameters() if p.requires_grad]
    before = [p.detach().clone() for p in learning]

    step()

    assert {p.dtype for p in learning} == {torch.float32}
    assert {p.dtype for p in network.parameters() if not p.requires_grad} == {torch.bfloat16}
    assert any(not torch.equal(p, was) for p, was in zip(learning, before, strict=True))
    assert all(bool(p.isfinite().all()) for p in learning)


def test_contenders_of_the_gpu_learn_equally_many_weights() -> None:
    shape = a_small_shape()

    counts = set()
    for contender in (training_gpu.eager_peft, training_gpu.ours):
        network: nn.Module = shape.network(CPU)
        contender(shape, network, shape.batch(1, CPU))
        counts.add(sum(p.numel() for p in network.parameters() if p.requires_grad))

    assert len(counts) == 1


def test_a_small_shape_is_measured_from_end_to_end() -> None:
    found = training_gpu.measure_shape(a_small_shape(), 1, CPU, steps=2)

    assert found.ours_s.samples == found.peer_s.samples == 2
    assert found.tflop > 0
    ceiling = training_gpu.ceiling_tflop_s(CPU, (64, 128))
    assert ceiling > 0
    assert "times as fast as the peer" in training_gpu.told(found, ceiling)


def test_without_a_gpu_nothing_is_measured_and_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr("sys.argv", ["training_gpu"])
    written: list[object] = []
    monkeypatch.setattr(training_gpu, "write_result", lambda *words: written.append(words))

    training_gpu.main()

    assert capsys.readouterr().out.strip() == training_gpu.NO_GPU
    assert written == []


def test_the_true_shapes_have_the_published_numbers_of_weights() -> None:
    """0.86, 2.57 and 6.15 billion; counted without memory."""
    with torch.device("meta"):
        counts = {
            name: sum(p.numel() for p in shape.build().parameters()) / 1e9
            for name, shape in SHAPES.items()
        }

    assert counts == pytest.approx({"SD 1.5": 0.86, "SDXL": 2.57, "Z-Image": 6.15}, abs=0.01)
