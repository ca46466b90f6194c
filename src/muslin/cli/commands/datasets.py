"""`muslin datasets`: frozen sets of photos to learn from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.commands.curation.told_check import told_check
from muslin.cli.options import Banned, Home, Json, Pinned, Sizes, bounded, group, open_studio
from muslin.cli.printing import print_answer, table
from muslin.cli.progress import drawn
from muslin.domain.curation.words import counted

if TYPE_CHECKING:
    from muslin.domain.curation.sets import DatasetDiff
    from muslin.domain.dataset import DatasetVersion
    from muslin.domain.training import TrainingRun

app = group("Frozen sets of photos to learn from.")


@app.command("freeze")
def freeze(  # noqa: PLR0913 - each is an option of the command line
    shoot: Annotated[str, typer.Argument(metavar="SHOOT", help="Name of the shoot.")],
    *,
    photos: Annotated[int, typer.Option(help="Photos to keep, 10 to 30.")] = 20,
    seed: Annotated[
        int, typer.Option(min=0, help="Decides the split where rules leave it open.")
    ] = 0,
    sizes: Sizes = 1,
    pin: Pinned = None,
    ban: Banned = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Select, crop and caption photos of a shoot and freeze them, with a reason for each photo."""
    from muslin.domain.dataset import SelectionRecipe

    with bounded():
        recipe = SelectionRecipe(
            photos=photos, seed=seed, sizes=sizes, pinned=tuple(pin or ()), banned=tuple(ban or ())
        )
    with open_studio(home) as studio, drawn() as report:
        new, known = studio.unmeasured(shoot), {version.id for version in studio.datasets()}
        dataset = studio.freeze_dataset(shoot, recipe, report)
    work = f"{counted(new, 'photo')} measured; the others were known."
    if dataset.id in known:
        work += " The same content is frozen already: this is that version."
    print_answer(dataset, f"{work}\n\n{told(dataset)}", as_json=json)


@app.command("show")
def show(
    dataset: Annotated[str, typer.Argument(metavar="ID", help="Id of the dataset.")],
    home: Home = None,
    json: Json = False,
) -> None:
    """Show a dataset: its digest, its photos with captions, and why others were left out."""
    from muslin.domain.fact import DatasetId

    with open_studio(home) as studio:
        found = studio.dataset(DatasetId(dataset))
        runs = studio.trained_on(found.id)
    words = f"{told(found)}\n\n{told_runs(runs)}"
    print_answer({**found.model_dump(mode="json"), "runs": runs}, words, as_json=json)


def told_runs(runs: list[TrainingRun]) -> str:
    """Which profiles learnt from a dataset, for people."""
    rows = [
        (r.name, r.id, r.profile.base, r.profile.method, r.profile.steps, r.profile.trigger)
        for r in runs
    ]
    headings = ("RUN", "ID", "BASE", "METHOD", "STEPS", "TRIGGER")
    return table(headings, rows, empty="No training has learnt from it.")


@app.command("list")
def list_datasets(home: Home = None, json: Json = False) -> None:
    """List the frozen versions of the studio."""
    with open_studio(home) as studio:
        versions = studio.datasets()
    rows = [
        (d.name, d.id, len(d.photos), d.digest[:12], f"{d.created_at:%Y-%m-%d %H:%M}")
        for d in versions
    ]
    headings = ("SHOOT", "ID", "PHOTOS", "DIGEST", "FROZEN (UTC)")
    empty = "No datasets yet: muslin datasets freeze SHOOT"
    print_answer({"datasets": versions}, table(headings, rows, empty=empty), as_json=json)


@app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(help="Id of the earlier dataset.")],
    after: Annotated[str, typer.Argument(help="Id of the later dataset.")],
    home: Home = None,
    json: Json = False,
) -> None:
    """Say what changed between two versions: photos, crops, captions, splits, recipe."""
    from muslin.domain.fact import DatasetId

    with open_studio(home) as studio:
        found = studio.diff_datasets(DatasetId(before), DatasetId(after))
    print_answer(found, told_diff(found), as_json=json)


def told_diff(found: DatasetDiff) -> str:
    """A difference for people, in words and numbers."""
    if found.same_digest:
        return "The same photos, crops, captions, splits and recipe."
    lines = [
        f"{counted(found.kept, 'photo')} kept, {len(found.photos_in)} in, "
        f"{len(found.photos_out)} out; the backdrops are {found.backdrop_distance:.1f} ΔE00 apart."
    ]
    lines += [f"  + {name}" for name in found.photos_in]
    why = found.out_because
    lines += [f"  - {name}  {why.get(name, '')}".rstrip() for name in found.photos_out]
    lines += [f"  cropped otherwise: {name}" for name in found.recropped]
    lines += [
        f"  {c.file_name}: “{c.before}” became “{c.after}” ({c.author})" for c in found.recaptioned
    ]
    lines += [f"  split otherwise: {name}" for name in found.resplit]
    lines += [f"  recipe: {c.field} was {c.before}, is {c.after}" for c in found.recipe]
    return "\n".join(lines)


@app.command("check")
def check(
    wanted: Annotated[
        str, typer.Argument(metavar="ID_OR_SHOOT", help="Id of a dataset, or name of a shoot.")
    ],
    range_file: Annotated[
        Path | None, typer.Option("--range", help="What the brand wants shown (TOML).")
    ] = None,
    trigger: Annotated[str, typer.Option(help="The profile's trigger, where it has one.")] = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Judge a set as a whole: score, coverage, what is baked in, odd photos, captions, rights."""
    with open_studio(home) as studio, drawn() as report:
        found = studio.check_dataset(wanted, range_file, trigger, report=report)
    print_answer(found, told_check(found), as_json=json)


def told(dataset: DatasetVersion) -> str:
    """A dataset for people."""
    kept = [(p.file_name, p.split, p.caption.text) for p in dataset.photos]
    choices = [("kept" if c.kept else "left", c.file_name, c.reason) for c in dataset.choices]
    return "\n".join(
        (
            f"{dataset.id}  {dataset.name}  digest {dataset.digest[:16]}…  "
            f"backdrop {dataset.backdrop.name}",
            "",
            table(("PHOTO", "SPLIT", "CAPTION"), kept, empty="No photos."),
            "",
            table(("CHOICE", "PHOTO", "REASON"), choices, empty="No choices."),
        )
    )
