"""Every command, link, option and file that a page names exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer

from muslin.cli.app import app

if TYPE_CHECKING:
    from typer._click import Command

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    page.relative_to(ROOT).as_posix()
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.md"))
)
COMMAND = re.compile(r"(?:^\$ |^    |`)(?:\.venv/bin/)?(muslin(?: [^`\n]+)?)(?:`|$)", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8").replace("\\\n", " ")


def commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for line in COMMAND.findall(text_of(page)):
            yield page, line
    for line in re.findall(r"^muslin [^>\n]+", text_of("scripts/demo.sh"), re.MULTILINE):
        yield "scripts/demo.sh", line


def verb_of(words: list[str]) -> tuple[Command, list[str]]:
    """The command that the words call, and what is left of them."""
    command: Command = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        below: dict[str, Command] = vars(command)["commands"]
        command, words = below[words[0]], words[1:]
    return command, words


@pytest.mark.parametrize(("page", "line"), [*commands()])
def test_every_command_in_the_manual_exists_with_its_options(page: str, line: str) -> None:
    command, rest = verb_of(shlex.split(line.replace("…", "x").replace("|", " "))[1:])
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}

    options = [word for word in rest if word.startswith("--")]
    assert set(options) <= known, f"{page}: {line}"
    if hasattr(command, "commands"):
        assert all(word.startswith("-") for word in rest[:1]), f"{page}: no such verb: {line}"


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for target in LINK.findall(text_of(page)):
        assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_a_page_names_exists(page: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    for target in re.findall(r"`make ([a-z]+)`|^\$ make ([a-z]+)$", text_of(page), re.MULTILINE):
        assert re.search(rf"^{''.join(target)}:", makefile, re.MULTILINE), f"{page}: make {target}"


def test_decisions_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))

    assert [name[:4] for name in names] == [f"{k:04d}" for k in range(1, len(names) + 1)]


def test_every_word_of_the_glossary_is_in_its_place() -> None:
    rows = re.findall(r"^\| ([^|]+) \|", text_of("docs/glossary.md"), re.MULTILINE)
    words = [row.casefold().replace("δ", "delta ") for row in rows if row not in {"Word", "---"}]

    assert len(words) > 20
    assert words == sorted(words)
