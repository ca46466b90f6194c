"""`muslin images`: pictures in the look of a release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import Home, Json, bounded, group, open_studio
from muslin.cli.printing import print_answer
from muslin.cli.progress import drawn
from muslin.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from muslin.cli.printing import Answer
    from muslin.domain.leaving import Generation

app = group("Pictures in the look of a release.")


@app.callback()
def images() -> None:
    """Keep `generate` a word of its own while it is the only one (typer would swallow it)."""


@app.command("generate")
def generate(  # noqa: PLR0913 - each is an option of the command line
    *,
    out: Annotated[Path, typer.Option(help="Folder for the pictures and their contact sheet.")],
    release: Annotated[
        str | None, typer.Option(help="Release id, name, or alias where only one has it.")
    ] = None,
    adapter: Annotated[
        str | None, typer.Option(help="Name of an imported adapter, which nobody has proved.")
    ] = None,
    base: Annotated[bool, typer.Option("--base", help="The base network, untuned.")] = False,
    prompt: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="Words; may be given often.")
    ] = None,
    prompts: Annotated[Path | None, typer.Option(help="File with one prompt per line.")] = None,
    count: Annotated[int, typer.Option(help="Pictures per prompt, 1 to 1000.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the first picture of each prompt.")] = 0,
    width: Annotated[int, typer.Option(help="Pixels, a multiple of 16.")] = 192,
    height: Annotated[int, typer.Option(help="Pixels, a multiple of 16.")] = 256,
    home: Home = None,
    json: Json = False,
) -> None:
    """Generate pictures from words; each carries its inputs and the mark of its origin (IPTC).

    The same release, words, seed and size give the same pictures.
    """
    from muslin.domain.leaving import GenerateOrder

    check_choice(release, adapter, base=base)
    words = chosen_prompts(prompt or [], prompts)
    with bounded():
        order = GenerateOrder(
            release=release,
            adapter=adapter,
            prompts=words,
            count=count,
            seed=seed,
            width_px=width,
            height_px=height,
        )
    with open_studio(home) as studio, drawn() as report:
        made = studio.generate(order, report)
        files = studio.save_pictures(made, out)
    print_answer(answer(made, files), f"{len(made)} pictures in {out}", as_json=json)


def check_choice(release: str | None, adapter: str | None, *, base: bool) -> None:
    """Raise InvalidRequest unless exactly one thing to draw with was named."""
    if [release is not None, adapter is not None, base].count(True) != 1:
        raise InvalidRequest(
            "Pictures need either a release, or the untuned base, or an imported adapter.",
            hint="Give --release NAME_OR_ALIAS, --base, or --adapter NAME; "
            "`muslin releases list` shows releases.",
        )


def chosen_prompts(given: list[str], file: Path | None) -> tuple[str, ...]:
    """Prompts of the command line or of a file; raises InvalidRequest for both or none."""
    if bool(given) == (file is not None):
        raise InvalidRequest(
            "Pictures need words from one place.",
            hint='Give --prompt "a red t-shirt" (as often as you like), or --prompts FILE.',
        )
    return tuple(given) if file is None else read_prompts(file)


def read_prompts(file: Path) -> tuple[str, ...]:
    """Prompts of a file, one per line; raises InvalidRequest when it cannot be read as text."""
    from muslin.tools.generate import prompts_of

    try:
        return prompts_of(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(
            f"{file} cannot be read: {error}", hint="Name a UTF-8 text file, one prompt per line."
        ) from error


def answer(made: list[Generation], files: list[Path]) -> dict[str, Answer]:
    """What was made, for scripts: every picture with its inputs, and every file."""
    return {"images": made, "files": [str(file) for file in files]}
