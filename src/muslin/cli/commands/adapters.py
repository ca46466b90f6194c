"""`muslin adapters`: what other tools tuned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import Home, Json, bounded, group, open_studio
from muslin.cli.printing import print_answer

if TYPE_CHECKING:
    from muslin.domain.training import ImportedAdapter

app = group("Adapters that other tools tuned.")


@app.callback()
def adapters() -> None:
    """Keep `import` a word of its own while it is the only one (typer would swallow it)."""


@app.command("import")
def import_adapter(
    file: Annotated[Path, typer.Argument(help="A .safetensors file: LoRA, DoRA or LoKr.")],
    base: Annotated[str, typer.Option(help="Network it was tuned from: name, folder or hub id.")],
    name: Annotated[str, typer.Option(help="Name that it gets here.")],
    dataset: Annotated[str, typer.Option(help="Dataset that it will be proved against.")],
    home: Home = None,
    json: Json = False,
) -> None:
    """Take in an adapter in diffusers', PEFT's or kohya's form. It is not proved by that."""
    from muslin.domain.fact import DatasetId
    from muslin.domain.training import ImportOrder

    with bounded():
        order = ImportOrder(name=name, base=base, dataset=DatasetId(dataset))
    with open_studio(home) as studio:
        taken = studio.import_adapter(file, order)
    print_answer(taken, told(taken), as_json=json)


def told(taken: ImportedAdapter) -> str:
    """What was taken in, what was not, and what comes next."""
    lines = [f"{taken.layers} layers of {taken.imported.file_name} are here as {taken.name}."]
    if taken.imported.left_out:
        lines.append(f"Left out (text encoder): {', '.join(taken.imported.left_out)}")
    lines += [
        "Nobody has proved it yet. To prove it:",
        f"    muslin runs validate {taken.run}",
        "To look at it without a proof:",
        f'    muslin images generate --adapter {taken.name} --prompt "…" --out FOLDER',
    ]
    return "\n".join(lines)
