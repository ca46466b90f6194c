from __future__ import annotations

import ast
from pathlib import Path

import pytest

from muslin.cli.errors import STATUS
from muslin.domain.errors import StudioError
from scripts.make_reference import refusals


@pytest.mark.parametrize("error", [*refusals()], ids=lambda error: error.code)
def test_every_refusal_has_a_status_and_an_entry_in_the_manual(
    error: type[StudioError], root: Path
) -> None:
    page = (root / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")

    assert error.code in STATUS
    assert f"## `{error.code}`\n\nExit status {STATUS[error.code]}. " in page


def test_refusals_are_defined_where_the_manual_looks(root: Path) -> None:
    known = {kind.__name__ for kind in refusals()}
    for path in (root / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
                assert node.name in known or known.isdisjoint(bases), f"{path}: {node.name}"
