"""`muslin reviews`: people judge picture by picture, and a named person decides."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from muslin.cli.commands.proving import pictures
from muslin.cli.options import Home, Json, group, open_studio
from muslin.cli.printing import print_answer

app = group("Decisions of people; nothing is released without one.")
Report = Annotated[str, typer.Argument(metavar="REPORT", help="Report, run, or name of a run.")]
Person = Annotated[str, typer.Option("--as", metavar="PERSON", help="Name of who decides.")]


app.command("queue")(pictures.show_queue)
app.command("next")(pictures.show_next)
app.command("judge")(pictures.judge)
app.command("undo")(pictures.undo)
app.command("agreement")(pictures.agreement)


@app.command("approve")
def approve(
    report: Report,
    person: Person,
    reason: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="Why; may be given often.")
    ] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Approve the checkpoint that a report picked."""
    decide(report, person, "approved", reason or [], home, as_json=json)


@app.command("reject")
def reject(
    report: Report,
    person: Person,
    reason: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="Why; at least one.")
    ] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Reject the checkpoint that a report picked; at least one reason is needed."""
    decide(report, person, "rejected", reason or [], home, as_json=json)


def decide(
    report: str,
    person: str,
    decision: Literal["approved", "rejected"],
    reasons: list[str],
    home: Path | None,
    *,
    as_json: bool,
) -> None:
    """Write a decision down and say so."""
    from muslin.domain.judging import Decision

    with open_studio(home) as studio:
        review = studio.review(report, person, Decision(decision), reasons)
    words = f"{review.person} {review.decision} {review.checkpoint} ({review.id})."
    after = f"\nNext: muslin releases make {review.report}" if decision == "approved" else ""
    print_answer(review, words + after, as_json=as_json)
