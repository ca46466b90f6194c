"""A house with everything in it, made from records alone: no network draws, nothing is taught."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muslin.curation.measure import MEASURING_VERSION
from muslin.domain.catalog import Photo, Problem, Shoot
from muslin.domain.dataset import Choice, Crop, DatasetPhoto, DatasetVersion, Split
from muslin.domain.fact import (
    BlobId,
    CheckpointId,
    DatasetId,
    GenerationId,
    PhotoId,
    ReleaseId,
    ReportId,
    RunId,
    ShootId,
    now,
)
from muslin.domain.findings import Verdict
from muslin.domain.house.people import Role
from muslin.domain.judging import (
    CheckpointProof,
    Decision,
    MetricValue,
    Probe,
    ProbePicture,
    ValidationReport,
)
from muslin.domain.leaving import Alias, Generation, ImageRequest, SourceType
from muslin.domain.profile import Profile
from muslin.domain.training import Checkpoint, TrainingRun
from muslin.imaging.metadata import Origin, encode
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.storage.records import Records
from muslin.runtime.studio import Studio
from muslin.validation.metrics import backdrop, copies
from tests.runtime.storage.makers import a_dataset, a_release, a_review, some_measures

NAME = "ss26"
PASSWORD = "ada plans a coat"
COLOURS = {
    "red": (176, 52, 48),
    "navy": (38, 48, 92),
    "sage": (150, 166, 138),
    "sand": (204, 186, 158),
}
PHOTOS, PROBES = 14, 8


@dataclass(frozen=True, slots=True)
class House:
    """An open studio, what is in it, and a session's secret for each role."""

    studio: Studio
    shop: Workshop
    sessions: dict[Role, str]
    names: dict[str, str]  # what stands for each path parameter of the routes


