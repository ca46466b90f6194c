"""`muslin captions`: what photos are called, by rule or by people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from muslin.cli.options import Home, Json, bounded, group, open_studio
from muslin.cli.printing import print_answer, table
from muslin.cli.progress import drawn
from muslin.domain.curation.words import counted
from muslin.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from muslin.domain.curation.captions import CaptionChange, CaptionFilter, CaptionLint

app = group("Captions: what photos are called, by rule or by people.")
ShootName = Annotated[str, typer.Argument(metavar="SHOOT", help="Name of the shoot.")]
SetName = Annotated[
    str, typer.Argument(metavar="SHOOT_OR_ID", help="Name of a shoot, or id of a dataset.")
]
Person = Annotated[str, typer.Option("--as", metavar="PERSON", help="Name of who changes it.")]
Where = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Only photos with this category, colour, text, file or author; may be given often.",
    ),
]
Format = Annotated[
    Literal["kohya", "imagefolder"],
    typer.Option(help="kohya: a .txt per photo; imagefolder: metadata.jsonl."),
]


@app.command("list")
def list_captions(
    shoot: ShootName, where: Where = None, home: Home = None, json: Json = False
) -> None:
    """List the captions that photos would be frozen with today, and who wrote them."""
    with open_studio(home) as studio, drawn() as report:
        photos = studio.captions(shoot, filter_of(where), report)
        changes = studio.caption_changes(shoot)
    rows = [(p.file_name, p.caption.author, p.caption.text) for p in photos]
    words = table(("PHOTO", "AUTHOR", "CAPTION"), rows, empty="No photo matches.")
    past = [(f"{c.at:%Y-%m-%d %H:%M}", c.person, len(c.edits), c.what) for c in changes]
    if past:
        words += "\n\n" + table(("CHANGED (UTC)", "BY", "PHOTOS", "WHAT"), past, empty="")
    print_answer({"captions": photos, "changes": changes}, words, as_json=json)


@app.command("edit")
def edit(
    shoot: ShootName,
    photo: Annotated[str, typer.Argument(help="File name of the photo; * stands for anything.")],
    text: Annotated[str, typer.Argument(help="What it is called from now on.")],
    person: Person,
    home: Home = None,
    json: Json = False,
) -> None:
    """Say what a photo shows; freezing again keeps it."""
    where = [f"file={photo}"]
    change_captions(shoot, {"action": "set", "words": text, "person": person}, where, home, json)


@app.command("replace")
def replace(
    shoot: ShootName,
    find: Annotated[str, typer.Argument(help="Whole words to look for, whatever their case.")],
    by: Annotated[str, typer.Argument(help="What comes in their place.")],
    person: Person,
    where: Where = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Put words in the place of others, in all captions or in those that match."""
    order = {"action": "replace", "words": find, "by": by, "person": person}
    change_captions(shoot, order, where, home, json)


