"""Plans, runs and jobs."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from muslin.domain.fact import DatasetId, JobId, RunId
from muslin.domain.house.people import Right
from muslin.domain.profile import Profile
from muslin.domain.training import Checkpoint, TrainingPlan, TrainingRun
from muslin.domain.work import Job
from muslin.runtime.storage.jobs import JobEvent
from muslin.server.access import allow
from muslin.server.api.shapes import REFUSALS, Listed, OnceDep, PartDep
from muslin.server.studio import StudioDep

router = APIRouter(prefix="/api/v1", tags=["training"], responses=REFUSALS)


class PlanOrder(BaseModel):
    """What a training would learn from, and how."""

    dataset: str
    profile: Profile = Profile()


class TrainOrder(PlanOrder):
    """A training under a name."""

    name: str = Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._ -]*$")


@router.post("/plans")
@allow(Right.WORK)
def plan(studio: StudioDep, order: PlanOrder) -> TrainingPlan:
    """What a training would take on this machine; starts nothing."""
    return studio.plan(DatasetId(order.dataset), order.profile)


@router.get("/runs")
@allow(Right.LOOK)
def runs(studio: StudioDep, part: PartDep) -> Listed[TrainingRun]:
    """All trainings, oldest first."""
    return part.of(studio.runs())


@router.post("/runs", status_code=202)
@allow(Right.WORK)
def start(studio: StudioDep, once: OnceDep, order: TrainOrder) -> Job:
    """Queue a training; its proof follows by itself. Asking twice is asking once."""
    return once(
        Job, order, lambda: studio.start_run(order.name, DatasetId(order.dataset), order.profile)
    )


@router.get("/runs/{run}")
@allow(Right.LOOK)
def run(studio: StudioDep, run: str) -> TrainingRun:
    """One training: everything that decides its result."""
    return studio.run_of(RunId(run))


@router.get("/runs/{run}/checkpoints")
@allow(Right.LOOK)
def checkpoints(studio: StudioDep, run: str) -> list[Checkpoint]:
    """What a training kept, first step first."""
    return studio.checkpoints(studio.run_of(RunId(run)).id)


@router.post("/runs/{run}/proof", status_code=202)
@allow(Right.WORK)
def prove(studio: StudioDep, run: str) -> Job:
    """Queue the proof of a run's checkpoints."""
    return studio.start_validation(RunId(run))


@router.get("/jobs")
@allow(Right.LOOK)
def jobs(studio: StudioDep, part: PartDep) -> Listed[Job]:
    """All jobs, oldest first."""
    return part.of(studio.jobs())


@router.get("/jobs/{job}")
@allow(Right.LOOK)
def job(studio: StudioDep, job: str) -> Job:
    """One job. `GET /jobs/{job}/events` streams it as server-sent events."""
    return studio.job(JobId(job))


@router.get("/jobs/{job}/history")
@allow(Right.LOOK)
def history(studio: StudioDep, job: str, after: int = 0) -> list[JobEvent]:
    """What happened to a job after the event of that number."""
    return studio.events(studio.job(JobId(job)).id, after)


@router.get("/jobs/{job}/log")
@allow(Right.WORK)
def log(studio: StudioDep, job: str) -> list[str]:
    """The last lines that a job printed."""
    return studio.job_log(JobId(job))


@router.post("/jobs/{job}/cancel")
@allow(Right.WORK)
def cancel(studio: StudioDep, job: str) -> Job:
    """Stop a job; what it kept stays."""
    return studio.cancel_job(JobId(job))


@router.post("/jobs/{job}/resume", status_code=202)
@allow(Right.WORK)
def resume(studio: StudioDep, job: str) -> Job:
    """Queue a job again that was stopped or failed."""
    return studio.resume_job(JobId(job))
