"""One of each fact, ready to be kept in this order."""

from __future__ import annotations

from datetime import UTC, datetime

from muslin.domain.catalog import Photo, Problem, Shoot
from muslin.domain.dataset import (
    Backdrop,
    Caption,
    Choice,
    Crop,
    DatasetPhoto,
    DatasetVersion,
    SelectionRecipe,
    Split,
)
from muslin.domain.fact import (
    BlobId,
    CheckpointId,
    DatasetId,
    GenerationId,
    PhotoId,
    ReleaseId,
    ReportId,
    ReviewId,
    RunId,
    ShootId,
)
from muslin.domain.findings import GarmentBox, Guess, Measures, Verdict
from muslin.domain.judging import (
    CheckpointProof,
    Decision,
    MetricValue,
    Review,
    ValidationReport,
)
from muslin.domain.leaving import GateDecision, Generation, ImageRequest, Release, SourceType
from muslin.domain.profile import Profile
from muslin.domain.training import Checkpoint, TrainingRun

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def a_shoot(n: int = 1) -> Shoot:
    return Shoot(id=ShootId(f"shoot-{n}"), name=f"ss26-{n}", folder=f"/photos/{n}", imported_at=AT)


def a_photo(name: str, *, shoot: int = 1, category: str | None = None) -> Photo:
    return Photo(
        id=PhotoId(f"sha-{name}"),
        shoot=ShootId(f"shoot-{shoot}"),
        file_name=name,
        width_px=600,
        height_px=800,
        size_bytes=123,
        format="JPEG",
        category=category,
    )


def a_problem(name: str) -> Problem:
    return Problem(file_name=name, code="broken", reason="It ends in the middle.")


def some_measures(name: str, *, sharpness: float = 0.5) -> Measures:
    return Measures(
        photo=PhotoId(f"sha-{name}"),
        short_side_px=600,
        sharpness=sharpness,
        exposure=61.5,
        clipped_fraction=0.0,
        backdrop=(80.0, 2.0, 9.0),
        backdrop_spread=1.25,
        backdrop_texture=0.5,
        light_slope=0.1,
        light_degrees=None,
        shadow_hardness=None,
        steepness=0.3,
        brightest=240.0,
        highlights=0.0,
        noise=0.3,
        blocking=0.5,
        jpeg_quality=90,
        garments=1,
        touching=0.0,
        clutter=0.0,
        letters=0,
        tilt=None,
        location=False,
        keypoints="",
        garment=(30.0, 40.0, 20.0),
        garment_colours=("red", "navy"),
        garment_pattern=2.0,
        garment_fraction=0.3,
        box=GarmentBox(left=0.1, top=0.1, right=0.9, bottom=0.8),
        category=Guess(name="t-shirt", confidence=0.9),
        presentation=Guess(name="flat_lay", confidence=0.95),
        phash="0" * 64,
    )


def a_dataset(n: int = 1) -> DatasetVersion:
    crop = Crop(left_px=0, top_px=0, right_px=600, bottom_px=800, width_px=192, height_px=256)
    photo = DatasetPhoto(
        photo=PhotoId("sha-a.jpg"),
        file_name="a.jpg",
        crop=crop,
        caption=Caption(text="a red t-shirt, flat lay", author="rule"),
        split=Split.TEACH,
    )
    choice = Choice(photo=photo.photo, file_name="a.jpg", kept=True, reason="Sharp.")
    return DatasetVersion(
        id=DatasetId(f"dataset-{n}"),
        shoot=ShootId("shoot-1"),
        name="ss26-1",
        digest=f"digest-{n}",
        created_at=AT,
        recipe=SelectionRecipe(),
        backdrop=Backdrop(lab=(80.0, 2.0, 9.0), name="beige", share=0.8, own_distance=7.5),
        photos=(photo,),
        choices=(choice,),
    )


def a_run(n: int = 1, *, name: str = "ss26") -> TrainingRun:
    return TrainingRun(
        id=RunId(f"run-{n}"),
        name=name,
        dataset=DatasetId("dataset-1"),
        dataset_digest="digest-1",
        profile=Profile(steps=40),
        base_digest="base",
        created_at=AT,
    )


def a_checkpoint(step: int, *, digest: str = "weights", name: str = "") -> Checkpoint:
    return Checkpoint(
        id=CheckpointId(name or f"checkpoint-{step}"),
        run=RunId("run-1"),
        step=step,
        folder=f"runs/run-1/{step}",
        digest=digest,
        loss=0.25,
    )


def a_proof(*, value: float | None = 4.5) -> CheckpointProof:
    metric = MetricValue(
        name="backdrop", value=value, unit="ΔE00", samples=12, verdict=Verdict.PASSED, why="Near."
    )
    return CheckpointProof(
        checkpoint=None, step=0, pictures=(), metrics=(metric,), verdict=Verdict.PASSED
    )


def a_report(n: int = 1, *, name: str = "ss26", value: float | None = 4.5) -> ValidationReport:
    return ValidationReport(
        id=ReportId(f"report-{n}"),
        run=RunId("run-1"),
        name=name,
        created_at=AT,
        base=a_proof(value=value),
        checkpoints=(),
        picked=None,
        reason="Nothing to pick.",
        verdict=Verdict.FAILED,
        page=BlobId("0" * 64),
    )


def a_review(n: int, decision: Decision) -> Review:
    return Review(
        id=ReviewId(f"review-{n}"),
        report=ReportId("report-1"),
        checkpoint=CheckpointId("checkpoint-40"),
        person="Ada",
        decision=decision,
        reasons=("The navy is ours.",),
        at=AT,
    )


def a_release(n: int = 1, *, name: str = "ss26") -> Release:
    return Release(
        id=ReleaseId(f"release-{n}"),
        name=name,
        run=RunId("run-1"),
        checkpoint=CheckpointId("checkpoint-40"),
        report=ReportId("report-1"),
        review=ReviewId("review-1"),
        base="starter",
        gate=GateDecision(checks=(), verdict=Verdict.PASSED),
        created_at=AT,
    )


def a_generation(n: int, release: str | None) -> Generation:
    return Generation(
        id=GenerationId(f"generation-{n}"),
        release=None if release is None else ReleaseId(release),
        base="starter",
        request=ImageRequest(prompt="a red t-shirt", seed=n),
        picture=BlobId("0" * 64),
        source_type=SourceType.GENERATED,
        created_at=AT,
    )
