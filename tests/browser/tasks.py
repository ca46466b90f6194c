"""What jobs do in the browser's tests.

Photos are taken in and taught for real. The proof, which draws for minutes and cannot pass after
two steps, is filed as if it had passed.
"""

from __future__ import annotations

from muslin.domain.fact import BlobId, PhotoId, ReportId, RunId, fresh, now
from muslin.domain.findings import Verdict
from muslin.domain.judging import CheckpointProof, Probe, ProbePicture, ValidationReport
from muslin.domain.progress import Progress, Report
from muslin.domain.training import Checkpoint
from muslin.domain.work import Job, JobKind
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.home import Home
from muslin.runtime.jobs.attempt import Attempt
from muslin.runtime.storage.records import Records
from muslin.validation.metrics import backdrop, copies
from tests.server.house import a_made_picture, a_metric

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
            photo = records.datasets.get(run.dataset).photos[0].photo
        pictures = tuple(_picture(shop, photo, n) for n in range(4))
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


def _picture(shop: Workshop, photo: PhotoId, n: int) -> ProbePicture:
    prompt = f"a navy dress, number {n + 1}"
    return ProbePicture(
        probe=Probe(prompt=prompt, seed=n, category="dress", colour="navy"),
        picture=BlobId(shop.blobs.put(a_made_picture(prompt, "navy", n))),
        backdrop_distance=4.0,
        colour_obeyed=True,
        category_obeyed=True,
        nearest_photo=photo,
        nearest_similarity=0.4,
        contrast=20.0,
        sharpness=0.5,
        noise=None,
    )
