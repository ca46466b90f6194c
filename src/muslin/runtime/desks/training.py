"""Training: plans, runs, jobs."""

from __future__ import annotations

from muslin.curation.captions import with_trigger
from muslin.domain.curation.rights import RetiredKind
from muslin.domain.fact import DatasetId, JobId, RunId, fresh, now
from muslin.domain.profile import Profile
from muslin.domain.progress import Report, silent
from muslin.domain.training import Checkpoint, TrainingPlan, TrainingRun
from muslin.domain.work import Job, JobKind
from muslin.runtime.curation.rights import permit_training, refuse_retired
from muslin.runtime.desks.desk import Desk
from muslin.runtime.house.foreman import Foreman
from muslin.runtime.jobs.local import LocalExecutor
from muslin.runtime.prior import with_prior_prompts
from muslin.runtime.storage.jobs import JobEvent
from muslin.runtime.storage.records import Records


class TrainingDesk(Desk):
    """Plan, train, follow."""

    def plan(self, dataset: DatasetId, profile: Profile, report: Report = silent) -> TrainingPlan:
        """What a training would take on this machine, from a few timed steps."""
        self.permit(profile.base)
        bench = self._shop.training_bench()
        from muslin.training.planning.pace import foresee

        version = self.dataset(dataset)
        with self._shop.crops() as crops:
            held = with_prior_prompts(profile, version, self._shop)
            spoken = with_trigger(version, profile.trigger)
            planned = foresee(spoken, held, crops, bench, self._shop.terms(), report)
        notes = self.rights_notes(dataset)
        return planned.model_copy(update={"notes": (*planned.notes, *notes)})

    def rights_notes(self, dataset: DatasetId) -> list[str]:
        """What is not stated of the rights in a dataset's photos, in words for people.

        Raises RightsMissing and Retired where it may not be learnt from.
        """
        version, demand = self.dataset(dataset), self._shop.settings.rights
        return self._read(lambda records: permit_training(records, version, demand))

    def start_run(self, name: str, dataset: DatasetId, profile: Profile) -> Job:
        """Queue a training; one that was asked for before is taken up again."""
        self.rights_notes(dataset)  # refuses photos that may not be learnt from
        run = self._wanted(name, dataset, profile)
        with self._shop.storage.transaction() as connection:
            runs = Records(connection).runs
            known = next((r for r in runs.named(name) if _same_work(r, run)), None)
            if known is None:
                runs.add(run)
        return self._shop.queue.submit(JobKind.TRAIN, (known or run).id)

    def is_trained(self, name: str, dataset: DatasetId, profile: Profile) -> bool:
        """Whether the training that `start_run` would queue was carried to its end before."""
        wanted = self._wanted(name, dataset, profile)
        with self._shop.storage.reading() as connection:
            runs = Records(connection).runs
            known = [run for run in runs.named(name) if _same_work(run, wanted)]
            return any(runs.checkpoints(run.id) for run in known)

    def start_validation(self, run: RunId) -> Job:
        """Queue the proof of a run's checkpoints."""
        self._read(lambda records: records.runs.get(run))
        self._read(lambda records: refuse_retired(records, RetiredKind.RUN, run))
        return self._shop.queue.submit(JobKind.VALIDATE, run)

    def follow(self, job: JobId, report: Report = silent) -> Job:
        """Run a job here, or watch while another process does, until it is done."""
        return LocalExecutor(self._shop.home, self._shop.queue).follow(job, report)

    def job(self, id: JobId) -> Job:
        """A job by its id."""
        return self._shop.queue.get(id)

    def events(self, job: JobId, after: int = 0) -> list[JobEvent]:
        """What happened to a job after the event of that number, in order."""
        return self._shop.queue.events(job, after=after)

    def cancel_job(self, job: JobId) -> Job:
        """Stop a job; what it kept stays, and asking for it again goes on from there."""
        return self._shop.queue.cancel(job)

    def resume_job(self, job: JobId) -> Job:
        """Queue a job again that was stopped or failed."""
        known = self._shop.queue.get(job)
        return self._shop.queue.submit(known.kind, known.subject, key=known.key)

    def job_log(self, job: JobId, lines: int = 80) -> list[str]:
        """The last lines that a job printed; none when it printed nothing."""
        path = self._shop.home.run_folder(self._shop.queue.get(job).subject) / "log.txt"
        if not path.is_file():
            return []
        return path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]

    def foreman(self) -> Foreman:
        """Somebody who takes up queued jobs from now on, once started."""
        return Foreman(LocalExecutor(self._shop.home, self._shop.queue), self._shop.queue)

    def run_of(self, id: RunId) -> TrainingRun:
        """A training by its id."""
        return self._read(lambda records: records.runs.get(id))

    def jobs(self) -> list[Job]:
        """All jobs."""
        return self._shop.queue.all()

    def runs(self) -> list[TrainingRun]:
        """All trainings."""
        return self._read(lambda records: records.runs.all())

    def checkpoints(self, run: RunId) -> list[Checkpoint]:
        """The checkpoints of a training, first step first."""
        return self._read(lambda records: records.runs.checkpoints(run))

    def _wanted(self, name: str, dataset: DatasetId, profile: Profile) -> TrainingRun:
        """A run that is not recorded yet."""
        self.permit(profile.base)
        self._shop.training_bench()
        from muslin.networks.diffusion.base import open_base

        version, base = self.dataset(dataset), open_base(profile.base)
        return TrainingRun(
            id=RunId(fresh("run")),
            name=name,
            dataset=version.id,
            dataset_digest=version.digest,
            profile=with_prior_prompts(profile, version, self._shop),
            base_digest=base.digest,
            created_at=now(),
        )


def _same_work(known: TrainingRun, wanted: TrainingRun) -> bool:
    work = {"dataset_digest", "profile", "base_digest", "imported"}
    return known.model_dump(include=work) == wanted.model_dump(include=work)
