"""`muslin shoots`: folders of photos under a name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from muslin.cli.options import Home, Json, group, open_studio
from muslin.cli.printing import figure, marked, print_answer, table
from muslin.cli.progress import drawn

if TYPE_CHECKING:
    from muslin.curation.check.facts import ShootCheck
    from muslin.domain.catalog import ImportReport

app = group("Photos of garments, as a shop hands them over.")


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
def check(
    shoot: Annotated[
        str, typer.Argument(metavar="FOLDER_OR_NAME", help="A folder, or the name of a shoot.")
    ],
    *,
    page: Annotated[
        Path | None, typer.Option(help="Write the check as one HTML page with thumbnails.")
    ] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Judge every photo and say which would be kept; of a folder without importing it.

    Size, focus, noise, file, exposure, white balance, light, backdrop, framing, tilt, further
    garments, clutter, writing, place; what is there twice; and what would be kept, with reasons.
    A folder of that name goes before a shoot of that name.
    """
    found, html = _checked(shoot, home, with_page=page is not None)
    if page is not None and html is not None:
        from muslin.runtime.disk import write_atomic

        write_atomic(page, html.encode())
    print_answer(_without_sketches(found), told_check(found), as_json=json)


def _checked(shoot: str, home: Path | None, *, with_page: bool) -> tuple[ShootCheck, str | None]:
    """The check of a folder, or of a shoot; and its page where one is asked for."""
    from muslin.runtime.desks.curating.photos import PhotosDesk

    with drawn() as report:
        if Path(shoot).is_dir():
            if with_page:
                return PhotosDesk.folder_page(Path(shoot), report)
            return PhotosDesk.check_folder(Path(shoot), report), None
        with open_studio(home) as studio:
            found = studio.check_shoot(shoot, report)
            return found, studio.shoot_page(found) if with_page else None


def _without_sketches(found: ShootCheck) -> dict[str, Any]:
    """A check for scripts, without the corners that photos are held against each other by."""
    return found.model_dump(mode="json", exclude={"measures": {"__all__": {"keypoints"}}})


def told_check(checked: ShootCheck) -> str:
    """The findings that failed, photo by photo, what is there twice, and the choice, for people."""
    backdrop, names = checked.backdrop, {p.id: p.file_name for p in checked.photos}
    heading = (
        f"{len(checked.measures)} photos; {100 * backdrop.share:.0f} % stand on the {backdrop.name}"
        f" backdrop, the median photo is {figure(backdrop.own_distance)} ΔE00 from it."
    )
    faults = [f for f in checked.findings if f.verdict == "failed"]
    rows = [(names[f.photo], f.kind, marked(f.verdict), f.words) for f in faults]
    kept = [c for c in checked.choices if c.kept]
    unmeasured = sorted({f.words for f in checked.findings if f.kind == "faces"})
    return "\n".join(
        (
            heading,
            table(("PHOTO", "FINDING", "VERDICT", "WHY"), rows, empty="Every photo passed."),
            *(g.words for g in checked.groups),
            *(f"{p.file_name}: {p.reason} ({p.code})" for p in checked.problems),
            *(f"{marked('unknown')}: {words}" for words in unmeasured),
            checked.refusal or f"Would be kept: {len(kept)} of {len(checked.photos)} photos.",
        )
    )


@app.command("list")
def list_shoots(home: Home = None, json: Json = False) -> None:
    """List the shoots of the studio."""
    with open_studio(home) as studio:
        shoots = studio.shoots()
    rows = [(s.name, s.id, f"{s.imported_at:%Y-%m-%d %H:%M}", s.folder) for s in shoots]
    empty = "No shoots yet: muslin shoots import FOLDER --name NAME"
    words = table(("NAME", "ID", "IMPORTED (UTC)", "FOLDER"), rows, empty=empty)
    print_answer({"shoots": shoots}, words, as_json=json)
