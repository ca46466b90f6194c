"""`muslin gates`: dataset, training, validation, review, release, and what was overridden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import Home, Json, group, open_studio
from muslin.cli.printing import marked, print_answer, table

if TYPE_CHECKING:
    from muslin.domain.leaving import Override
    from muslin.domain.proving.gates import GateRecord

app = group("The five gates before a release, with their evidence.")


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a run.")],
    history: Annotated[
        bool, typer.Option("--history", help="Every record ever made, oldest first.")
    ] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show how the gates of a name stand: each check, who passed it, when, on which evidence."""
    with open_studio(home) as studio:
        gates = studio.gates(name)
        if history:
            gates = studio.gate_history(name)
    print_answer({"gates": gates}, told(gates), as_json=json)


@app.command("override")
def override(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="Report, run, or name of a run.")],
    check: Annotated[str, typer.Argument(metavar="CHECK", help="Check, as `gates show` names it.")],
    person: Annotated[
        str, typer.Option("--as", metavar="PERSON", help="Name of who answers for it.")
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; shown with the release.")],
    home: Home = None,
    json: Json = False,
) -> None:
    """Let one check hold nothing back, in a person's name; it is shown for ever."""
    with open_studio(home) as studio:
        said = studio.override(report, check, person, reason)
    words = f"{said.person} overrode {said.check} ({said.verdict}) of {said.report}."
    print_answer(said, words, as_json=json)


def told(gates: Sequence[GateRecord]) -> str:
    """Gates for people."""
    rows: list[tuple[str, ...]] = []
    for gate in gates:
        rows.append((gate.phase, "", marked(gate.verdict), signed(gate)))
        rows += [("", check.name, marked(check.verdict), check.words) for check in gate.checks]
        rows += [("", one.check, "! overridden", excused(one)) for one in gate.overrides]
    return table(("GATE", "CHECK", "VERDICT", "EVIDENCE"), rows, empty="No gates yet.")


def signed(gate: GateRecord) -> str:
    """Who, when, and what was looked at; nothing for a gate that nobody came to."""
    if not gate.evidence:
        return ""
    short = ", ".join(one if len(one) <= 40 else f"{one[:37]}…" for one in gate.evidence[:3])
    return f"{gate.by or 'nobody'}, {gate.at:%Y-%m-%d %H:%M} UTC: {short}"


def excused(override: Override) -> str:
    """An override in one line."""
    return f"by {override.person}, {override.at:%Y-%m-%d %H:%M} UTC: {override.reason}"
