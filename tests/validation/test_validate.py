from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from muslin.domain.errors import InvalidRequest
from muslin.domain.findings import Verdict
from muslin.domain.judging import ValidationReport
from muslin.domain.progress import Cancelled, Progress
from muslin.imaging.types import Picture
from muslin.validation.pick import metric
from muslin.validation.probes import ProbeSet
from muslin.validation.validate import validate
from tests.validation.stage import HEIGHT, SAND, WIDTH, Stage, Style


def proof_of(style: Style, stage: Stage) -> ValidationReport:
    """What validation says of one planted style beside a good one."""
    stage.network.styles["planted"] = style
    return validate(stage.trial, stage.bench)


@pytest.fixture
def stage() -> Stage:
    """A stage whose only checkpoint behaves as a test plants it."""

    def nothing(category: str, colour: str, seed: int) -> Picture:
        raise AssertionError("plant a style first")

    return Stage(planted=nothing)


def test_a_good_tuning_passes_and_the_base_stands_twice_as_far_from_the_backdrop(
    stage: Stage,
) -> None:
    report = proof_of(stage.branded, stage)

    assert report.verdict is Verdict.PASSED, report.reason
    assert report.picked == stage.checkpoints[0].id
    near = metric(report.checkpoints[0], "backdrop_distance").value
    far = metric(report.base, "backdrop_distance").value
    assert near is not None
    assert far is not None
    assert far > 2 * near
    assert [p.probe for p in report.checkpoints[0].pictures] == list(stage.probes.probes)


def test_every_planted_copy_is_caught_also_mirrored_blurred_or_lit_differently(
    stage: Stage,
) -> None:
    photos = list(stage.photos.values())
    changes: list[Callable[[Picture], Picture]] = [
        lambda p: p,
        lambda p: p[:, ::-1],
        lambda p: np.asarray(cv2.GaussianBlur(p, (0, 0), 1.0), np.uint8),
        lambda p: np.clip(p * 1.15, 0, 255).astype(np.uint8),
    ]

    def copyist(category: str, colour: str, seed: int) -> Picture:
        photo = np.ascontiguousarray(changes[seed % len(changes)](photos[seed % len(photos)]))
        return stage.reader.remember(photo, np.ones((HEIGHT, WIDTH), np.float32), category)

    report = proof_of(copyist, stage)

    copies = metric(report.checkpoints[0], "copies")
    assert copies.verdict is Verdict.FAILED
    assert copies.at_most is not None
    assert min(copies.values) > copies.at_most
    nearest = [p.nearest_photo for p in report.checkpoints[0].pictures]
    known = list(stage.photos)
    assert nearest == [known[p.seed % len(known)] for p in stage.probes.probes]


def test_one_copy_among_good_pictures_is_enough_to_fail(stage: Stage) -> None:
    last, photo = stage.probes.probes[-1].seed, next(iter(stage.photos.values()))

    def once(category: str, colour: str, seed: int) -> Picture:
        return photo if seed == last else stage.branded(category, colour, seed)

    report = proof_of(once, stage)

    assert metric(report.checkpoints[0], "copies").verdict is Verdict.FAILED
    assert report.verdict is Verdict.FAILED
    assert "copies" in report.reason


def test_flat_pictures_fail_on_contrast_and_are_not_given_a_colour(stage: Stage) -> None:
    report = proof_of(lambda *_: np.full((HEIGHT, WIDTH, 3), SAND, np.uint8), stage)

    assert metric(report.checkpoints[0], "contrast").verdict is Verdict.FAILED
    assert metric(report.checkpoints[0], "colour_obedience").verdict is Verdict.UNKNOWN
    assert metric(report.checkpoints[0], "colour_obedience").value is None
    assert report.verdict is Verdict.FAILED


def test_pure_noise_fails_as_noise(stage: Stage) -> None:
    def noise(category: str, colour: str, seed: int) -> Picture:
        pixels = np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
        return stage.reader.remember(pixels, np.ones((HEIGHT, WIDTH), np.float32), category)

    report = proof_of(noise, stage)

    assert metric(report.checkpoints[0], "noise").verdict is Verdict.FAILED


