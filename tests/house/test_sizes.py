from __future__ import annotations

from pathlib import Path

import pytest

from scripts.check_sizes import LIMITS, Oversize, oversizes, read_exceptions


def a_checkout(folder: Path, name: str, source: str) -> Path:
    path = folder / "src" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return folder


def test_code_within_its_limits_is_not_mentioned(tmp_path: Path) -> None:
    assert oversizes(a_checkout(tmp_path, "a.py", "x = 1\n" * LIMITS["file_lines"])) == []


def test_a_file_one_line_too_long_is_named(tmp_path: Path) -> None:
    root = a_checkout(tmp_path, "a.py", "x = 1\n" * (LIMITS["file_lines"] + 1))

    assert oversizes(root) == [Oversize("src/a.py", "file_lines", 401)]


def test_explanation_is_never_what_makes_a_function_too_long(tmp_path: Path) -> None:
    words = '    """' + "word\n    " * 80 + '"""\n'
    root = a_checkout(tmp_path, "a.py", f"def f() -> None:\n{words}" + "    x = 1\n" * 49)

    assert oversizes(root) == []
    a_checkout(tmp_path, "a.py", f"def f() -> None:\n{words}" + "    x = 1\n" * 50)
    assert oversizes(root) == [Oversize("src/a.py:f", "function_lines", 51)]


def test_arguments_are_counted_without_self(tmp_path: Path) -> None:
    source = "class A:\n    def f(self, a, b, c, d, e, f, *, g): ...\n"
    root = a_checkout(tmp_path, "a.py", source)
    assert oversizes(root) == []

    a_checkout(tmp_path, "a.py", source.replace("g):", "g, h):"))
    assert oversizes(root) == [Oversize("src/a.py:f", "arguments", 8)]


def test_a_folder_with_a_thirteenth_file_is_named(tmp_path: Path) -> None:
    for k in range(12):
        a_checkout(tmp_path, f"room/f{k}.py", "")
    root = a_checkout(tmp_path, "room/__init__.py", "")
    assert oversizes(root) == []

    a_checkout(tmp_path, "room/f12.py", "")
    assert oversizes(root) == [Oversize("src/room", "folder_files", 13)]


def test_an_exception_needs_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "exceptions.txt"
    path.write_text("# comment\nsrc/a.py file_lines a table of constants\n")
    assert read_exceptions(path) == {("src/a.py", "file_lines"): "a table of constants"}

    path.write_text("src/a.py file_lines\n")
    with pytest.raises(ValueError, match="not enough values"):
        read_exceptions(path)
