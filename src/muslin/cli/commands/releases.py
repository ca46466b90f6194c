"""`muslin releases`: what may leave the house."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from muslin.cli.options import Home, Json, group, open_studio
from muslin.cli.printing import print_answer, table
from muslin.cli.progress import drawn

if TYPE_CHECKING:
    from muslin.cli.printing import Answer
    from muslin.domain.leaving import Alias, Release
    from muslin.runtime.studio import Studio

app = group("Checkpoints that were proved and approved, under an alias.")
AliasName = Literal["live", "candidate"]
AliasOption = Annotated[AliasName, typer.Option("--alias", help="Alias that the release gets.")]


@app.command("make")
def make(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="Report, run, or name of a run.")],
    alias: AliasOption = "live",
    home: Home = None,
    json: Json = False,
) -> None:
    """Release what a report picked and a person approved, if serving draws what was proved."""
    from muslin.domain.leaving import Alias

    with open_studio(home) as studio, drawn() as progress:
        studio.check_parity(report, progress)
        release = studio.release(report, Alias(alias))
    print_answer(release, f"{release.id} is {alias} for {release.name}.", as_json=json)


@app.command("list")
def list_releases(home: Home = None, json: Json = False) -> None:
    """List releases with the aliases that point to them."""
    with open_studio(home) as studio:
        releases = studio.releases()
        held = {release.id: aliases_of(studio, release) for release in releases}
    rows = [
        (
            r.name,
            r.id,
            ", ".join(held[r.id]),
            r.checkpoint,
            f"{r.created_at:%Y-%m-%d %H:%M}",
            overridden(r),
        )
        for r in releases
    ]
    empty = "No releases yet: muslin releases make REPORT"
    headings = ("NAME", "ID", "ALIASES", "CHECKPOINT", "MADE (UTC)", "OVERRIDDEN")
    words = table(headings, rows, empty=empty)
    listed: list[Answer] = [{"release": r, "aliases": held[r.id]} for r in releases]
    print_answer({"releases": listed}, words, as_json=json)


def overridden(release: Release) -> str:
    """What was let pass in somebody's name when it was released; nothing as a rule."""
    return "; ".join(f"{one.check} by {one.person}" for one in release.gate.overrides)


def aliases_of(studio: Studio, release: Release) -> list[Alias]:
    """Aliases that point to a release now."""
    return [alias for alias, id in studio.aliases(release.name).items() if id == release.id]


@app.command("promote")
def promote(
    release: Annotated[str, typer.Argument(metavar="RELEASE", help="Id of the release.")],
    alias: AliasOption = "live",
    home: Home = None,
    json: Json = False,
) -> None:
    """Point an alias to a release; what was live becomes previous."""
    from muslin.domain.leaving import Alias

    with open_studio(home) as studio:
        promoted = studio.promote(release, Alias(alias))
    print_answer(promoted, f"{promoted.id} is {alias} for {promoted.name}.", as_json=json)


@app.command("rollback")
def roll_back(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of the releases, as in `releases list`.")
    ],
    home: Home = None,
    json: Json = False,
) -> None:
    """Make the previous release live again."""
    with open_studio(home) as studio:
        release = studio.roll_back(name)
    print_answer(release, f"{release.id} is live again for {release.name}.", as_json=json)


@app.command("export")
def export(
    release: Annotated[
        str, typer.Argument(metavar="RELEASE", help="Release id, name, or alias only one has.")
    ],
    format: Annotated[
        Literal["diffusers", "kohya", "full"],
        typer.Option(help="kohya is what ComfyUI and A1111 read; full merges it into its base."),
    ],
    out: Annotated[Path, typer.Option(help="Folder that is made, or an empty one.")],
    precision: Annotated[
        Literal["fp32", "fp16"], typer.Option(help="Of merged weights (--format full).")
    ] = "fp32",
    home: Home = None,
    json: Json = False,
) -> None:
    """Write a release for another tool, with a card that says what it is and how it was proved."""
    from muslin.domain.leaving import ExportFormat, ExportOrder, Precision

    order = ExportOrder(
        release=release, format=ExportFormat(format), precision=Precision(precision)
    )
    with open_studio(home) as studio:
        made = studio.export_release(order, out)
    print_answer(made, f"{len(made.files)} files of {made.release} in {out}", as_json=json)
