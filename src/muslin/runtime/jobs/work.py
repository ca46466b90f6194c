"""What jobs do, in a process of their own."""

from __future__ import annotations

from pathlib import Path

from muslin.curation.captions import with_trigger
from muslin.domain.errors import NothingToImport
from muslin.domain.fact import RunId
from muslin.domain.judging import ValidationReport
from muslin.domain.progress import Report
from muslin.domain.training import Checkpoint
from muslin.domain.work import Job
from muslin.runtime.bootstrap import KeptPictures, Workshop
from muslin.runtime.curation.rights import permit_training
from muslin.runtime.disk import write_atomic
from muslin.runtime.home import Home
from muslin.runtime.jobs.attempt import Attempt
from muslin.runtime.jobs.probing import probes_for
from muslin.runtime.proving.dossier import rules_of
from muslin.runtime.storage.records import Records
from muslin.validation.draw import Trial
from muslin.validation.ports import Bench
from muslin.validation.probes import ProbeSet
from muslin.validation.validate import validate as prove


def train(home: Home, job: Job, attempt: Attempt, report: Report) -> None:
    """Train a run to its end; its checkpoints are recorded together with the end of the job."""
    from muslin.training.train import train as teach

    with Workshop.open(home.root) as shop:
        with shop.storage.reading() as connection:
            records = Records(connection)
            run = records.runs.get(RunId(job.subject))
            dataset = with_trigger(records.datasets.get(run.dataset), run.profile.trigger)
            permit_training(records, dataset, shop.settings.rights)  # may have been withdrawn
        shop.licences.permit(run.profile.base)  # may have changed while the job waited
        with shop.crops() as crops:
            checkpoints = teach(run, dataset, crops, shop.training_bench(), report)
    with attempt.finishing() as connection:
        for checkpoint in checkpoints:
            Records(connection).runs.add_checkpoint(checkpoint)


def validate(home: Home, job: Job, attempt: Attempt, report: Report) -> None:
    """Prove all checkpoints of a run; the report is recorded together with the end of the job."""
    with Workshop.open(home.root) as shop:
        proof = _prove(shop, RunId(job.subject), report)
        page = report_page(home, proof)
        write_atomic(page, shop.blobs.get(proof.page))
    with attempt.finishing() as connection:
        Records(connection).reports.add(proof)


def take_in(home: Home, job: Job, attempt: Attempt, report: Report) -> None:
    """Import what was sent for a shoot, and measure every photo of it."""
    from muslin.runtime.desks.curating.photos import PhotosDesk  # which itself asks for jobs

    with Workshop.open(home.root) as shop:
        desk, place = PhotosDesk(shop), shop.inbox.place(job.subject)
        shop.inbox.unpack(job.subject)
        try:
            desk.import_shoot(place, job.subject, report)
        except NothingToImport as error:
            raise _sent_in_vain(error, place) from error
        desk.check_shoot(job.subject, report)
    with attempt.finishing():
        pass


def _sent_in_vain(error: NothingToImport, place: Path) -> NothingToImport:
    """The same for whoever sent the files, who knows no folder of this machine."""
    why = str(error).partition(f"{place.resolve()}. ")[2]
    return NothingToImport(
        f"Nothing that was sent can be used. {why}",
        hint="Send JPEG, PNG, WebP, TIFF, HEIC or AVIF photos.",
    )


def _prove(shop: Workshop, run_id: RunId, report: Report) -> ValidationReport:
    with shop.storage.reading() as connection:
        records = Records(connection)
        run = records.runs.get(run_id)
        checkpoints = tuple(records.runs.checkpoints(run_id))
        dataset = records.datasets.get(run.dataset)
        rules = rules_of(records, run.name)
    version = probes_for(shop, run)
    probes = ProbeSet(version.probes, version.digest, version.version)
    trial = Trial(run, checkpoints, dataset, probes, rules=rules)
    with shop.crops() as crops:
        bench = Bench(
            renderer=shop.renderer(run.profile.base),
            reader=shop.reader,
            crops=crops,
            adapters=_Adapters(shop),
            blobs=shop.blobs,
            rendered=KeptPictures(shop.storage),
        )
        return prove(trial, bench, report)


class _Adapters:
    """Where checkpoints' adapters lie in a workshop."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop

    def folder(self, checkpoint: Checkpoint) -> Path:
        """The folder of a checkpoint."""
        return self._shop.folder(checkpoint)


def report_page(home: Home, proof: ValidationReport) -> Path:
    """Where a report's page lies: beside its run."""
    return home.run_folder(proof.run) / f"{proof.id}.html"
