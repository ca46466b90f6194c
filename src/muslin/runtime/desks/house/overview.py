"""Overview: where every profile stands, read from the records anew each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from muslin.domain.catalog import Photo, Problem, Shoot
from muslin.domain.dataset import DatasetVersion
from muslin.domain.errors import NotFound
from muslin.domain.findings import Verdict
from muslin.domain.house.standing import Gate, GateName, Standing, Stitch
from muslin.domain.judging import Decision, Review, ValidationReport
from muslin.domain.leaving import Alias, Release
from muslin.domain.training import TrainingRun
from muslin.domain.work import Job, JobKind, JobState
from muslin.runtime.desks.desk import Desk
from muslin.runtime.storage.records import Records

_OPEN = {JobState.QUEUED, JobState.RUNNING}


class OverviewDesk(Desk):
    """Stand back and look."""

    def standings(self) -> list[Standing]:
        """Every profile, the one that changed last first."""

        def all_of(records: Records) -> list[Standing]:
            names = {shoot.name for shoot in records.shoots.all()}
            names |= {run.name for run in records.runs.all()}
            names |= {j.subject for j in records.jobs.all() if j.kind is JobKind.INTAKE}
            return [_standing(records, name) for name in names]

        return sorted(self._read(all_of), key=lambda s: s.changed_at, reverse=True)

    def standing(self, name: str) -> Standing:
        """Where one profile stands. Raises NotFound."""
        return self._read(lambda records: _standing(records, name))

    def faces(self, name: str, count: int = 4) -> list[Photo]:
        """A few photos of a profile's shoot, spread over it, to know it by."""

        def find(records: Records) -> list[Photo]:
            run = next(reversed(records.runs.named(name)), None)
            shoot = records.datasets.get(run.dataset).shoot if run else None
            found = records.shoots.find(name)
            shoot = shoot or (found.id if found else None)
            return records.photos.of(shoot) if shoot else []

        photos = self._read(find)
        return photos[:: max(1, len(photos) // count)][:count]

    def shoot_of(self, name: str) -> tuple[Shoot, list[Photo], list[Problem]]:
        """A shoot with its photos and the files that did not become one. Raises NotFound."""

        def find(records: Records) -> tuple[Shoot, list[Photo], list[Problem]]:
            shoot = records.shoots.find(name)
            if shoot is None:
                raise NotFound(f"There is no shoot {name!r}.", hint="Shoots lists them all.")
            return shoot, records.photos.of(shoot.id), records.photos.problems(shoot.id)

        return self._read(find)


@dataclass(slots=True)
class _Way:
    """What there is of a profile, newest of each."""

    name: str
    intake: Job | None = None
    shoot: Shoot | None = None
    photos: int = 0
    problems: int = 0
    dataset: DatasetVersion | None = None
    run: TrainingRun | None = None
    train: Job | None = None
    validate: Job | None = None
    report: ValidationReport | None = None
    review: Review | None = None
    release: Release | None = None
    live: Release | None = None

    def when(self) -> datetime:
        """When anything of it last changed."""
        made = (self.dataset, self.run, self.report, self.release)
        times = [thing.created_at for thing in made if thing]
        times += [job.created_at for job in (self.intake, self.train, self.validate) if job]
        times += [self.shoot.imported_at] if self.shoot else []
        times += [self.review.at] if self.review else []
        return max(times)

    def job(self) -> Job | None:
        """The job that is under way."""
        jobs = (self.intake, self.train, self.validate)
        return next((job for job in jobs if job and job.state in _OPEN), None)


def _standing(records: Records, name: str) -> Standing:
    way = _way(records, name)
    return Standing(
        name=name,
        gates=_gates(way),
        shoot=way.shoot.id if way.shoot else None,
        shoot_name=way.shoot.name if way.shoot else None,
        photos=way.photos,
        problems=way.problems,
        dataset=way.dataset.id if way.dataset else None,
        run=way.run.id if way.run else None,
        report=way.report.id if way.report else None,
        live=way.live.id if way.live else None,
        job=way.job(),
        changed_at=way.when(),
    )


def _way(records: Records, name: str) -> _Way:
    way = _Way(name)
    jobs = records.jobs.all()
    way.intake = _newest(jobs, JobKind.INTAKE, name)
    way.run = next(reversed(records.runs.named(name)), None)
    if way.run is not None:
        way.dataset = records.datasets.get(way.run.dataset)
        shoots = {shoot.id: shoot for shoot in records.shoots.all()}
        way.shoot = shoots[way.dataset.shoot]
    else:
        way.shoot = records.shoots.find(name)
    if way.shoot is None and way.intake is None:
        raise NotFound(f"There is no profile {name!r}.", hint="Profiles lists them all.")
    if way.shoot is not None:
        _follow(records, way, way.shoot, jobs)
    return way


def _follow(records: Records, way: _Way, shoot: Shoot, jobs: list[Job]) -> None:
    """From the photos as far as there is anything."""
    way.photos = len(records.photos.of(shoot.id))
    way.problems = len(records.photos.problems(shoot.id))
    newest = next(reversed(records.datasets.of_shoot(shoot.id)), None)
    if newest and way.dataset and way.run and newest.created_at > way.run.created_at:
        way.run = None  # the photos were chosen anew since
    way.dataset = newest if way.run is None else way.dataset
    if way.run is not None:
        way.train = _newest(jobs, JobKind.TRAIN, way.run.id)
        way.validate = _newest(jobs, JobKind.VALIDATE, way.run.id)
        way.report = next(reversed(records.reports.of_run(way.run.id)), None)
    if way.report is not None:
        way.review = next(reversed(records.reviews.of_report(way.report.id)), None)
    released = records.releases.named(way.name)
    if way.review is not None:
        mine = [r for r in released if r.report == way.review.report]
        way.release = next(reversed(mine), None)
    live = records.releases.aliases(way.name).get(Alias.LIVE)
    way.live = next((r for r in released if r.id == live), None)


def _newest(jobs: list[Job], kind: JobKind, subject: str) -> Job | None:
    return next((j for j in reversed(jobs) if j.kind is kind and j.subject == subject), None)


def _gates(way: _Way) -> tuple[Gate, ...]:
    """The six gates; those after the first that is not passed are open."""
    judge = (_photos, _dataset, _training, _proof, _review, _release)
    gates: list[Gate] = []
    reached = True
    for name, look in zip(GateName, judge, strict=True):
        stitch, words = look(way) if reached else (Stitch.OPEN, "not yet")
        gates.append(Gate(name=name, stitch=stitch, words=words))
        reached = reached and stitch is Stitch.STITCHED
    return tuple(gates)


def _at_work(job: Job, doing: str) -> tuple[Stitch, str]:
    if job.state is JobState.FAILED:
        return Stitch.PIN, "broke off"
    if job.state is JobState.CANCELLED:
        return Stitch.NEEDLE, "stopped"
    return Stitch.NEEDLE, doing if job.state is JobState.RUNNING else "waits for its turn"


def _photos(way: _Way) -> tuple[Stitch, str]:
    if way.intake is not None and way.intake.state is not JobState.DONE:
        return _at_work(way.intake, "being looked at")
    return Stitch.STITCHED, f"{way.photos} photos"


def _dataset(way: _Way) -> tuple[Stitch, str]:
    if way.dataset is None:
        return Stitch.NEEDLE, "to be chosen"
    return Stitch.STITCHED, f"{len(way.dataset.photos)} photos frozen"


def _training(way: _Way) -> tuple[Stitch, str]:
    if way.run is None:
        return Stitch.NEEDLE, "to be started"
    if way.train is not None and way.train.state is not JobState.DONE:
        return _at_work(way.train, "learning")
    return Stitch.STITCHED, f"{way.run.profile.steps} steps"


def _proof(way: _Way) -> tuple[Stitch, str]:
    if way.report is None:
        return _at_work(way.validate, "being proved") if way.validate else (Stitch.NEEDLE, "next")
    stitches = {
        Verdict.PASSED: (Stitch.STITCHED, "passed"),
        Verdict.FAILED: (Stitch.PIN, "failed"),
        Verdict.UNKNOWN: (Stitch.PIN, "not measured"),
    }
    return stitches[way.report.verdict]


def _review(way: _Way) -> tuple[Stitch, str]:
    if way.review is None:
        return Stitch.NEEDLE, "waits for a person"
    if way.review.decision is Decision.APPROVED:
        return Stitch.STITCHED, f"approved by {way.review.person}"
    return Stitch.PIN, f"rejected by {way.review.person}"


def _release(way: _Way) -> tuple[Stitch, str]:
    if way.release is None:
        return Stitch.NEEDLE, "ready to be released"
    if way.live is not None and way.live.id == way.release.id:
        return Stitch.STITCHED, "live"
    return Stitch.NEEDLE, "released, not live"
