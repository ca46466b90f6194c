"""What jobs do in the browser's tests.

Photos are taken in and taught for real. The proof, which draws for minutes and cannot pass after
two steps, is filed as if it had passed; its four pictures are drawn, so that serving can be held
against them.
"""

from __future__ import annotations

from muslin.domain.fact import BlobId, PhotoId, ReportId, RunId, fresh, now
from muslin.domain.findings import Verdict
from muslin.domain.judging import CheckpointProof, Probe, ProbePicture, ValidationReport
from muslin.domain.leaving import SourceType
from muslin.domain.progress import Progress, Report
from muslin.domain.training import Checkpoint
from muslin.domain.work import Job, JobKind
from muslin.imaging.metadata import Origin, encode
from muslin.imaging.types import Picture
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.home import Home
from muslin.runtime.jobs.attempt import Attempt
from muslin.runtime.storage.records import Records
from muslin.validation.draw import Trial, request_of
from muslin.validation.metrics import backdrop, copies
from muslin.validation.probes import ProbeSet
from tests.server.house import a_metric

PROBES = tuple(
    Probe(prompt="a navy dress", seed=seed, category="dress", colour="navy") for seed in range(4)
)
"""Of one prompt: of each prompt one picture is drawn again before a release."""

TASKS = {
    JobKind.INTAKE: "muslin.runtime.jobs.work:take_in",
    JobKind.TRAIN: "muslin.runtime.jobs.work:train",
    JobKind.VALIDATE: "tests.browser.tasks:prove_at_once",
}


def prove_at_once(home: Home, job: Job, attempt: Attempt, report: Report) -> None:
    """File a proof of the run's last checkpoint, with pictures of one colour."""
    with Workshop.open(home.root) as shop:
        with shop.storage.reading() as connection:
            records = Records(connection)
            run = records.runs.get(RunId(job.subject))
            last = records.runs.checkpoints(run.id)[-1]
            dataset = records.datasets.get(run.dataset)
            photo = dataset.photos[0].photo
        trial = Trial(run, (last,), dataset, ProbeSet(PROBES, "four"))
        renderer = shop.renderer(run.profile.base)
        renderer.use(shop.folder(last))
        drawn = renderer.render([request_of(probe, trial) for probe in PROBES])
        pictures = tuple(_picture(shop, photo, *one) for one in zip(PROBES, drawn, strict=True))
        report(Progress("validate", 4, 4, unit="pictures", note="base"))
        proof = ValidationReport(
            id=ReportId(fresh("report")),
            run=run.id,
            name=run.name,
            created_at=now(),
            base=_proof(None, pictures),
            checkpoints=(_proof(last, pictures),),
            picked=last.id,
            reason="It is the only one.",
            verdict=Verdict.PASSED,
            page=shop.blobs.put(b"<!doctype html><title>The proof</title>"),
        )
    with attempt.finishing() as connection:
        Records(connection).reports.add(proof)


def _proof(checkpoint: Checkpoint | None, pictures: tuple[ProbePicture, ...]) -> CheckpointProof:
    return CheckpointProof(
        checkpoint=checkpoint.id if checkpoint else None,
        step=checkpoint.step if checkpoint else 0,
        pictures=pictures,
        metrics=(a_metric(backdrop.NAME, "ΔE00", 9.0), a_metric(copies.NAME, "correlation", 0.9)),
        verdict=Verdict.PASSED,
    )


def _picture(shop: Workshop, photo: PhotoId, probe: Probe, drawn: Picture) -> ProbePicture:
    origin = Origin(SourceType.GENERATED, {"prompt": probe.prompt})
    return ProbePicture(
        probe=probe,
        picture=BlobId(shop.blobs.put(encode(drawn, "PNG", origin))),
        backdrop_distance=4.0,
        colour_obeyed=True,
        category_obeyed=True,
        nearest_photo=photo,
        nearest_similarity=0.4,
        contrast=20.0,
        sharpness=0.5,
        noise=None,
    )
