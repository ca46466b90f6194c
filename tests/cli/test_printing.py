from __future__ import annotations

import json
import math

import pytest

from muslin.cli.printing import figure, marked, print_json, table
from muslin.domain.findings import Guess


def test_columns_stay_aligned_and_lines_end_where_words_end() -> None:
    lines = table(("NAME", "N"), [("knitwear", 3), ("ss", 12)], empty="none").splitlines()

    assert lines == ["NAME      N", "knitwear  3", "ss        12"]


def test_an_empty_table_says_what_to_do() -> None:
    assert table(("NAME",), [], empty="Import a shoot first.") == "Import a shoot first."


def test_a_value_that_was_not_measured_is_not_made_up() -> None:
    assert figure(None, "ΔE00") == "not measured"
    assert figure(6.2549, "ΔE00") == "6.25 ΔE00"


def test_a_verdict_is_a_sign_and_a_word() -> None:
    assert [marked(v) for v in ("passed", "failed", "unknown")] == [
        "✓ passed",
        "✗ failed",
        "? unknown",
    ]


def test_json_is_one_line_that_any_reader_takes(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"guess": Guess(name="robe à plis", confidence=math.nan), "none": None})

    out = capsys.readouterr().out
    assert out.isascii()
    assert out.count("\n") == 1
    assert json.loads(out) == {"guess": {"name": "robe à plis", "confidence": None}, "none": None}
