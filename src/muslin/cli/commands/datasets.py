"""`muslin datasets`: frozen sets of photos to learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import Banned, Home, Json, Pinned, Sizes, bounded, group, open_studio
from muslin.cli.printing import print_answer, table
from muslin.cli.progress import drawn

if TYPE_CHECKING:
    from muslin.domain.dataset import DatasetVersion

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
        dataset = studio.freeze_dataset(shoot, recipe, report)
    print_answer(dataset, told(dataset), as_json=json)


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
    print_answer(found, told(found), as_json=json)


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
