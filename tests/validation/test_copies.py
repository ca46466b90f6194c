from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from muslin.domain.findings import Verdict
from muslin.imaging.types import Picture
from muslin.validation.metrics import copies


def photos_of_one_studio(folder: Path, count: int) -> list[Picture]:
    """Different garments on one studio's backdrop, as the network would be taught them."""
    rows = [json.loads(x) for x in (folder / "metadata.jsonl").read_text("utf-8").splitlines()]
    busiest = Counter(row["source"] for row in rows).most_common(1)[0][0]
    names = [row["file_name"] for row in rows if row["source"] == busiest][:count]
    pictures = []
    for name in names:
        with Image.open(folder / name) as photo:
            upright = ImageOps.exif_transpose(photo).convert("RGB")
            pictures.append(np.asarray(ImageOps.fit(upright, (192, 256)), np.uint8))
    return pictures


def jpeg(picture: Picture) -> Picture:
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def blurred(picture: Picture) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 2.5), np.uint8)


def lit(picture: Picture) -> Picture:
    return np.asarray(np.clip(picture * 1.2, 0, 255), np.uint8)


def mirrored(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[:, ::-1])


def moved(picture: Picture) -> Picture:
    shift = np.array([[1, 0, 6], [0, 1, 5]], np.float64)
    moved = cv2.warpAffine(picture, shift, (192, 256), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def zoomed(picture: Picture) -> Picture:
    turn = cv2.getRotationMatrix2D((96, 128), 0, 1.05)
    return np.asarray(cv2.warpAffine(picture, turn, (192, 256)), np.uint8)


def grainy(picture: Picture) -> Picture:
    noise = np.random.default_rng(0).normal(0, 8, picture.shape)
    soft = np.asarray(cv2.GaussianBlur(picture, (0, 0), 2))
    return np.clip(soft + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("change", [jpeg, blurred, lit, mirrored, moved, zoomed, grainy])
def test_every_degraded_copy_of_a_real_photo_is_caught(
    shared_photos: Path, change: Callable[[Picture], Picture]
) -> None:
    photos = photos_of_one_studio(shared_photos, 12)
    limit = copies.criterion(copies.noise_floor(photos)).at_most
    assert limit is not None

    alike = copies.similarities([change(photo) for photo in photos], photos)

    assert list(alike.argmax(axis=1)) == list(range(len(photos)))
    assert (alike.max(axis=1) > limit).all()


def test_photos_that_were_never_taught_are_no_copies(shared_photos: Path) -> None:
    photos = photos_of_one_studio(shared_photos, 24)
    taught, kept_back = photos[:12], photos[12:]
    limit = copies.criterion(copies.noise_floor(taught)).at_most
    assert limit is not None

    assert (copies.similarities(kept_back, taught) < limit).all()


def test_a_photo_is_exactly_like_itself() -> None:
    photo = np.random.default_rng(1).integers(0, 256, (128, 96, 3), np.uint8)

    assert copies.similarities([photo], [photo])[0, 0] == pytest.approx(1)


def test_unrelated_noise_is_hardly_alike() -> None:
    one, other = np.random.default_rng(2).integers(0, 256, (2, 256, 192, 3), np.uint8)

    assert abs(copies.similarities([one], [other])[0, 0]) < 0.25


def test_a_flat_picture_resembles_nothing() -> None:
    photo = np.random.default_rng(3).integers(0, 256, (128, 96, 3), np.uint8)
    flat = np.full_like(photo, 127)

    assert copies.similarities([flat], [photo])[0, 0] == pytest.approx(0, abs=1e-6)


def test_landscape_photos_are_compared_too() -> None:
    photo = np.random.default_rng(4).integers(0, 256, (96, 128, 3), np.uint8)

    assert copies.similarities([mirrored(photo)], [photo])[0, 0] > 0.9


def test_the_limit_lies_half_way_from_the_brands_own_floor_to_a_copy() -> None:
    criterion = copies.criterion([0.1] * 9 + [0.5])

    assert criterion.at_most == pytest.approx(0.75)
    assert "0.50" in criterion.why


def test_a_twin_among_the_photos_cannot_lift_the_limit_to_where_copies_are() -> None:
    assert copies.criterion([0.98] * 10).at_most == copies.SURELY_A_COPY


def test_with_too_few_photos_copies_are_not_judged() -> None:
    criterion = copies.criterion([0.3] * (copies.MIN_PHOTOS - 1))

    assert criterion.at_most is None
    assert criterion.judge(0.1, samples=24) is Verdict.UNKNOWN
