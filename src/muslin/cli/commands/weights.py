"""`muslin weights`: trained networks on this machine, and under which terms they may be used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import Home, Json, group, open_studio
from muslin.cli.printing import print_answer, table
from muslin.cli.progress import drawn

if TYPE_CHECKING:
    from muslin.domain.licence import LicenceEntry

app = group("Trained networks on this machine, and their licences.")
BASE_HELP = "Base: a name of `weights licences`, a folder, or a hub id."


@app.command("list")
def list_weights(json: Json = False) -> None:
    """List the networks that ship with the package, and what can be fetched."""
    from muslin.networks.external import external_files
    from muslin.runtime.weights.shipped import shipped

    entries, others = shipped(), external_files()
    rows = [
        (e.name, str(e.state), f"{e.size_bytes / 1e6:.1f} MB", e.licence, e.purpose)
        for e in entries
    ]
    rows += [
        (o.name, "to fetch", f"{o.bytes / 1e6:.1f} MB", f"see licences {o.licence}", o.purpose)
        for o in others
    ]
    words = table(("NAME", "STATE", "SIZE", "LICENCE", "PURPOSE"), rows, empty="None.")
    print_answer({"weights": entries, "external": others}, words, as_json=json)


@app.command("licences")
def licences(
    base: Annotated[str | None, typer.Argument(metavar="BASE", help=BASE_HELP)] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show under which terms bases may be used here, and who agreed to them."""
    with open_studio(home) as studio:
        entries = studio.licences() if base is None else [studio.licence(base)]
    rows = [
        (e.licence.base, e.standing, e.licence.terms, who(e), e.licence.evidence) for e in entries
    ]
    words = table(("BASE", "HERE", "TERMS", "BY", "EVIDENCE"), rows, empty="None.")
    if base is not None:
        words = "\n".join([words, *reasons(entries[0])])
    print_answer({"licences": entries}, words, as_json=json)


def who(entry: LicenceEntry) -> str:
    """Who agreed, and on which day."""
    agreed = entry.acceptance
    return "" if agreed is None else f"{agreed.person}, {agreed.at:%Y-%m-%d}"


def reasons(entry: LicenceEntry) -> list[str]:
    """Conditions, note and source of one licence, a line each."""
    licence = entry.licence
    looked = f"{licence.source} (looked at {licence.looked_at}, {licence.evidence})"
    lines = [f"- {condition}" for condition in licence.conditions]
    lines += [licence.note] if licence.note else []
    return [*lines, looked] if licence.source else lines


@app.command("accept")
def accept(
    base: Annotated[str, typer.Argument(metavar="BASE", help=BASE_HELP)],
    person: Annotated[str, typer.Option("--by", metavar="PERSON", help="Name of who agrees.")],
    terms: Annotated[
        str, typer.Option(metavar="TEXT", help="Terms of a base whose terms nobody knows.")
    ] = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Agree to the conditions of a base, once; asked again only when their text changes."""
    with open_studio(home) as studio:
        acceptance = studio.accept_licence(base, person, terms)
    lines = [f"{acceptance.person} agreed to {acceptance.terms} for {acceptance.base}:"]
    lines += [f"- {condition}" for condition in acceptance.conditions]
    print_answer(acceptance, "\n".join(lines), as_json=json)


@app.command("convert")
def convert(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A base in one .safetensors file.")],
    like: Annotated[
        str,
        typer.Option(metavar="FOLDER", help="Folder or hub id of a base of its very kind."),
    ],
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="New folder for the base.")],
    json: Json = False,
) -> None:
    """Make a folder that can be tuned of a Stable Diffusion 1.x or XL base in a single file."""
    from muslin.networks.diffusion import single_file

    base = single_file.convert(file, single_file.like_folder(like), to)
    answer = {"folder": str(base.folder), "family": base.family.name, "digest": base.digest}
    words = f"{base.folder}: {base.family.name}\nName it as `base` in a profile."
    print_answer(answer, words, as_json=json)


@app.command("fetch")
def fetch(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name, as in `weights list`.")],
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", help="Copy from this folder, not from the hub."),
    ] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Fetch weights and verify them; what was interrupted goes on where it ended."""
    with open_studio(home) as studio, drawn() as report:
        path = studio.fetch_weights(name, report, source)
    print_answer({"path": str(path)}, f"{path}\nName it as `base` in a profile.", as_json=json)