def test_blurred_pictures_fail_on_sharpness(stage: Stage) -> None:
    def dull(category: str, colour: str, seed: int) -> Picture:
        sharp = stage.branded(category, colour, seed)
        return np.asarray(cv2.GaussianBlur(sharp, (0, 0), 3), np.uint8)

    assert metric(proof_of(dull, stage).checkpoints[0], "sharpness").verdict is Verdict.FAILED


@pytest.mark.parametrize("known", [1, 3])
def test_a_network_that_only_knows_a_few_pictures_fails_on_diversity(
    stage: Stage, known: int
) -> None:
    learnt = [stage.branded(p.category, p.colour, 1) for p in stage.probes.probes[:known]]

    report = proof_of(lambda _c, _k, seed: learnt[seed % known], stage)

    assert metric(report.checkpoints[0], "diversity").verdict is Verdict.FAILED


def test_the_wrong_backdrop_fails_and_nothing_else_does(stage: Stage) -> None:
    report = proof_of(stage.base, stage)

    failed = [m.name for m in report.checkpoints[0].metrics if m.verdict is not Verdict.PASSED]
    assert failed == ["backdrop_distance"]
    assert report.verdict is Verdict.FAILED


def test_a_look_that_forgets_colours_and_garments_fails_on_both_obediences(stage: Stage) -> None:
    report = proof_of(lambda _c, _k, seed: stage.branded("pants", "black", seed), stage)

    failed = {m.name for m in report.checkpoints[0].metrics if m.verdict is Verdict.FAILED}
    assert {"colour_obedience", "category_obedience"} <= failed


def test_too_few_probes_leave_the_proof_unknown_not_passed(stage: Stage) -> None:
    stage.probes = ProbeSet(stage.probes.probes[:4], "d" * 64)

    report = proof_of(stage.branded, stage)

    assert report.verdict is Verdict.UNKNOWN
    assert "could not be judged" in report.reason


def a_stage_of_two() -> Stage:
    stage = Stage(first=lambda *_: np.zeros(3, np.uint8), second=lambda *_: np.zeros(3, np.uint8))
    stage.network.styles |= {"first": stage.branded, "second": stage.branded}
    return stage


def test_work_that_was_cut_off_goes_on_where_it_was() -> None:
    stage, unbroken = a_stage_of_two(), a_stage_of_two()
    stage.network.crash_after = 17
    with pytest.raises(KeyboardInterrupt):
        validate(stage.trial, stage.bench)

    stage.network.crash_after = None
    report = validate(stage.trial, stage.bench)

    assert len(stage.network.drawn) == len(set(stage.network.drawn)) == 3 * 12
    expected = validate(unbroken.trial, unbroken.bench)
    assert (report.base, report.checkpoints) == (expected.base, expected.checkpoints)


def test_progress_counts_every_picture_once_and_can_stop_the_work(stage: Stage) -> None:
    told: list[Progress] = []
    stage.network.styles["planted"] = stage.branded
    validate(stage.trial, stage.bench, told.append)

    assert told[-1].done == told[-1].total == 2 * len(stage.probes.probes)
    assert [t.done for t in told] == sorted(t.done for t in told)

    def stop(_: Progress) -> None:
        raise Cancelled

    stage.rendered.kept.clear()
    with pytest.raises(Cancelled):
        validate(stage.trial, stage.bench, stop)


def test_a_run_without_checkpoints_is_refused(stage: Stage) -> None:
    stage.checkpoints = ()

    with pytest.raises(InvalidRequest, match="nothing to validate"):
        validate(stage.trial, stage.bench)


def test_the_brands_own_photos_are_measured_beside_the_probes(stage: Stage) -> None:
    report = proof_of(stage.branded, stage)

    own = {m.name: m for m in report.brand}
    assert own["backdrop_distance"].samples == len(stage.photos)
    assert max(own["copies"].values) < 1
    assert "colour_obedience" not in own
