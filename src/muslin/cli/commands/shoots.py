"""`muslin shoots`: folders of photos under a name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import Home, Json, group, open_studio
from muslin.cli.printing import figure, marked, print_answer, table
from muslin.cli.progress import drawn

if TYPE_CHECKING:
    from muslin.domain.catalog import ImportReport
    from muslin.runtime.orders import ShootCheck

app = group("Photos of garments, as a shop hands them over.")
ShootName = Annotated[str, typer.Argument(metavar="NAME", help="Name of the shoot.")]


@app.command("import")
def import_shoot(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder of photos; folders inside count too.")
    ],
    name: Annotated[str, typer.Option(help="Name that the shoot gets, for example ss26-knitwear.")],
    home: Home = None,
    json: Json = False,
) -> None:
    """Import a folder; a file that is no usable photo is named with its reason, the rest goes on.

    Importing a folder again adds what is new and doubles nothing.
    """
    with open_studio(home) as studio, drawn() as report:
        imported = studio.import_shoot(folder, name, report)
    print_answer(imported, told_import(imported), as_json=json)


def told_import(imported: ImportReport) -> str:
    """What an import did, for people."""
    lines = [f"{imported.added} photos added, {imported.known} were known."]
    lines += [f"  {p.file_name}: {p.reason} ({p.code})" for p in imported.problems]
    return "\n".join(lines)


@app.command("check")
def check(name: ShootName, home: Home = None, json: Json = False) -> None:
    """Measure every photo of a shoot: size, sharpness, exposure, backdrop, light, duplicates."""
    with open_studio(home) as studio, drawn() as report:
        checked = studio.check_shoot(name, report)
    print_answer(checked, told_check(checked), as_json=json)


def told_check(checked: ShootCheck) -> str:
    """The findings that did not pass, photo by photo, for people."""
    backdrop = checked.backdrop
    heading = (
        f"{len(checked.measures)} photos; {100 * backdrop.share:.0f} % stand on the {backdrop.name}"
        f" backdrop, the median photo is {figure(backdrop.own_distance)} ΔE00 from it."
    )
    faults = [f for f in checked.findings if f.verdict != "passed"]
    rows = [(f.photo[:12], f.kind, marked(f.verdict), f.words) for f in faults]
    headings = ("PHOTO", "FINDING", "VERDICT", "WHY")
    return f"{heading}\n{table(headings, rows, empty='Every photo passed.')}"


@app.command("list")
def list_shoots(home: Home = None, json: Json = False) -> None:
    """List the shoots of the studio."""
    with open_studio(home) as studio:
        shoots = studio.shoots()
    rows = [(s.name, s.id, f"{s.imported_at:%Y-%m-%d %H:%M}", s.folder) for s in shoots]
    empty = "No shoots yet: muslin shoots import FOLDER --name NAME"
    words = table(("NAME", "ID", "IMPORTED (UTC)", "FOLDER"), rows, empty=empty)
    print_answer({"shoots": shoots}, words, as_json=json)
