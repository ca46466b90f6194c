"""The studio: every verb of the product, for Python, the command line and HTTP alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from muslin.curation.backdrop import commonest_backdrop
from muslin.curation.captions import caption_of
from muslin.curation.findings import findings_of
from muslin.curation.freeze import freeze
from muslin.curation.import_shoot import Stores, import_shoot
from muslin.curation.measure import measure_shoot
from muslin.domain.catalog import ImportReport, Photo, Shoot
from muslin.domain.dataset import DatasetVersion, SelectionRecipe
from muslin.domain.errors import InvalidRequest, NotFound
from muslin.domain.fact import DatasetId, JobId, ReleaseId, ReportId, RunId, fresh, now
from muslin.domain.findings import Measures
from muslin.domain.judging import Decision, Review, ValidationReport
from muslin.domain.leaving import (
    Alias,
    ExportedRelease,
    ExportOrder,
    GenerateOrder,
    Generation,
    Release,
)
from muslin.domain.licence import Licence, LicenceAcceptance, LicenceEntry
from muslin.domain.profile import Profile
from muslin.domain.progress import Report, silent
from muslin.domain.training import (
    Checkpoint,
    ImportedAdapter,
    ImportOrder,
    TrainingPlan,
    TrainingRun,
)
from muslin.domain.work import Job, JobKind
from muslin.imaging.guard import PhotoDecoder
from muslin.networks.external import external_file
from muslin.release.registry import make_release, promote, roll_back
from muslin.review.decide import decide
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.disk import make_folder, write_atomic
from muslin.runtime.doctor import DoctorLine, examine
from muslin.runtime.exchange.export import export_release
from muslin.runtime.exchange.take_in import import_adapter, imported_checkpoint
from muslin.runtime.jobs.local import LocalExecutor
from muslin.runtime.jobs.work import report_page
from muslin.runtime.orders import RunOrder, RunOutcome, ShootCheck
from muslin.runtime.prior import with_prior_prompts
from muslin.runtime.storage.records import Records
from muslin.runtime.weights.fetch import fetch, take
from muslin.tools.generate import Look, generate
from muslin.tools.save import save_pictures

T = TypeVar("T")


class Studio:
    """An open studio; a context manager. Every method is one or more whole transactions."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop

    @classmethod
    def open(cls, home: Path | None = None) -> Self:
        """The studio in a folder (default $MUSLIN_HOME or ~/.muslin), made when missing."""
        return cls(Workshop.open(home))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shop.__exit__(kind, error, trace)

    # Photos

    def import_shoot(self, folder: Path, name: str, report: Report = silent) -> ImportReport:
        """Import a folder of photos under a name, or what is new in it."""
        with PhotoDecoder() as decoder, self._shop.storage.transaction() as connection:
            records = Records(connection)
            stores = Stores(records.shoots, records.photos, self._shop.blobs, decoder)
            return import_shoot(folder, name, stores, report)

    def shoots(self) -> list[Shoot]:
        """All shoots."""
        return self._read(lambda records: records.shoots.all())

    def check_shoot(self, name: str, report: Report = silent) -> ShootCheck:
        """Measure every photo of a shoot and say what follows."""
        shoot, photos, measures = self._measured(name, report)
        return ShootCheck(
            shoot=shoot,
            backdrop=commonest_backdrop(measures),
            measures=tuple(measures),
            findings=tuple(findings_of(measures, {p.id: p.file_name for p in photos})),
        )

    def freeze_dataset(
        self, shoot: str, recipe: SelectionRecipe, report: Report = silent
    ) -> DatasetVersion:
        """Select, crop, caption and split; the same content gives the version that is there."""
        found, photos, measures = self._measured(shoot, report)
        version = freeze(found, photos, measures, recipe, caption_of)
        with self._shop.storage.transaction() as connection:
            datasets = Records(connection).datasets
            known = datasets.with_digest(found.id, version.digest)
            if known is None:
                datasets.add(version)
        return known or version

    def dataset(self, id: DatasetId) -> DatasetVersion:
        """A frozen dataset."""
        return self._read(lambda records: records.datasets.get(id))

    # Training and proof

    def plan(self, dataset: DatasetId, profile: Profile, report: Report = silent) -> TrainingPlan:
        """What a training would take on this machine, from a few timed steps."""
        self.permit(profile.base)
        bench = self._shop.training_bench()
        from muslin.training.planning.pace import foresee

        version = self.dataset(dataset)
        with self._shop.crops() as crops:
            held = with_prior_prompts(profile, version, self._shop)
            return foresee(version, held, crops, bench, self._shop.terms(), report)

    def start_run(self, name: str, dataset: DatasetId, profile: Profile) -> Job:
        """Queue a training; one that was asked for before is taken up again."""
        self.permit(profile.base)
        self._shop.training_bench()
        from muslin.networks.diffusion.base import open_base

        version, base = self.dataset(dataset), open_base(profile.base)
        run = TrainingRun(
            id=RunId(fresh("run")),
            name=name,
            dataset=version.id,
            dataset_digest=version.digest,
            profile=with_prior_prompts(profile, version, self._shop),
            base_digest=base.digest,
            created_at=now(),
        )
        with self._shop.storage.transaction() as connection:
            runs = Records(connection).runs
            known = next((r for r in runs.named(name) if _same_work(r, run)), None)
            if known is None:
                runs.add(run)
        return self._shop.queue.submit(JobKind.TRAIN, (known or run).id)

    def start_validation(self, run: RunId) -> Job:
        """Queue the proof of a run's checkpoints."""
        self._read(lambda records: records.runs.get(run))
        return self._shop.queue.submit(JobKind.VALIDATE, run)

    def follow(self, job: JobId, report: Report = silent) -> Job:
        """Run a job here, or watch while another process does, until it is done."""
        return LocalExecutor(self._shop.home, self._shop.queue).follow(job, report)

    def jobs(self) -> list[Job]:
        """All jobs."""
        return self._shop.queue.all()

    def runs(self) -> list[TrainingRun]:
        """All trainings."""
        return self._read(lambda records: records.runs.all())

    def checkpoints(self, run: RunId) -> list[Checkpoint]:
        """The checkpoints of a training, first step first."""
        return self._read(lambda records: records.runs.checkpoints(run))

    def report(self, id: str) -> ValidationReport:
        """A report by its id, or the latest of a run's id or a name."""

        def find(records: Records) -> ValidationReport:
            of_run = records.reports.of_run(RunId(id))
            if of_run:
                return of_run[-1]
            return records.reports.latest_named(id) or records.reports.get(ReportId(id))

        return self._read(find)

    def report_page(self, id: str) -> Path:
        """The HTML page of a report; written anew where it is missing."""
        found = self.report(id)
        page = report_page(self._shop.home, found)
        if not page.exists():
            write_atomic(page, self._shop.blobs.get(found.page))
        return page

    # Review and release

    def review(
        self, report: str, person: str, decision: Decision, reasons: Sequence[str] = ()
    ) -> Review:
        """Write down a named person's decision on a report."""
        review = decide(self.report(report), person, decision, reasons)
        with self._shop.storage.transaction() as connection:
            Records(connection).reviews.add(review)
        return review

    def release(self, report: str, alias: Alias = Alias.LIVE) -> Release:
        """Release what a report picked and a person approved. Raises GateClosed."""
        found = self.report(report)
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            reviews = records.reviews.of_report(found.id)
            base = records.runs.get(found.run).profile.base
            release = make_release(found, reviews, base)
            known = next(
                (r for r in records.releases.named(found.name) if r.review == release.review), None
            )
            if known is None:
                records.releases.add(release)
            _point(records, known or release, alias)
        return known or release

    def releases(self) -> list[Release]:
        """All releases."""
        return self._read(lambda records: records.releases.all())

    def aliases(self, name: str) -> dict[Alias, ReleaseId]:
        """Where the aliases of a name point."""
        return self._read(lambda records: records.releases.aliases(name))

    def export_release(self, order: ExportOrder, out: Path) -> ExportedRelease:
        """Write a release for another tool, with its card, into a new folder."""
        release = self._read(lambda records: _resolve(records, order.release))
        return export_release(self._shop, release, order, out)

    def import_adapter(self, file: Path, order: ImportOrder) -> ImportedAdapter:
        """Take in another tool's adapter, to be proved, reviewed and released like a training."""
        return import_adapter(self._shop, file, order)

    def promote(self, release: str, alias: Alias) -> Release:
        """Point an alias to a release; what was live becomes previous."""
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            found = records.releases.get(ReleaseId(release))
            _point(records, found, alias)
        return found

    def roll_back(self, name: str) -> Release:
        """Make the previous release of a name live again."""
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            before = records.releases.aliases(name)
            after = roll_back(before)
            found = records.releases.get(after[Alias.LIVE])
            _write_aliases(records, name, before, after, by="rollback")
        return found

    # Pictures

    def generate(self, order: GenerateOrder, report: Report = silent) -> list[Generation]:
        """Draw pictures with a release, or with the base; all of them are kept."""
        look = self._look(order)
        renderer = self._shop.renderer(look.base)
        made = []
        for generation in generate(order, look, renderer, self._shop.blobs, report):
            with self._shop.storage.transaction() as connection:
                Records(connection).generations.add(generation)
            made.append(generation)
        return made

    def save_pictures(self, generations: Sequence[Generation], out: Path) -> list[Path]:
        """Write pictures and their contact sheet into a folder; the sheet's path is the last.

        The folder is made when missing. Raises HomeUnusable and DiskFull.
        """
        make_folder(out)
        return save_pictures(generations, self._shop.blobs, out, write_atomic)

    def run(self, order: RunOrder, report: Report = silent) -> RunOutcome:
        """Everything from a folder to a proof and, with `approve_as`, to a live release."""
        from muslin.runtime.whole import run_whole

        return run_whole(self, order, report)

    # Licences and weights

    def permit(self, base: str) -> Licence:
        """The licence of a base that may be used here.

        Raises LicenceRefused and LicenceNotAccepted.
        """
        return self._shop.licences.permit(base)

    def licence(self, base: str) -> LicenceEntry:
        """The licence of a base, and where it stands here."""
        return self._shop.licences.entry(base)

    def licences(self) -> list[LicenceEntry]:
        """The licences of all bases that are known here."""
        return self._shop.licences.all()

    def accept_licence(self, base: str, person: str, terms: str = "") -> LicenceAcceptance:
        """Write down that a person agrees to a base's conditions, or which terms it has."""
        return self._shop.licences.accept(base, person, terms)

    def fetch_weights(self, name: str, report: Report = silent, source: Path | None = None) -> Path:
        """Download weights, or copy them from a folder; where they lie afterwards."""
        file = external_file(name)
        self.permit(file.licence)
        if source is None:
            return fetch(self._shop.home.weights, file, report)
        return take(self._shop.home.weights, file, source, report)

    def doctor(self) -> list[DoctorLine]:
        """What is here, what is missing, and how to get it."""
        return list(examine(self._shop.home.root))

    def _read(self, what: Callable[[Records], T]) -> T:
        with self._shop.storage.reading() as connection:
            return what(Records(connection))

    def _measured(self, name: str, report: Report) -> tuple[Shoot, list[Photo], list[Measures]]:
        shoot = self._read(lambda records: records.shoots.find(name))
        if shoot is None:
            raise NotFound(f"There is no shoot {name!r}.", hint="`muslin shoots list` shows them.")
        photos = self._read(lambda records: records.photos.of(shoot.id))
        with self._shop.eyes() as eyes:
            return shoot, photos, measure_shoot(photos, eyes, self._shop.measures(), report)

    def _look(self, order: GenerateOrder) -> Look:
        if order.adapter is not None:
            run, kept = imported_checkpoint(self._shop, order.adapter)
            return Look(run.profile.base, unproved=kept.id, adapter=self._shop.folder(kept))
        release = order.release
        if release is None:
            return Look(base=Profile().base)
        found = self._read(lambda records: _resolve(records, release))
        checkpoint = self._read(lambda records: records.runs.checkpoint(found.checkpoint))
        return Look(base=found.base, release=found.id, adapter=self._shop.folder(checkpoint))


