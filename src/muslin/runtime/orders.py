"""What can be asked of a studio in one breath, and what comes back."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from muslin.domain.dataset import SelectionRecipe
from muslin.domain.fact import Fact
from muslin.domain.findings import Verdict
from muslin.domain.profile import Profile


class RunOrder(Fact):
    """A folder of photos in, a proved checkpoint out; with `approve_as`, a release."""

    folder: Path
    name: str = Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._ -]*$")
    profile: Profile = Profile()
    recipe: SelectionRecipe = SelectionRecipe()
    approve_as: str | None = Field(None, min_length=1, max_length=120)


class RunOutcome(Fact):
    """What a run made: ids to ask for more, paths to look at, figures to compare."""

    shoot: str
    imported: int
    problems: int
    dataset: str
    dataset_digest: str
    kept: int
    run: str
    checkpoints: tuple[str, ...]
    picked: str | None
    report: str
    report_page: Path
    verdict: Verdict
    reason: str
    review: str | None
    release: str | None
    figures: dict[str, float | None]
    seconds: dict[str, float]
