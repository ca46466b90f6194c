"""`muslin reports`: what was measured on the checkpoints of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import Home, Json, group, open_studio
from muslin.cli.printing import figure, marked, print_answer, table

if TYPE_CHECKING:
    from muslin.cli.printing import Answer
    from muslin.domain.fact import CheckpointId
    from muslin.domain.judging import CheckpointProof, MetricValue, ValidationReport

app = group("Proofs: every checkpoint of a run on the same probes.")


@app.callback()
def reports() -> None:
    """Keep `show` a word of its own while it is the only one (typer would swallow it)."""


@app.command("show")
def show(
    report: Annotated[str, typer.Argument(metavar="ID", help="Report, run, or name of a run.")],
    home: Home = None,
    json: Json = False,
) -> None:
    """Show a report: verdict, figures of the base and of each checkpoint, and its page."""
    with open_studio(home) as studio:
        found = studio.report(report)
        page = studio.report_page(report)
    answer: Answer = {"report": found, "page": str(page)}
    print_answer(answer, told(found, page), as_json=json)


def told(report: ValidationReport, page: Path) -> str:
    """A report for people."""
    proofs = (report.base, *report.checkpoints)
    rows = metric_rows("brand", report.brand)
    for proof in proofs:
        rows += metric_rows(title(proof, report.picked), proof.metrics)
    return "\n".join(
        (
            f"{report.id}  {report.name}  {marked(report.verdict)}",
            report.reason,
            "",
            table(("OF", "METRIC", "VALUE", "SAMPLES", "VERDICT"), rows, empty="Nothing measured."),
            "",
            f"Page: {page}",
        )
    )


def title(proof: CheckpointProof, picked: CheckpointId | None) -> str:
    """What a proof is of; a star marks the picked checkpoint."""
    if proof.checkpoint is None:
        return "base"
    return f"step {proof.step}{' *' if proof.checkpoint == picked else ''}"


def metric_rows(of: str, metrics: Sequence[MetricValue]) -> list[tuple[str, ...]]:
    """Metrics as rows of a table."""
    return [
        (of, m.name, figure(m.value, m.unit), str(m.samples), marked(m.verdict)) for m in metrics
    ]
