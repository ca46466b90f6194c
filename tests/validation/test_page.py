from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from muslin.domain.findings import Verdict
from muslin.domain.judging import MetricValue, ValidationReport
from muslin.imaging.colour import to_lab
from muslin.validation.draw import Trial
from muslin.validation.page import hex_of, worst
from muslin.validation.page_parts.strips import strip_of
from muslin.validation.validate import validate
from tests.validation.stage import Stage
from tests.validation.test_pick import an_exam


class Reader(HTMLParser):
    """Collects tags, where they point to, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [v or "" for k, v in attrs if k in ("src", "href", "srcset", "data")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def proved() -> tuple[ValidationReport, str]:
    stage = Stage(good=lambda *_: np.zeros(3, np.uint8), wrong=lambda *_: np.zeros(3, np.uint8))
    stage.network.styles |= {"good": stage.branded, "wrong": stage.base}
    report = validate(stage.trial, stage.bench)
    return report, stage.blobs.get(report.page).decode()


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def test_the_page_fetches_nothing_and_runs_nothing(proved: tuple[ValidationReport, str]) -> None:
    reader = read(proved[1])

    assert reader.sources
    assert all(source.startswith("data:image/jpeg;base64,") for source in reader.sources)
    assert "script" not in reader.tags
    assert not re.search(r"url\(|@import|https?://", proved[1])


def test_the_page_shows_every_probe_by_every_checkpoint_and_the_five_worst_in_three_columns(
    proved: tuple[ValidationReport, str],
) -> None:
    report, page = proved
    probes, looks = len(report.base.pictures), 1 + len(report.checkpoints)

    assert read(page).tags.count("img") == 12 + 5 * 3 + probes * looks


def test_the_page_says_verdict_reason_and_where_every_limit_comes_from(
    proved: tuple[ValidationReport, str],
) -> None:
    report, page = proved
    text = " ".join(read(page).text.split())

    assert "Passed" in text
    picked = report.checkpoints[0]
    for words in (report.reason, *(m.why for m in picked.metrics)):
        assert " ".join(words.replace("'", "’").split()) in text


def test_every_metric_draws_a_dot_or_a_stitch_for_each_picture(
    proved: tuple[ValidationReport, str],
) -> None:
    report, page = proved
    sides = [report.brand, report.base.metrics, report.checkpoints[0].metrics]
    values = [m for side in sides for m in side]

    assert page.count("<circle") == sum(m.samples for m in values if m.unit != "share")
    stitches = page.count('class="sewn"') + page.count('class="unsewn"')
    assert stitches == sum(m.samples for m in values if m.unit == "share")
    assert "nan" not in page.lower().split("base64")[0]


def test_names_from_outside_cannot_become_markup() -> None:
    stage = Stage(good=lambda *_: np.zeros(3, np.uint8))
    stage.network.styles["good"] = stage.branded
    run = stage.trial.run.model_copy(update={"name": "<script>alert(1)</script>"})
    trial = type(stage.trial)(run, stage.checkpoints, stage.dataset, stage.probes)

    page = stage.blobs.get(validate(trial, stage.bench).page).decode()

    assert "script" not in read(page).tags
    assert "&lt;script&gt;" in page


def test_the_worst_pictures_are_those_with_the_most_faults(
    proved: tuple[ValidationReport, str],
) -> None:
    proof = proved[0].checkpoints[1]
    spoilt = proof.pictures[7].model_copy(update={"colour_obeyed": False, "category_obeyed": False})
    pictures = (*proof.pictures[:7], spoilt, *proof.pictures[8:])

    order = worst(proof.model_copy(update={"pictures": pictures}), 5)

    assert order[0] == 7
    distances = [pictures[n].backdrop_distance or 0 for n in order[1:]]
    assert distances == sorted(distances, reverse=True)


def a_metric(unit: str, values: tuple[float, ...], at_most: float | None = None) -> MetricValue:
    return MetricValue(
        name="m",
        value=values[0] if values else None,
        unit=unit,
        samples=len(values),
        at_most=at_most,
        verdict=Verdict.UNKNOWN,
        why="",
        values=values,
    )


def test_equal_values_are_stacked_so_that_none_hides_another() -> None:
    row = strip_of([("Tuned", a_metric("L*", (5.0, 5.0, 5.0, 1.0)))]).rows[0]

    assert sorted(dot.level for dot in row.dots) == [0, 0, 1, 2]
    assert row.levels == 3


def test_a_share_is_a_seam_as_long_as_the_share() -> None:
    row = strip_of([("Tuned", a_metric("share", (0.0, 1.0, 1.0, 0.0)))]).rows[0]

    assert row.stitches == (True, True, False, False)
    assert row.dots == ()


def test_a_limit_lies_at_its_place_on_the_axis_and_values_never_leave_the_plot() -> None:
    strip = strip_of(
        [
            ("Base", a_metric("correlation", (-0.2, 0.4))),
            ("Tuned", a_metric("correlation", (0.9,), 0.75)),
        ]
    )

    assert [bound.x for bound in strip.bounds] == [75.0]
    assert (strip.allowed_from, strip.allowed_to) == (0.0, 75.0)
    assert [dot.x for row in strip.rows for dot in row.dots] == [0.0, 40.0, 90.0]


def test_a_metric_that_was_not_measured_still_has_a_plot_and_says_so() -> None:
    strip = strip_of([("Tuned", a_metric("ΔE00", ()))])

    assert strip.rows[0].value == "not measured"
    assert strip.rows[0].value_x is None


@pytest.mark.parametrize("rgb", [(205, 180, 140), (255, 255, 255), (20, 60, 160)])
def test_a_swatch_has_the_colour_that_was_measured(rgb: tuple[int, int, int]) -> None:
    lightness, a, b = (float(v) for v in to_lab(np.array([[rgb]], np.uint8))[0, 0])

    shown = hex_of((lightness, a, b))

    found = [int(shown[k : k + 2], 16) for k in (1, 3, 5)]
    assert np.abs(np.array(found) - np.array(rgb)).max() <= 2


def with_exams(stage: Stage) -> Trial:
    """Both checkpoints sat the exam; the second learnt by heart."""
    exams = [an_exam((-0.10, -0.12, -0.11), -0.12), an_exam((-0.05, -0.06, -0.04), -0.30)]
    checkpoints = tuple(
        checkpoint.model_copy(update={"held_out": exam})
        for checkpoint, exam in zip(stage.trial.checkpoints, exams, strict=True)
    )
    return replace(stage.trial, checkpoints=checkpoints)


def test_the_page_says_what_was_learnt_by_heart_where_photos_were_held_out() -> None:
    stage = Stage(good=lambda *_: np.zeros(3, np.uint8), wrong=lambda *_: np.zeros(3, np.uint8))
    stage.network.styles |= {"good": stage.branded, "wrong": stage.base}

    report = validate(with_exams(stage), stage.bench)
    text = read(stage.blobs.get(report.page).decode()).text.replace("\u00a0", " ")

    assert "What was learnt by heart" in text
    for words in ("\u221211.0 %", "\u221212.0 %", "+25.0 %", "by heart", "50 %"):
        assert words in text


def test_the_page_keeps_silent_about_memory_where_nothing_was_held_out(
    proved: tuple[ValidationReport, str],
) -> None:
    assert "learnt by heart" not in proved[1]
