"""Datasets: frozen versions, what they hold, how they differ, who learnt from them."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from muslin.domain.curation.sets import DatasetCheck, DatasetDiff
from muslin.domain.dataset import DatasetVersion, SelectionRecipe
from muslin.domain.fact import DatasetId
from muslin.domain.house.people import Right
from muslin.domain.training import TrainingRun
from muslin.server.access import allow
from muslin.server.api.shapes import REFUSALS, BaseName, Listed, OnceDep, PartDep, Trigger
from muslin.server.studio import StudioDep

router = APIRouter(prefix="/api/v1", tags=["datasets"], responses=REFUSALS)


class Unmeasured(BaseModel):
    """The work that a freeze brings."""

    photos: int


@router.post("/shoots/{name}/proposal")
@allow(Right.LOOK)
def propose(studio: StudioDep, name: str, recipe: SelectionRecipe) -> DatasetVersion:
    """What freezing would make; nothing is kept."""
    return studio.propose_dataset(name, recipe)


@router.get("/shoots/{name}/unmeasured")
@allow(Right.LOOK)
def unmeasured(studio: StudioDep, name: str) -> Unmeasured:
    """How many photos of a shoot nobody has measured yet."""
    return Unmeasured(photos=studio.unmeasured(name))


@router.post("/shoots/{name}/datasets", status_code=201)
@allow(Right.WORK)
def freeze(studio: StudioDep, once: OnceDep, name: str, recipe: SelectionRecipe) -> DatasetVersion:
    """Freeze a dataset; the same content gives the one that is there."""
    return once(DatasetVersion, recipe, lambda: studio.freeze_dataset(name, recipe))


@router.get("/datasets")
@allow(Right.LOOK)
def datasets(studio: StudioDep, part: PartDep) -> Listed[DatasetVersion]:
    """All frozen versions, oldest first."""
    return part.of(studio.datasets())


@router.get("/datasets/{dataset}")
@allow(Right.LOOK)
def dataset(studio: StudioDep, dataset: str) -> DatasetVersion:
    """A frozen dataset."""
    return studio.dataset(DatasetId(dataset))


@router.get("/datasets/{dataset}/diff")
@allow(Right.LOOK)
def diff(studio: StudioDep, dataset: str, before: str) -> DatasetDiff:
    """What changed from the version `before` to this one."""
    return studio.diff_datasets(DatasetId(before), DatasetId(dataset))


@router.get("/datasets/{dataset}/runs")
@allow(Right.LOOK)
def trained_on(studio: StudioDep, part: PartDep, dataset: str) -> Listed[TrainingRun]:
    """The trainings that learn from a dataset, oldest first."""
    return part.of(studio.trained_on(studio.dataset(DatasetId(dataset)).id))


@router.get("/datasets/{wanted}/check")
@allow(Right.WORK)
def check(
    studio: StudioDep, wanted: str, trigger: Trigger = "", base: BaseName = "starter"
) -> DatasetCheck:
    """Everything about a dataset by its id, or a shoot by its name, as a set."""
    return studio.check_dataset(wanted, trigger=trigger, base=base)
