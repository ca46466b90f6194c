from __future__ import annotations

from pathlib import Path

import imagehash
import numpy as np
import pytest
from PIL import Image

from muslin.imaging.fingerprint import (
    BITS,
    SAME_PHOTO_BITS,
    bits_apart,
    bits_apart_mirrored,
    fingerprint,
)
from muslin.imaging.open import open_photo
from muslin.imaging.types import Picture
from tests.imaging.pictures import as_file


@pytest.fixture(scope="module")
def some_photos(shared_photos: Path) -> list[Picture]:
    files = sorted(shared_photos.glob("*.jpg"))[:600:50]
    return [open_photo(file.read_bytes()).picture for file in files]


def again(picture: Picture, *, scale: float = 1.0, quality: int = 90) -> Picture:
    image = Image.fromarray(picture)
    size = (round(image.width * scale), round(image.height * scale))
    return open_photo(as_file(image.resize(size), "JPEG", quality=quality)).picture


def test_a_photo_is_known_again_after_resizing_recompressing_and_brightening(
    some_photos: list[Picture],
) -> None:
    for picture in some_photos:
        bright = np.clip(picture * 1.15, 0, 255).astype(np.uint8)
        for copy in (again(picture, quality=30), again(picture, scale=0.5), bright):
            assert bits_apart(fingerprint(picture), fingerprint(copy)) <= SAME_PHOTO_BITS


def test_a_mirrored_photo_is_known_again(some_photos: list[Picture]) -> None:
    for picture in some_photos:
        one, mirrored = fingerprint(picture), fingerprint(picture[:, ::-1].copy())
        assert bits_apart_mirrored(one, mirrored) <= SAME_PHOTO_BITS


def test_different_photos_stay_apart(some_photos: list[Picture]) -> None:
    prints = [fingerprint(p) for p in some_photos]
    apart = [bits_apart(a, b) for n, a in enumerate(prints) for b in prints[:n]]

    assert min(apart) > SAME_PHOTO_BITS
    assert np.median(apart) == pytest.approx(BITS / 2, abs=16)


def test_the_fingerprint_agrees_with_the_published_implementation(
    some_photos: list[Picture],
) -> None:
    for picture in some_photos:
        theirs = str(imagehash.phash(Image.fromarray(picture), hash_size=16))
        assert bits_apart(fingerprint(picture), theirs) <= 16  # their resampling differs