def _same_work(known: TrainingRun, wanted: TrainingRun) -> bool:
    work = {"dataset_digest", "profile", "base_digest", "imported"}
    return known.model_dump(include=work) == wanted.model_dump(include=work)


def _point(records: Records, release: Release, alias: Alias) -> None:
    before = records.releases.aliases(release.name)
    after = promote(before, release.id, alias)
    person = records.reviews.get(release.review).person
    _write_aliases(records, release.name, before, after, by=person)


def _write_aliases(
    records: Records,
    name: str,
    before: dict[Alias, ReleaseId],
    after: dict[Alias, ReleaseId],
    by: str,
) -> None:
    at = now()
    for alias in before.keys() - after.keys():
        records.releases.unpoint(name, alias, at, by)
    for alias, release in after.items():
        if before.get(alias) != release:
            records.releases.point(name, alias, release, at, by)


def _resolve(records: Records, wanted: str) -> Release:
    """A release by id, name (its live one), `name@alias`, or an alias that only one name has."""
    name, _, alias = wanted.partition("@")
    if alias or records.releases.named(name):
        aliases = records.releases.aliases(name)
        chosen = aliases.get(Alias(alias or "live")) if alias in {"", *Alias} else None
        if chosen is None:
            raise NotFound(
                f"{name!r} has no release under the alias {alias or 'live'!r}.",
                hint="`muslin releases list` shows releases and their aliases.",
            )
        return records.releases.get(chosen)
    if wanted in set(Alias):
        holders = records.releases.holders(Alias(wanted))
        if len(holders) > 1:
            names = ", ".join(f"{name}@{wanted}" for name in sorted(holders))
            raise InvalidRequest(f"{wanted!r} is ambiguous.", hint=f"Name one of {names}.")
        if holders:
            return records.releases.get(next(iter(holders.values())))
    return records.releases.get(ReleaseId(wanted))
