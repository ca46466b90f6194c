"""`muslin`: every noun and verb, and what an exit status means."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import typer

from muslin.cli import errors, serve
from muslin.cli.commands import (
    adapters,
    datasets,
    doctor,
    images,
    jobs,
    releases,
    reports,
    reviews,
    run,
    runs,
    shoots,
    weights,
)
from muslin.cli.commands.curation import captions, rights
from muslin.cli.commands.proving import autonomy, failures, gates, proposals, rules
from muslin.domain.errors import StudioError
from muslin.domain.progress import Cancelled

app = typer.Typer(
    name="muslin",
    help="Fine-tune an image network on a fashion brand's own photos, prove it, release it.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help is quick, and the same in every terminal and in the manual
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("doctor")(doctor.doctor)
app.command("serve")(serve.serve)
app.add_typer(shoots.app, name="shoots")
app.add_typer(captions.app, name="captions")
app.add_typer(rights.app, name="rights")
app.add_typer(datasets.app, name="datasets")
app.add_typer(runs.app, name="runs")
app.add_typer(reports.app, name="reports")
app.add_typer(reviews.app, name="reviews")
app.add_typer(releases.app, name="releases")
app.add_typer(rules.app, name="rules")
app.add_typer(gates.app, name="gates")
app.add_typer(autonomy.app, name="autonomy")
app.add_typer(failures.app, name="failures")
app.add_typer(proposals.app, name="proposals")
app.add_typer(images.app, name="images")
app.add_typer(adapters.app, name="adapters")
app.add_typer(jobs.app, name="jobs")
app.add_typer(weights.app, name="weights")


def answer(words: Sequence[str]) -> int:
    """Carry out one command line; returns its exit status, 0 only on success."""
    as_json = "--json" in words
    try:
        status = obey(words)
    except StudioError as error:
        return errors.refuse(error, as_json=as_json)
    except Cancelled:
        return errors.interrupted(as_json=as_json)
    except Exception as error:
        return errors.confess(error, as_json=as_json)
    if status == errors.INTERRUPTED:
        return errors.interrupted(as_json=as_json)
    if status == errors.USAGE and as_json:
        errors.misunderstood()
    return status


def obey(words: Sequence[str]) -> int:
    """Run the command; typer tells bad usage itself and ends every command with SystemExit."""
    try:
        typer.main.get_command(app).main(args=list(words), prog_name="muslin")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def main() -> NoReturn:
    """Entry point of the `muslin` command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a ✓ must not break an old terminal
    status = answer(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # `muslin … | head` closed the pipe; there is nobody left to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)
