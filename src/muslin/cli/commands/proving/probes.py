"""`muslin probes`: what a look is proved on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import Home, Json, group, open_studio
from muslin.cli.printing import print_answer, table
from muslin.cli.progress import duration

if TYPE_CHECKING:
    from muslin.domain.proving.ranges import RangeCoverage

app = group("Probes: fixed prompts and seeds, the same for every checkpoint of a name.")
RangeFile = Annotated[Path, typer.Argument(metavar="FILE", help="Product range (TOML).")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the runs.")]


@app.command("plan")
def plan(
    file: RangeFile,
    name: Annotated[str, typer.Option(help="Runs whose pace is taken.")] = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Say how many pictures a range takes and how long; nothing is drawn or kept."""
    from muslin.runtime.rules import read_range

    brand = read_range(file)
    with open_studio(home) as studio:
        covered = studio.cover(brand, name)
    print_answer(covered, told(covered), as_json=json)


def told(covered: RangeCoverage) -> str:
    """Coverage for people."""
    takes = "unknown" if covered.seconds is None else f"about {duration(covered.seconds)}"
    return (
        f"{covered.pictures} pictures of {covered.prompts} prompts for each checkpoint cover all "
        f"{covered.pairs} pairs of {covered.combinations} combinations. Time for each: {takes}.\n"
        + "\n".join(f"- {words}" for words in covered.example)
    )


@app.command("set")
def set_range(file: RangeFile, name: Name, home: Home = None, json: Json = False) -> None:
    """Let the next proofs of a name cover a range; earlier versions stay on record."""
    from muslin.runtime.rules import read_range

    brand = read_range(file)
    with open_studio(home) as studio:
        covered, version = studio.cover(brand, name), studio.set_range(brand, name)
    words = f"{told(covered)}\nVersion {version.version} of the probes of {name}: {version.why}"
    print_answer({"coverage": covered, "probes": version}, words, as_json=json)


@app.command("show")
def show(name: Name, home: Home = None, json: Json = False) -> None:
    """Show every version of the probes of a name."""
    with open_studio(home) as studio:
        versions = studio.probe_sets(name)
    rows = [
        (v.version, len(v.probes), v.carried, f"{v.at:%Y-%m-%d}", v.digest[:12], v.why)
        for v in versions
    ]
    headings = ("VERSION", "PROBES", "FROM FAILURES", "MADE", "DIGEST", "WHY")
    empty = "No probes yet; the first proof makes them from the dataset's range."
    print_answer({"versions": versions}, table(headings, rows, empty=empty), as_json=json)
