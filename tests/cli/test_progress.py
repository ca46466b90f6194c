from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from muslin.cli.progress import Lines, Pace, bars, drawn, duration
from muslin.domain.progress import Progress


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def lines_of(events: Iterator[tuple[float, Progress]]) -> list[str]:
    out, clock = io.StringIO(), Clock()
    report = Lines(out, clock)
    for seconds, progress in events:
        clock.now += seconds
        report(progress)
    return out.getvalue().splitlines()


def test_a_steady_training_says_how_long_it_will_still_take() -> None:
    lines = lines_of((1.0, Progress("train", n, 100, "steps")) for n in range(101))

    assert lines[0] == "train  0/100 steps  0 %"
    assert lines[1] == "train  10/100 steps  10 %  about 2 min left"
    assert lines[2] == "train  20/100 steps  20 %  about 80 s left"
    assert lines[-1] == "train  100/100 steps  100 %"
    assert len(lines) == 11


def test_resumed_work_is_not_counted_as_speed() -> None:
    pace = Pace(0.0, 0.0, last_done=500)

    pace.advance(10.0, 510)

    assert pace.left(600) == pytest.approx(90.0)


def test_a_pace_that_changes_is_followed_and_settles() -> None:
    pace = Pace(0.0, 0.0, 0)
    for n in range(1, 11):
        pace.advance(float(n), n)
    for n in range(11, 61):
        pace.advance(10.0 + 3 * (n - 10), n)

    assert pace.left(61) == pytest.approx(3.0, rel=0.01)


def test_nothing_is_promised_before_anything_is_known() -> None:
    assert Pace(0.0, 0.0, 0).left(100) is None


def test_a_new_step_is_always_announced() -> None:
    lines = lines_of(
        iter(
            [
                (0.0, Progress("import", 1, 2, "files")),
                (0.1, Progress("check", 0, 9, "photos", "coat.jpg")),
            ]
        )
    )

    assert lines == ["import  1/2 files  50 %", "check  0/9 photos  0 %  coat.jpg"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (89, "89 s"),
        (90, "2 min"),
        (200, "3 min"),
        (5399, "1 h 30 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations_read_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_bars_show_step_count_and_note() -> None:
    out = io.StringIO()

    with bars(out) as report:
        report(Progress("train", 3, 4, "steps", "loss 0.5"))

    assert "train" in out.getvalue()
    assert "3/4" in out.getvalue()
    assert "loss 0.5" in out.getvalue()


def test_what_is_no_terminal_gets_lines() -> None:
    out = io.StringIO()

    with drawn(out) as report:
        report(Progress("train", 1, 4, "steps"))

    assert out.getvalue() == "train  1/4 steps  25 %\n"
