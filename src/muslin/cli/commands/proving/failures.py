"""`muslin failures`: what went wrong, what to bring, what became better."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import Home, Json, group, open_studio
from muslin.cli.printing import print_answer, table

if TYPE_CHECKING:
    from muslin.domain.proving.failures import (
        CollectionPlan,
        FailureComparison,
        KindChange,
        Rate,
    )

app = group("Failures, found by machines and people, until they say which photos are missing.")
Report = Annotated[str, typer.Argument(metavar="REPORT", help="Report, run, or name of a run.")]


@app.command("list")
def list_failures(report: Report, home: Home = None, json: Json = False) -> None:
    """List every failure with the prompt and seed that draw it again."""
    with open_studio(home) as studio:
        cases = studio.failures(report)
    rows = [(c.id, c.kind, c.region, c.probe.prompt, c.probe.seed, c.by, c.note) for c in cases]
    headings = ("CASE", "KIND", "REGION", "PROMPT", "SEED", "FOUND BY", "NOTE")
    print_answer({"failures": cases}, table(headings, rows, empty="No failures."), as_json=json)


@app.command("groups")
def groups(report: Report, home: Home = None, json: Json = False) -> None:
    """Gather failures by kind, garment and colour or backdrop, the surest rate first."""
    with open_studio(home) as studio:
        found = studio.failure_groups(report)
    rows = [(g.kind, g.category, g.where, told_rate(g.rate), g.taught) for g in found]
    headings = ("KIND", "GARMENT", "COLOUR OR BACKDROP", "FAILED (95 %)", "PHOTOS TAUGHT")
    print_answer({"groups": found}, table(headings, rows, empty="No failures."), as_json=json)


@app.command("plan")
def plan(report: Report, home: Home = None, json: Json = False) -> None:
    """Say which photos to bring, and how many, so that the next training does better."""
    with open_studio(home) as studio:
        found = studio.collection_plan(report)
    print_answer(found, told_plan(found), as_json=json)


def told_plan(plan: CollectionPlan) -> str:
    """A plan to hand to a photographer."""
    if not plan.collections:
        return "Nothing failed, so there is nothing to collect."
    lines = [f"Collect {plan.photos} photos for {plan.name}:"]
    for one in plan.collections:
        lines += [f"- {one.words}", f"  {one.why}"]
    return "\n".join(lines)


@app.command("compare")
def compare(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the runs.")],
    before: Annotated[
        str | None, typer.Option(metavar="REPORT", help="Default: the last but one.")
    ] = None,
    after: Annotated[str | None, typer.Option(metavar="REPORT", help="Default: the last.")] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Compare how often each kind failed in two proofs, on the probes that both drew."""
    with open_studio(home) as studio:
        found = studio.compare_failures(name, before, after)
    print_answer(found, told_comparison(found), as_json=json)


def told_comparison(found: FailureComparison) -> str:
    """A comparison for people."""
    head = f"{found.before} and {found.after}, {found.shared} probes that both drew"
    rows = [row_of(change) for change in found.kinds]
    headings = ("KIND", "BEFORE (95 %)", "AFTER (95 %)", "MENDED", "BROKEN", "BY CHANCE")
    return f"{head}\n\n{table(headings, rows, empty='Neither found a failure.')}"


def row_of(change: KindChange) -> tuple[object, ...]:
    """One kind of failure before and after."""
    return (
        change.kind,
        told_rate(change.before),
        told_rate(change.after),
        change.mended,
        change.broken,
        f"{100 * change.chance:.0f} %",
    )


def told_rate(rate: Rate) -> str:
    """`4 of 6 (30 to 90 %)`."""
    interval = f"{100 * rate.least:.0f} to {100 * rate.most:.0f} %"
    return f"{rate.failed} of {rate.pictures} ({interval})"
