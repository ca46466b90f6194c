"""What can be asked of a studio in one breath, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from muslin.domain.dataset import SelectionRecipe
from muslin.domain.fact import Fact
from muslin.domain.findings import Verdict
from muslin.domain.profile import Profile
from muslin.domain.training import TrainingPlan

Foresee = Callable[[TrainingPlan], None]
"""Told of a training's plan before it starts; what it raises keeps it from starting."""


def in_silence(_: TrainingPlan) -> None:
    """Tell nobody."""


class RunOrder(Fact):
    """A folder of photos in, a proved checkpoint out; with `approve_as`, a release."""

    folder: Path
    name: str = Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._ -]*$")
    profile: Profile = Profile()
    recipe: SelectionRecipe = SelectionRecipe()
    rights: str = Field("", max_length=1000, description="licence to state, `own` for one's own")
    rights_by: str = Field("", max_length=120, description="who states it; none = `approve_as`")
    approve_as: str | None = Field(None, min_length=1, max_length=120)

    @model_validator(mode="after")
    def _somebody_states_rights(self) -> Self:
        if self.rights and not (self.rights_by or self.approve_as):
            raise ValueError("rights need the name of who states them: rights_by")
        return self


class RunOutcome(Fact):
    """What a run made: ids to ask for more, paths to look at, figures to compare."""

    shoot: str
    imported: int
    problems: int
    dataset: str
    dataset_digest: str
    kept: int
    plan: TrainingPlan | None  # None = it was trained before
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
    notes: tuple[str, ...] = ()
