"""Options that many commands share, and the door to the studio."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muslin.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from muslin.runtime.studio import Studio

Home = Annotated[
    Path | None,
    typer.Option("--home", help="The studio's folder; default $MUSLIN_HOME or ~/.muslin."),
]
Json = Annotated[bool, typer.Option("--json", help="End with one JSON object on stdout.")]
ProfileFile = Annotated[
    Path | None, typer.Option("--profile", help="Profile file (TOML); default: the built-in one.")
]
PresetName = Annotated[
    str | None,
    typer.Option("--preset", help="What to learn: look, product, identity or everything."),
]
Steps = Annotated[
    int | None,
    typer.Option("--steps", min=1, help="Optimizer steps; warm-up and checkpoints shrink along."),
]
Sizes = Annotated[
    int,
    typer.Option(
        "--sizes", min=1, max=4, help="Most sizes of crops; more than 1 suits the garments' shapes."
    ),
]
Pinned = Annotated[
    list[str] | None,
    typer.Option("--pin", help="Photo to keep whatever else, by file name; as often as needed."),
]
Banned = Annotated[
    list[str] | None,
    typer.Option("--ban", help="Photo never to keep, by file name; as often as needed."),
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="All randomness of the training follows from it."),
]


def group(help_text: str) -> typer.Typer:
    """A noun of the command line; without a verb it shows its help."""
    return typer.Typer(help=help_text, no_args_is_help=True, rich_markup_mode=None)


@contextmanager
def open_studio(home: Path | None) -> Iterator[Studio]:
    """The studio in `home`, closed again at the end."""
    from muslin.runtime.studio import Studio

    with Studio.open(home) as studio:
        yield studio


@contextmanager
def bounded() -> Iterator[None]:
    """Turn pydantic's report on an order into a refusal that names the value out of bounds."""
    from pydantic import ValidationError

    from muslin.runtime.profiles import told

    try:
        yield
    except ValidationError as error:
        hint = "`--help` after the command names what is allowed."
        raise InvalidRequest(told(error), hint=hint) from error
