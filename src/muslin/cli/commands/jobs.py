"""`muslin jobs`: work that outlives the command that asked for it."""

from __future__ import annotations

from typing import Annotated

import typer

from muslin.cli.options import Home, Json, group, open_studio
from muslin.cli.printing import print_answer, table
from muslin.cli.progress import drawn

app = group("Work that outlives the command that asked for it.")


@app.command("list")
def list_jobs(home: Home = None, json: Json = False) -> None:
    """List jobs with their states; a queued or stopped one goes on with `jobs follow`."""
    with open_studio(home) as studio:
        jobs = studio.jobs()
    rows = [(j.id, j.kind, j.subject, j.state, j.attempts, j.error or "") for j in jobs]
    words = table(("ID", "KIND", "OF", "STATE", "ATTEMPTS", "ERROR"), rows, empty="No jobs yet.")
    print_answer({"jobs": jobs}, words, as_json=json)


@app.command("follow")
def follow(
    job: Annotated[str, typer.Argument(metavar="JOB", help="Id of the job.")],
    home: Home = None,
    json: Json = False,
) -> None:
    """Carry a job on from where it stopped, until it ended."""
    from muslin.domain.fact import JobId

    with open_studio(home) as studio, drawn() as report:
        ended = studio.follow(JobId(job), report)
    print_answer(ended, f"{ended.id} is {ended.state}.", as_json=json)