def a_garment(colour: str, seed: int = 0, *, side_px: int = 96) -> bytes:
    """A plain garment on linen, as JPEG."""
    rng = np.random.default_rng(seed)
    picture = np.full((side_px * 4 // 3, side_px, 3), (222, 216, 204), np.uint8)
    picture[side_px // 4 : side_px, side_px // 4 : side_px * 3 // 4] = COLOURS[colour]
    noisy = picture.astype(np.int16) + rng.integers(-6, 7, picture.shape)
    return encode(np.clip(noisy, 0, 255).astype(np.uint8), "JPEG")


def a_made_picture(prompt: str, colour: str, seed: int) -> bytes:
    """A finished picture that says what it is."""
    rng = np.random.default_rng(seed)
    picture = np.full((256, 192, 3), COLOURS[colour], np.uint8)
    picture[:, ::2] = np.clip(picture[:, ::2] + rng.integers(0, 9), 0, 255)
    return encode(picture, "PNG", Origin(SourceType.GENERATED, {"prompt": prompt}))


def furnish(shop: Workshop) -> House:
    """A shoot, its dataset, run, proof, reviews, two releases, pictures, and people."""
    studio = Studio(shop)
    photos = [_photo(shop, n) for n in range(PHOTOS)]
    report, older = _report(shop, photos, 1), _report(shop, photos, 2)
    with shop.storage.transaction() as connection:
        records = Records(connection)
        _keep_photos(records, photos)
        _keep_run(records, photos)
        _keep_releases(records, [older, report])
        for n in range(6):
            records.generations.add(_generation(shop, n))
    sessions: dict[Role, str] = {}
    for role in Role:
        if role is not Role.GUEST:
            sessions[role] = _person(studio, role)
    sessions[Role.GUEST] = studio.give_guest_link(report.id, "Grace")
    return House(studio, shop, sessions, _names(report, photos))


def _photo(shop: Workshop, n: int) -> Photo:
    data = a_garment(list(COLOURS)[n % len(COLOURS)], n)
    return Photo(
        id=PhotoId(shop.blobs.put(data)),
        shoot=ShootId("shoot-1"),
        file_name=f"look-{n:02}.jpg",
        width_px=96,
        height_px=128,
        size_bytes=len(data),
        format="JPEG",
    )


def _keep_photos(records: Records, photos: list[Photo]) -> None:
    shoot = Shoot(id=ShootId("shoot-1"), name=NAME, folder="/photos", imported_at=now())
    records.shoots.add(shoot)
    problem = Problem(file_name="torn.jpg", code="broken", reason="It ends in the middle.")
    records.photos.set_problems(shoot.id, [problem])
    for n, photo in enumerate(photos):
        records.photos.add(photo)
        taken = some_measures("any").model_copy(
            update={"photo": photo.id, "phash": f"{n:x}" * 64, "short_side_px": 600}
        )
        records.measures(MEASURING_VERSION).put(taken)


def _keep_run(records: Records, photos: list[Photo]) -> None:
    records.datasets.add(_dataset(photos))
    run = TrainingRun(
        id=RunId("run-1"),
        name=NAME,
        dataset=DatasetId("dataset-1"),
        dataset_digest="digest-1",
        profile=Profile(steps=40),
        base_digest="base",
        created_at=now(),
    )
    records.runs.add(run)
    for step in (20, 40):
        checkpoint = Checkpoint(
            id=CheckpointId(f"checkpoint-{step}"),
            run=run.id,
            step=step,
            folder="runs/run-1",
            digest="weights",
            loss=0.1,
        )
        records.runs.add_checkpoint(checkpoint)


def _dataset(photos: list[Photo]) -> DatasetVersion:
    crop = Crop(left_px=6, top_px=8, right_px=90, bottom_px=120, width_px=192, height_px=256)
    kept = tuple(
        DatasetPhoto(
            photo=photo.id,
            file_name=photo.file_name,
            crop=crop,
            caption=a_dataset().photos[0].caption,
            split=Split.HOLD_OUT if n < 2 else Split.TEACH,
        )
        for n, photo in enumerate(photos[:10])
    )
    choices = tuple(
        Choice(
            photo=photo.id,
            file_name=photo.file_name,
            kept=n < 10,
            reason="kept: sharp" if n < 10 else "left out: backdrop is beige",
        )
        for n, photo in enumerate(photos)
    )
    update = {"name": NAME, "photos": kept, "choices": choices, "created_at": now()}
    return a_dataset().model_copy(update=update)


def _report(shop: Workshop, photos: list[Photo], n: int) -> ValidationReport:
    base = _proof(shop, photos, None, 0, seed=10 * n)
    return ValidationReport(
        id=ReportId(f"report-{n}"),
        run=RunId("run-1"),
        name=NAME,
        created_at=now(),
        base=base,
        checkpoints=tuple(
            _proof(shop, photos, CheckpointId(f"checkpoint-{s}"), s, seed=s + n) for s in (20, 40)
        ),
        brand=base.metrics,
        picked=CheckpointId("checkpoint-40"),
        reason="The one after 40 steps is the closest to the brand.",
        verdict=Verdict.PASSED,
        page=shop.blobs.put(b"<!doctype html><title>The proof</title>"),
    )


def _proof(
    shop: Workshop, photos: list[Photo], checkpoint: CheckpointId | None, step: int, *, seed: int
) -> CheckpointProof:
    pictures = tuple(_probe_picture(shop, photos, n, seed) for n in range(PROBES))
    metrics = (a_metric(backdrop.NAME, "ΔE00", 9.0), a_metric(copies.NAME, "correlation", 0.9))
    return CheckpointProof(
        checkpoint=checkpoint, step=step, pictures=pictures, metrics=metrics, verdict=Verdict.PASSED
    )


def a_metric(name: str, unit: str, at_most: float) -> MetricValue:
    """A metric that passed, with a distribution behind it."""
    values = tuple(at_most * part / 10 for part in range(2, 9))
    return MetricValue(
        name=name,
        value=values[3],
        unit=unit,
        samples=len(values),
        at_most=at_most,
        verdict=Verdict.PASSED,
        why="As far as the brand's own photos are from one another.",
        values=values,
    )


def _probe_picture(shop: Workshop, photos: list[Photo], n: int, seed: int) -> ProbePicture:
    colour = list(COLOURS)[n % len(COLOURS)]
    prompt = f"a {colour} dress, number {n + 1}"
    return ProbePicture(
        probe=Probe(prompt=prompt, seed=n, category="dress", colour=colour),
        picture=BlobId(shop.blobs.put(a_made_picture(prompt, colour, seed + n))),
        backdrop_distance=4.0 + n,
        colour_obeyed=n != 3,
        category_obeyed=True,
        nearest_photo=photos[n].id,
        nearest_similarity=0.4,
        contrast=20.0,
        sharpness=0.5,
        noise=None,
    )


def _keep_releases(records: Records, reports: list[ValidationReport]) -> None:
    """The last report's release is live, the one before it previous."""
    for n, report in enumerate(reports, start=1):
        records.reports.add(report)
        review = a_review(n, Decision.APPROVED).model_copy(
            update={"report": report.id, "at": now()}
        )
        records.reviews.add(review)
        release = a_release(n, name=NAME).model_copy(
            update={"report": report.id, "review": review.id, "created_at": now()}
        )
        records.releases.add(release)
    records.releases.point(NAME, Alias.PREVIOUS, ReleaseId("release-1"), now(), "Ada")
    records.releases.point(NAME, Alias.LIVE, ReleaseId("release-2"), now(), "Ada")


def _generation(shop: Workshop, n: int) -> Generation:
    prompt = f"a {list(COLOURS)[n % len(COLOURS)]} skirt"
    data = a_made_picture(prompt, list(COLOURS)[n % len(COLOURS)], 50 + n)
    return Generation(
        id=GenerationId(f"picture-{n}"),
        release=ReleaseId("release-2"),
        base="starter",
        request=ImageRequest(prompt=prompt, seed=n),
        picture=shop.blobs.put(data),
        source_type=SourceType.GENERATED,
        created_at=now(),
    )


def _person(studio: Studio, role: Role) -> str:
    _, secret = studio.invite(role.capitalize(), role)
    return studio.choose_password(secret, PASSWORD)


def _names(report: ValidationReport, photos: list[Photo]) -> dict[str, str]:
    return {
        "name": NAME,
        "file_name": "look.jpg",
        "shoot": NAME,
        "dataset": "dataset-1",
        "run": "run-1",
        "report": report.id,
        "release": "release-1",
        "wanted": NAME,
        "generation": "picture-0",
        "photo": photos[0].id,
        "picture": report.base.pictures[0].picture,
        "width_px": "320",
        "job": "job-0",
        "order": "order-0",
        "person": "person-0",
        "one": "pass-0",
        "proposal": "proposal-0",
    }
