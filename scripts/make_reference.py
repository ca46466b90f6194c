"""Write docs/reference from the code: commands, profile fields, settings, refusals, HTTP API.

`tests/docs` compares what is committed with what this makes, so the pages cannot drift.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from fastapi.routing import APIRoute
from pydantic import BaseModel

from muslin.cli.app import app
from muslin.cli.errors import INTERNAL, INTERRUPTED, STATUS, USAGE
from muslin.domain.errors import StudioError
from muslin.domain.profile import Profile
from muslin.runtime.profiles import bounds
from muslin.runtime.settings import Settings

if TYPE_CHECKING:
    from typer._click import Command

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
NOTE = "<!-- Made by `make reference` from the code; changes here are overwritten. -->\n"
COLUMNS = 92
METHOD = "kind of tuning"


def commands(command: Command, words: str) -> Iterator[tuple[str, Command]]:
    """A command and all below it, each with the words that call it."""
    yield words, command
    for name, below in sorted(getattr(command, "commands", {}).items()):
        yield from commands(below, f"{words} {name}")


def help_text(command: Command, words: str) -> str:
    """What `--help` prints, in a terminal of `COLUMNS` columns."""
    context = command.make_context(words, [], resilient_parsing=True)
    context.terminal_width = COLUMNS
    context.max_content_width = COLUMNS
    return command.get_help(context).rstrip()


def cli_page() -> str:
    """Every command with its help."""
    parts = [f"# Commands\n\n{NOTE}"]
    parts.append(
        "With `--json` the last line on stdout is one JSON object; progress goes to stderr. "
        "The exit status is 0 only on success; the others are on [the errors page](errors.md).\n"
    )
    for words, command in commands(typer.main.get_command(app), "muslin"):
        parts.append(f"## `{words}`\n\n```text\n{help_text(command, words)}\n```\n")
    return "\n".join(parts)


def profile_page() -> str:
    """Every field of a profile with default, bounds and meaning."""
    rows = [
        f"| `{name}` | `{field.default}` | {bounds(name)} | {field.description or METHOD} |"
        for name, field in Profile.model_fields.items()
    ]
    table = "\n".join(["| Field | Default | Bounds | Meaning |", "|---|---|---|---|", *rows])
    intro = (
        "A profile is a TOML file of these fields; what is left out has its default, and an "
        "unknown field is refused. "
        "[examples/profile.toml](../../examples/profile.toml) holds all of them.\n"
    )
    return f"# Profile\n\n{NOTE}\n{intro}\n{table}\n\n`warmup_steps` must be below `steps`.\n"


def settings_page() -> str:
    """Every environment variable."""
    rows = [
        f"| `{variable(name)}` | {shown(Settings, name)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    table = "\n".join(["| Variable | Default | Meaning |", "|---|---|---|", *rows])
    return f"# Settings\n\n{NOTE}\n{table}\n"


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{Settings.model_config.get('env_prefix', '')}{name}".upper()


def shown(fields: type[BaseModel], name: str) -> str:
    """A default as it would be written; nothing for an empty one."""
    default = str(fields.model_fields[name].default)
    return f"`{default}`" if default else ""


def refusals(kind: type[StudioError] = StudioError) -> Iterator[type[StudioError]]:
    """`StudioError` and everything that derives from it, in the order in which it was defined."""
    yield kind
    for below in kind.__subclasses__():
        yield from refusals(below)


def errors_page() -> str:
    """Every refusal with its exit status and the way out."""
    remedies = tomllib.loads((ROOT / "scripts" / "remedies.toml").read_text(encoding="utf-8"))
    known = [kind for kind in refusals() if kind.__module__.startswith("muslin.")]
    sections = "\n".join(
        f"## `{kind.code}`\n\nExit status {STATUS[kind.code]}. {kind.__doc__}\n\n"
        f"**What to do:** {remedies[kind.code]}\n"
        for kind in sorted(known, key=lambda kind: STATUS[kind.code])
    )
    intro = (
        "Every refusal says what is wrong and a hint that names the way out. With `--json` it is "
        'also `{"error": {"code", "what", "hint"}}` on stdout.\n\n'
        f"Other exit statuses: 0 success, {USAGE} a command line that was not understood, "
        f"{INTERRUPTED} stopped with Ctrl-C, {INTERNAL} a fault of Muslin's own, whose traceback "
        "is in the file that the message names.\n"
    )
    return f"# Errors\n\n{NOTE}\n{intro}\n{sections}"


def api_page() -> str:
    """Every call of the HTTP API with the right that it asks for."""
    from muslin.server.access import access_of
    from muslin.server.api import routers
    from muslin.server.errors import STATUS as HTTP_STATUS

    rows = []
    for router in routers():
        for route in router.routes:
            assert isinstance(route, APIRoute)
            access = access_of(route.endpoint)
            assert access is not None
            summary = (route.endpoint.__doc__ or "").strip().splitlines()[0]
            method = next(iter(route.methods or ()))
            rows.append(f"| `{method} {route.path}` | {access.right} | {summary} |")
    table = "\n".join(["| Call | Right | What it does |", "|---|---|---|", *rows])
    codes = "\n".join(f"| `{code}` | {status} |" for code, status in HTTP_STATUS.items())
    intro = (
        "Send a key (Settings, or `POST /api/v1/keys`) as `Authorization: Bearer KEY`. "
        "`GET /api/v1/openapi.json` describes every field with its bounds. A refusal is "
        '`{"code", "message", "hint"}`. Lists take `start` and `limit` and answer '
        '`{"items", "total", "next_start"}`. A call that starts something takes an '
        "`Idempotency-Key`: the same key and body are answered as before, and done once. "
        "`GET /jobs/{job}/events` streams a job as server-sent events and goes on after "
        "`Last-Event-ID`.\n"
    )
    statuses = f"## Refusals\n\n| Code | HTTP status |\n|---|---|\n{codes}\n"
    return f"# HTTP API\n\n{NOTE}\n{intro}\n{table}\n\n{statuses}"


def pages() -> dict[str, str]:
    """Every generated page by its file name."""
    os.environ.pop("COLUMNS", None)  # the width is ours, not the terminal's
    return {
        "cli.md": cli_page(),
        "profile.md": profile_page(),
        "settings.md": settings_page(),
        "errors.md": errors_page(),
        "api.md": api_page(),
    }


def main() -> int:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
