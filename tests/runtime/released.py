"""A studio's records up to a release, with words in them that must stay at home."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from muslin.domain.catalog import Shoot
from muslin.domain.dataset import Caption, DatasetVersion
from muslin.domain.fact import CheckpointId, DatasetId, ReleaseId, RunId, ShootId
from muslin.domain.findings import Verdict
from muslin.domain.judging import (
    CheckpointProof,
    Decision,
    MetricValue,
    Probe,
    ProbePicture,
)
from muslin.domain.leaving import Alias
from muslin.domain.profile import Profile
from muslin.domain.training import Checkpoint, TrainingRun
from muslin.networks.diffusion.base import open_base
from muslin.networks.diffusion.tuning.files import ADAPTER_FILE, adapter_bytes
from muslin.networks.diffusion.tuning.learnt import Adapter
from muslin.runtime.storage.records import Records
from muslin.training.save import Manifest, save_folder, verified
from tests.runtime.storage.makers import a_dataset, a_release, a_report, a_review

SECRETS = ("secret-client", "unreleased-sku-4711", "a.jpg")
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def kept(home: Path, adapter: Adapter) -> Checkpoint:
    folder = home / "runs" / "run-1" / "checkpoints" / "step-000040"
    manifest = Manifest(run=RunId("run-1"), inputs="", step=40, losses=(1.0, 1), torch="")
    save_folder(folder, manifest, {ADAPTER_FILE: adapter_bytes(adapter, "unet")})
    return Checkpoint(
        id=CheckpointId("checkpoint-40"),
        run=RunId("run-1"),
        step=40,
        folder=folder.relative_to(home).as_posix(),
        digest=verified(folder).files[0].sha256,
        loss=0.25,
    )


def a_taught_dataset() -> DatasetVersion:
    dataset = a_dataset()
    (photo,) = dataset.photos
    texts = 5 * ("brandknit, a red t-shirt, flat lay", "brandknit, a navy dress, flat lay")
    photos = tuple(
        photo.model_copy(update={"caption": Caption(text=text, author="rule")}) for text in texts
    )
    return dataset.model_copy(update={"photos": photos, "name": "secret-client"})


def a_proof() -> CheckpointProof:
    probe = Probe(prompt="brandknit, a red dress", seed=1, category="dress", colour="red")
    picture = ProbePicture.model_validate(
        {
            "probe": probe,
            "picture": "ab" * 32,
            "backdrop_distance": 4.5,
            "colour_obeyed": False,
            "category_obeyed": True,
            "nearest_photo": "sha-a.jpg",
            "nearest_similarity": 0.5,
            "contrast": 20.0,
            "sharpness": 0.5,
            "noise": None,
        }
    )
    near = MetricValue(
        name="backdrop",
        value=4.5,
        unit="ΔE00",
        samples=12,
        at_most=8.0,
        verdict=Verdict.PASSED,
        why="Near.",
    )
    silent = near.model_copy(update={"name": "copies", "value": None, "verdict": Verdict.UNKNOWN})
    return CheckpointProof(
        checkpoint=CheckpointId("checkpoint-40"),
        step=40,
        pictures=(picture,),
        metrics=(near, silent),
        verdict=Verdict.PASSED,
    )


def keep_release(records: Records, base: Path, checkpoint: Checkpoint) -> None:
    shoot = Shoot(
        id=ShootId("shoot-1"), name="secret-client", folder="/secret-client", imported_at=AT
    )
    run = TrainingRun(
        id=RunId("run-1"),
        name="ss26",
        dataset=DatasetId("dataset-1"),
        dataset_digest="digest-1",
        profile=Profile(base=str(base), steps=40, rank=3, alpha=7.5),
        base_digest=open_base(str(base)).digest,
        created_at=AT,
    )
    records.shoots.add(shoot)
    records.datasets.add(a_taught_dataset())
    records.runs.add(run)
    records.runs.add_checkpoint(checkpoint)
    records.reports.add(a_report().model_copy(update={"checkpoints": (a_proof(),)}))
    records.reviews.add(a_review(1, Decision.APPROVED))
    records.releases.add(a_release().model_copy(update={"base": str(base)}))
    records.releases.point("ss26", Alias.LIVE, ReleaseId("release-1"), AT, "Ada")
