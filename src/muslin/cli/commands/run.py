"""`muslin run`: a folder of photos in, a proved checkpoint out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import (
    Home,
    Json,
    PresetName,
    ProfileFile,
    Seed,
    Sizes,
    Steps,
    bounded,
    open_studio,
)
from muslin.cli.plans import in_brief
from muslin.cli.printing import figure, marked, print_answer
from muslin.cli.progress import drawn
from muslin.domain.progress import Progress, Report

if TYPE_CHECKING:
    from muslin.domain.training import TrainingPlan
    from muslin.runtime.orders import RunOrder, RunOutcome


def run(  # noqa: PLR0913 - each is an option of the command line
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder of photos; folders inside count too.")
    ],
    *,
    name: Annotated[str, typer.Option(help="Name of the shoot, the run and the release.")],
    home: Home = None,
    steps: Steps = None,
    seed: Seed = None,
    photos: Annotated[int | None, typer.Option(help="Photos to learn from, 10 to 30.")] = None,
    sizes: Sizes = 1,
    profile: ProfileFile = None,
    preset: PresetName = None,
    rights: Annotated[
        str, typer.Option(help="Whose photos they are: own, or the name of a licence.")
    ] = "",
    rights_by: Annotated[
        str, typer.Option(help="Name of who says so; default: --approve-as.")
    ] = "",
    approve_as: Annotated[
        str | None, typer.Option(help="Approve in this person's name, and release.")
    ] = None,
    json: Json = False,
) -> None:
    """Import, check, select, plan, train and validate; with --approve-as also approve and release.

    Everything that was done before is found again, so a run that was stopped goes on.
    """
    from muslin.runtime.profiles import choose_profile

    tuning = choose_profile(profile, steps, seed, preset)
    with bounded():
        recipe = {"sizes": sizes} if photos is None else {"sizes": sizes, "photos": photos}
        said = {"rights": rights, "rights_by": rights_by, "approve_as": approve_as}
        order = run_order(folder, name, tuning.model_dump(), recipe, said)
    with open_studio(home) as studio, drawn() as report:
        outcome = studio.run(order, report, partial(tell_plan, report))
    print_answer(outcome, told(outcome), as_json=json)


def run_order(
    folder: Path,
    name: str,
    profile: dict[str, object],
    recipe: dict[str, int],
    said: dict[str, str | None],
) -> RunOrder:
    """The order as the studio reads it, with what people say; raises pydantic's ValidationError."""
    from muslin.domain.dataset import SelectionRecipe
    from muslin.domain.profile import Profile
    from muslin.runtime.orders import RunOrder

    tuning, selection = Profile.model_validate(profile), SelectionRecipe.model_validate(recipe)
    order = {"folder": folder, "name": name, "profile": tuning, "recipe": selection}
    return RunOrder.model_validate({**order, **said})


def tell_plan(report: Report, planned: TrainingPlan) -> None:
    """Say in one line what the training will take, where its progress will stand."""
    report(Progress("plan", 1, 1, unit="plan", note=in_brief(planned)))


def told(outcome: RunOutcome) -> str:
    """What a run made, for people."""
    plan = [f"Plan        {in_brief(outcome.plan)}"] if outcome.plan else []
    lines = [
        f"Photos      {outcome.imported} imported, {outcome.problems} left aside, "
        f"{outcome.kept} learnt from",
        *plan,
        f"Checkpoint  {outcome.picked or 'none'} of {len(outcome.checkpoints)}",
        f"Verdict     {marked(outcome.verdict)}: {outcome.reason}",
        *(f"  {name:<24} {figure(value)}" for name, value in outcome.figures.items()),
        *(f"Note        {note}" for note in outcome.notes),
        f"Report      {outcome.report_page}",
        f"Next        {next_step(outcome)}",
    ]
    return "\n".join(lines)


def next_step(outcome: RunOutcome) -> str:
    """The command that comes after this run."""
    if outcome.release is not None:
        return f'muslin images generate --release {outcome.release} --prompt "…" --out pictures'
    return f"muslin reviews approve {outcome.report} --as NAME"
