from __future__ import annotations

from pathlib import Path

import pytest

from scripts.make_reference import pages

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_says_what_the_code_does(name: str, root: Path) -> None:
    committed = (root / "docs" / "reference" / name).read_text(encoding="utf-8")

    assert committed == PAGES[name], "run `make reference`"


def test_no_page_is_left_from_code_that_is_gone(root: Path) -> None:
    assert {path.name for path in (root / "docs" / "reference").iterdir()} == set(PAGES)
