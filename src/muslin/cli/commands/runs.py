"""`muslin runs`: a profile at work on a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import Home, Json, ProfileFile, Seed, Steps, group, open_studio
from muslin.cli.plans import told_plan
from muslin.cli.printing import print_answer, table
from muslin.cli.progress import drawn
from muslin.domain.errors import NotFound

if TYPE_CHECKING:
    from muslin.domain.training import TrainingRun

app = group("Trainings: a profile at work on a dataset.")
Dataset = Annotated[str, typer.Option("--dataset", help="Id of the dataset.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="Id or name of the run.")]


@app.command("plan")
def plan(
    dataset: Dataset,
    profile: ProfileFile = None,
    steps: Steps = None,
    seed: Seed = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Say what a training would take on this machine, and start nothing."""
    from muslin.domain.fact import DatasetId
    from muslin.runtime.profiles import choose_profile

    tuning = choose_profile(profile, steps, seed)
    with open_studio(home) as studio:
        planned = studio.plan(DatasetId(dataset), tuning)
    print_answer(planned, told_plan(planned), as_json=json)


@app.command("start")
def start(
    dataset: Dataset,
    name: Annotated[str, typer.Option(help="Name of the run, and later of its releases.")],
    profile: ProfileFile = None,
    steps: Steps = None,
    seed: Seed = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Train until done; Ctrl-C stops, the same command goes on from the last saved step."""
    from muslin.domain.fact import DatasetId
    from muslin.runtime.profiles import choose_profile

    tuning = choose_profile(profile, steps, seed)
    with open_studio(home) as studio, drawn() as report:
        for note in studio.rights_notes(DatasetId(dataset)):
            typer.echo(note, err=True)
        job = studio.follow(studio.start_run(name, DatasetId(dataset), tuning).id, report)
    print_answer(job, f"Trained: muslin runs validate {job.subject}", as_json=json)


@app.command("validate")
def validate(run: RunName, home: Home = None, json: Json = False) -> None:
    """Prove every checkpoint of a run on the same probes, beside the base network."""
    with open_studio(home) as studio, drawn() as report:
        subject = found(studio.runs(), run).id
        job = studio.follow(studio.start_validation(subject).id, report)
    print_answer(job, f"Validated: muslin reports show {job.subject}", as_json=json)


@app.command("list")
def list_runs(home: Home = None, json: Json = False) -> None:
    """List the trainings of the studio."""
    with open_studio(home) as studio:
        runs = studio.runs()
    rows = [
        (r.name, r.id, r.dataset, r.profile.steps, f"{r.created_at:%Y-%m-%d %H:%M}") for r in runs
    ]
    empty = "No runs yet: muslin run FOLDER --name NAME"
    words = table(("NAME", "ID", "DATASET", "STEPS", "STARTED (UTC)"), rows, empty=empty)
    print_answer({"runs": runs}, words, as_json=json)


@app.command("show")
def show(run: RunName, home: Home = None, json: Json = False) -> None:
    """Show everything that decides a run's result."""
    with open_studio(home) as studio:
        shown = found(studio.runs(), run)
    fields = [(name, value) for name, value in shown.profile.model_dump().items()]
    words = f"{shown.id}  {shown.name}  dataset {shown.dataset}\n"
    print_answer(shown, words + table(("FIELD", "VALUE"), fields, empty=""), as_json=json)


def found(runs: list[TrainingRun], wanted: str) -> TrainingRun:
    """The run with an id, or the newest with a name; raises NotFound."""
    named = [run for run in runs if wanted in (run.id, run.name)]
    if not named:
        raise NotFound(f"No run is called {wanted!r}.", hint="`muslin runs list` shows them.")
    return max(named, key=lambda run: run.created_at)
