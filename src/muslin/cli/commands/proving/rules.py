"""`muslin rules`: what a brand does not negotiate about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import Home, Json, group, open_studio
from muslin.cli.printing import print_answer, table

if TYPE_CHECKING:
    from muslin.domain.proving.rules import Rules, RulesVersion

app = group("Non-negotiables: limits for machines, questions for people; every gate checks them.")


@app.command("set")
def set_rules(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Rules file (TOML).")],
    person: Annotated[str, typer.Option("--as", metavar="PERSON", help="Name of who sets them.")],
    name: Annotated[
        str, typer.Option(help="Runs and releases that they are for; default: the whole house.")
    ] = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Make the rules of a file count from now on; earlier versions stay on record."""
    from muslin.runtime.rules import read_rules

    rules = read_rules(file)
    with open_studio(home) as studio:
        version = studio.set_rules(rules, person, name)
    print_answer(version, told(version), as_json=json)


@app.command("show")
def show(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="Name of a run; default: the whole house.")
    ] = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Show the rules that count for a name: its own, else those of the whole house."""
    with open_studio(home) as studio:
        version = studio.rules(name)
    empty = "No rules yet: muslin rules set FILE --as NAME"
    words = told(version) if version else empty
    print_answer({"rules": version}, words, as_json=json)


def told(version: RulesVersion) -> str:
    """Rules for people."""
    whose = version.name or "the whole house"
    head = f"Version {version.version} for {whose}, set by {version.by} on {version.at:%Y-%m-%d}"
    rows = rows_of(version.rules)
    return f"{head}\n\n{table(('ASKED OF', 'RULE', 'LIMIT', 'WHY'), rows, empty='No rules.')}"


def rows_of(rules: Rules) -> list[tuple[str, str, str, str]]:
    """One row for each rule."""
    from muslin.release.rules import bounds_of

    machine = [("machines", r.metric, bounds_of(r), r.why) for r in rules.machine]
    human = [
        (
            "people",
            r.name,
            f"yes for {100 * r.at_least:.0f} % of {r.min_samples} pictures or more",
            r.question,
        )
        for r in rules.human
    ]
    return machine + human
