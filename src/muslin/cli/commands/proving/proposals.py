"""`muslin proposals`: trainings that evidence calls for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from muslin.cli.options import Home, Json, group, open_studio
from muslin.cli.printing import print_answer, table
from muslin.cli.progress import duration

if TYPE_CHECKING:
    from muslin.domain.proving.retraining import Proposal

app = group("Trainings that evidence calls for, with their price; nothing starts without a yes.")
Id = Annotated[str, typer.Argument(metavar="PROPOSAL", help="Id of the proposal.")]
Person = Annotated[str, typer.Option("--as", metavar="PERSON", help="Name of who decides.")]


@app.command("list")
def list_proposals(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Name of a look; default: all.")
    ] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """List proposals; what the evidence calls for by now is opened first."""
    with open_studio(home) as studio:
        found = studio.proposals(name)
    rows = [(p.id, p.name, p.due.trigger, p.state, p.by, priced(p), p.due.words) for p in found]
    headings = ("ID", "NAME", "TRIGGER", "STATE", "BY", "TAKES", "EVIDENCE")
    empty = "Nothing calls for a training."
    print_answer({"proposals": found}, table(headings, rows, empty=empty), as_json=json)


def priced(proposal: Proposal) -> str:
    """`about 12 min`, or that nobody knows."""
    seconds = [one.value for one in proposal.price if one.unit == "s"]
    known = [value for value in seconds if value is not None]
    return f"about {duration(sum(known))}" if known and len(known) == len(seconds) else "unknown"


@app.command("approve")
def approve(proposal: Id, person: Person, home: Home = None, json: Json = False) -> None:
    """Say yes: the photos may be frozen and trained again under the same name."""
    decide(proposal, "approved", person, "", home, as_json=json)


@app.command("decline")
def decline(
    proposal: Id,
    person: Person,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why not.")],
    home: Home = None,
    json: Json = False,
) -> None:
    """Say no: it comes back only when there is more evidence."""
    decide(proposal, "declined", person, reason, home, as_json=json)


def decide(
    proposal: str,
    state: Literal["approved", "declined"],
    person: str,
    reason: str,
    home: Path | None,
    *,
    as_json: bool,
) -> None:
    """Write a decision down and say what follows."""
    from muslin.domain.proving.retraining import ProposalState

    with open_studio(home) as studio:
        decided = studio.decide_proposal(proposal, ProposalState(state), person, reason)
    after = f"\nNext: muslin run FOLDER --name {decided.name}" if state == "approved" else ""
    print_answer(decided, f"{decided.by} {decided.state} {decided.id}.{after}", as_json=as_json)
