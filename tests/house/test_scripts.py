"""The pages' scripts: typed by their comments, fetched from nowhere, with their licences beside."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

LICENCES = {
    "vendor/htmx-2.0.11.min.js": "vendor/htmx-LICENSE.txt",
    "fonts/newsreader.woff2": "fonts/newsreader-OFL.txt",
    "fonts/inter.woff2": "fonts/inter-OFL.txt",
}


@pytest.fixture
def static(root: Path) -> Path:
    return root / "src" / "muslin" / "server" / "static"


def test_types_in_the_comments_are_right(static: Path) -> None:
    checker = shutil.which("tsc")
    if checker is None:
        pytest.skip("NOT TESTED for types: there is no tsc; npm install -g typescript.")
    done = subprocess.run(
        [checker, "-p", static.parent / "jsconfig.json"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == ""


def test_what_is_not_ours_comes_with_its_licence(static: Path) -> None:
    foreign = {p for folder in ("vendor", "fonts") for p in (static / folder).iterdir()}
    texts = {static / text for text in LICENCES.values()}

    assert foreign - texts == {static / name for name in LICENCES}
    assert all(len(text.read_text("utf-8")) > 400 for text in texts)


def test_no_page_and_no_style_fetches_anything_from_elsewhere(static: Path) -> None:
    ours = [*static.glob("css/*.css"), *static.glob("js/*.js")]
    ours += [*(static.parent / "templates").rglob("*.j2")]

    for file in ours:
        assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", file.read_text("utf-8")), file