@app.command("add")
def add(
    shoot: ShootName,
    phrase: Annotated[str, typer.Argument(help="What is added, after a comma.")],
    person: Person,
    where: Where = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Add a phrase to captions that do not hold it yet."""
    order = {"action": "add", "words": phrase, "person": person}
    change_captions(shoot, order, where, home, json)


@app.command("remove")
def remove(
    shoot: ShootName,
    phrase: Annotated[str, typer.Argument(help="What is taken out.")],
    person: Person,
    where: Where = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Take a phrase out of captions."""
    order = {"action": "remove", "words": phrase, "person": person}
    change_captions(shoot, order, where, home, json)


def change_captions(
    shoot: str, order: dict[str, str], where: list[str] | None, home: Path | None, as_json: bool
) -> None:
    """Change captions as ordered, and say which."""
    from muslin.domain.curation.captions import CaptionOrder

    with bounded():
        asked = CaptionOrder.model_validate({**order, "where": filter_of(where)})
    with open_studio(home) as studio, drawn() as report:
        change = studio.change_captions(shoot, asked, report)
    print_answer(change, told(change), as_json=as_json)


@app.command("undo")
def undo(shoot: ShootName, person: Person, home: Home = None, json: Json = False) -> None:
    """Take back the newest change that is not undone yet; again, to take back the one before."""
    with open_studio(home) as studio:
        change = studio.undo_captions(shoot, person)
    print_answer(change, told(change), as_json=json)


def told(change: CaptionChange) -> str:
    """A change for people."""
    rows = [
        (e.file_name, e.before.text, e.after.text if e.after else "(by rule again)")
        for e in change.edits
    ]
    head = f"{change.what}: {counted(len(change.edits), 'caption')}, by {change.person}."
    return f"{head}\n{table(('PHOTO', 'BEFORE', 'AFTER'), rows, empty='')}"


@app.command("lint")
def lint(
    wanted: SetName,
    trigger: Annotated[str, typer.Option(help="The profile's trigger, where it has one.")] = "",
    base: Annotated[str, typer.Option(help="Base whose encoder will read them.")] = "starter",
    home: Home = None,
    json: Json = False,
) -> None:
    """Say what is wrong with captions; exit status 1 when anything is."""
    with open_studio(home) as studio, drawn() as report:
        found = studio.lint_captions(wanted, trigger, base, report)
    print_answer(found, told_lint(found), as_json=json)
    raise typer.Exit(1 if found.faults else 0)


def told_lint(found: CaptionLint) -> str:
    """Faults for people, each with its photos and the way out."""
    if not found.faults:
        return f"{found.captions} captions, no fault. Length: {found.length_by}."
    count = counted(len(found.faults), "fault")
    lines = [f"{found.captions} captions, {count}. Length: {found.length_by}."]
    for fault in found.faults:
        more = f" and {len(fault.files) - 3} more" if len(fault.files) > 3 else ""
        lines += [
            f"✗ {fault.kind.replace('_', ' ')}: {fault.words}",
            f"    {', '.join(fault.files[:3])}{more}",
            f"    {fault.way_out}",
        ]
    return "\n".join(lines)


@app.command("export")
def export(
    wanted: SetName,
    out: Annotated[Path, typer.Option(help="Folder for captions and photos.")],
    format: Format = "kohya",
    home: Home = None,
    json: Json = False,
) -> None:
    """Write captions and photos for another trainer."""
    from muslin.domain.curation.captions import CaptionFormat

    with open_studio(home) as studio, drawn() as report:
        files = studio.export_captions(wanted, CaptionFormat(format), out, report)
    answer = {"files": [str(file) for file in files]}
    print_answer(answer, f"{len(files)} files in {out}", as_json=json)


@app.command("import")
def import_captions(
    shoot: ShootName,
    folder: Annotated[Path, typer.Argument(help="Folder of .txt files or metadata.jsonl.")],
    person: Person,
    home: Home = None,
    json: Json = False,
) -> None:
    """Take over captions that were written elsewhere; photos are found by their file names."""
    with open_studio(home) as studio, drawn() as report:
        change, problems = studio.import_captions(shoot, folder, person, report)
    words = told(change) if change else "All captions were the same."
    words += "".join(f"\n  {p.file_name}: {p.reason} ({p.code})" for p in problems)
    print_answer({"change": change, "problems": problems}, words, as_json=json)


def filter_of(where: list[str] | None) -> CaptionFilter:
    """`category=dress` and so on as a filter. Raises InvalidRequest for an unknown key."""
    from muslin.domain.curation.captions import CaptionFilter

    asked = {}
    for pair in where or []:
        key, _, value = pair.partition("=")
        if key not in CaptionFilter.model_fields or not value:
            known = ", ".join(CaptionFilter.model_fields)
            raise InvalidRequest(
                f"{pair!r} says not which photos.", hint=f"Write KEY=VALUE with a key of {known}."
            )
        asked[key] = value
    return CaptionFilter.model_validate(asked)
