"""Refusals in the terminal: what, hint, exit status; no traceback ever leaves.

Statuses 10 and up are one per code, so that scripts can tell refusals apart. The others are
convention: 2 for a command line that was not understood, 130 = 128 + SIGINT for Ctrl-C (POSIX
shells), 70 for a fault of ours (EX_SOFTWARE of BSD's sysexits.h).
"""

from __future__ import annotations

import tempfile
import traceback
from pathlib import Path

import typer

from muslin.cli.printing import print_json
from muslin.domain.errors import StudioError

STATUS = {
    "studio_error": 10,
    "nothing_to_import": 11,
    "unreadable_photo": 12,
    "not_enough_photos": 13,
    "home_unusable": 14,
    "disk_full": 15,
    "invalid_profile": 16,
    "invalid_request": 17,
    "not_found": 18,
    "name_taken": 19,
    "part_missing": 20,
    "weights_missing": 21,
    "plan_refused": 22,
    "training_diverged": 23,
    "torn_checkpoint": 24,
    "job_failed": 25,
    "job_superseded": 26,
    "gate_closed": 27,
    "licence_refused": 28,
    "licence_not_accepted": 29,
    "invalid_rules": 30,
    "picture_taken": 31,
    "not_signed_in": 60,
    "not_allowed": 61,
    "upload_refused": 62,
    "rights_missing": 40,
    "retired": 41,
}
USAGE = 2
INTERNAL = 70
INTERRUPTED = 130


def say(code: str, what: str, hint: str, *, as_json: bool) -> None:
    """Tell a refusal on stderr, and on stdout as JSON when that was asked for."""
    typer.echo(f"Error: {what}", err=True)
    typer.echo(f"Hint:  {hint}", err=True)
    if as_json:
        print_json({"error": {"code": code, "what": what, "hint": hint}})


def refuse(error: StudioError, *, as_json: bool) -> int:
    """Tell a refusal; returns its exit status."""
    say(error.code, str(error), error.hint, as_json=as_json)
    return STATUS[error.code]


def interrupted(*, as_json: bool) -> int:
    """Say what Ctrl-C leaves behind; returns its exit status."""
    hint = "What was finished is kept. The same command goes on from there."
    say("interrupted", "Stopped before the end.", hint, as_json=as_json)
    return INTERRUPTED


def misunderstood() -> None:
    """Tell a script that its words were no command; typer has told people already."""
    hint = "stderr names the word; `--help` after the command lists what is allowed."
    what = "The command line was not understood."
    print_json({"error": {"code": "usage", "what": what, "hint": hint}})


def confess(error: Exception, *, as_json: bool) -> int:
    """A fault of ours: its traceback goes to a file, its name to the terminal."""
    what = f"Muslin has a fault: {type(error).__name__}: {error}"
    say("internal", what, f"Please report it with {written(error)}.", as_json=as_json)
    return INTERNAL


def written(error: Exception) -> Path:
    """The file that now holds the traceback of an error."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix="muslin-fault-", suffix=".txt", delete=False
    ) as file:
        file.writelines(traceback.format_exception(error))
    return Path(file.name)
