from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from muslin.domain.errors import InvalidRequest, NotFound
from muslin.domain.fact import PhotoId
from muslin.domain.leaving import SourceType
from muslin.imaging.metadata import Origin, encode, read_origin
from muslin.runtime.blobs import Blobs
from muslin.runtime.house.thumbs import Thumbs

GPS_TAG, ORIENTATION_TAG = 0x8825, 0x0112


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    (tmp_path / "blobs").mkdir()
    return Blobs(tmp_path / "blobs")


def test_a_served_photo_is_upright_small_and_says_nothing_of_the_camera(
    blobs: Blobs, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 6
    exif.get_ifd(GPS_TAG)[1] = "N"
    file = BytesIO()
    Image.new("RGB", (800, 600), "teal").save(file, "JPEG", exif=exif)
    thumbs = Thumbs(blobs, tmp_path / "cache")

    served = thumbs.photo(PhotoId(blobs.put(file.getvalue())), 320)
    thumbs.close()

    with Image.open(BytesIO(served)) as image:
        assert image.size == (320, 427)
        assert len(image.getexif()) == 0
    assert len(list((tmp_path / "cache").rglob("*.jpg"))) == 1


def test_a_small_copy_of_our_own_picture_still_says_what_it_is(
    blobs: Blobs, tmp_path: Path
) -> None:
    picture = np.full((900, 700, 3), 200, np.uint8)
    origin = Origin(SourceType.GENERATED, {"prompt": "a red dress"})
    served = Thumbs(blobs, tmp_path).made(blobs.put(encode(picture, "PNG", origin)), 320)

    assert read_origin(served) == origin


def test_nobody_fills_the_disk_with_sizes_or_asks_for_files(blobs: Blobs, tmp_path: Path) -> None:
    thumbs = Thumbs(blobs, tmp_path)

    with pytest.raises(InvalidRequest):
        thumbs.photo(PhotoId(blobs.put(b"x")), 321)
    for id in ("../../muslin.db", "0" * 64, "x"):
        with pytest.raises(NotFound):
            thumbs.photo(PhotoId(id), 320)
