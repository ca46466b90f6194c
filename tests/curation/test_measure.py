from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from muslin.curation.measure import Eyes, measure, measure_shoot, working_copy
from muslin.domain.fact import PhotoId
from muslin.domain.findings import Measures
from muslin.imaging.colour import delta_e_2000, to_lab
from muslin.imaging.open import OpenedPhoto, open_photo
from muslin.imaging.types import Picture
from tests.curation.shop import (
    BoxReader,
    FakeBlobs,
    FakeMeasures,
    PlainDecoder,
    Reading,
    a_photo,
    photo_id,
)

NAVY, BEIGE = (30, 40, 90), (225, 205, 170)


def a_garment(width_px: int = 600, height_px: int = 800) -> Picture:
    """A navy rectangle on beige cloth, a quarter from every edge."""
    picture = np.full((height_px, width_px, 3), BEIGE, np.uint8)
    picture[height_px // 4 : -height_px // 4, width_px // 4 : -width_px // 4] = NAVY
    return picture


def measured(picture: Picture) -> Measures:
    return measure(
        photo_id(1), OpenedPhoto(picture, "PNG"), BoxReader().read(working_copy(picture))
    )


def test_a_navy_garment_on_beige_is_measured_as_that() -> None:
    found = measured(a_garment())

    assert found.photo == photo_id(1)
    assert found.short_side_px == 600
    assert found.garment_colours == ("navy",)
    assert float(delta_e_2000(found.garment, to_lab(np.array(NAVY, np.uint8)))) < 1
    assert float(delta_e_2000(found.backdrop, to_lab(np.array(BEIGE, np.uint8)))) < 1
    assert found.garment_fraction == pytest.approx(0.25, abs=0.01)
    assert found.box.left == pytest.approx(0.25, abs=0.01)
    assert found.box.bottom == pytest.approx(0.75, abs=0.01)
    assert found.garment_pattern < 2
    assert found.clipped_fraction == 0
    assert found.category.name == "dress"


@pytest.mark.parametrize("scale", [0.5, 4.0])
def test_resolution_does_not_decide(scale: float) -> None:
    plain, scaled = (
        measured(a_garment()),
        measured(a_garment(round(600 * scale), round(800 * scale))),
    )

    assert scaled.short_side_px == round(600 * scale)
    assert scaled.sharpness == pytest.approx(plain.sharpness, abs=0.05)
    assert scaled.garment_fraction == pytest.approx(plain.garment_fraction, abs=0.01)
    assert scaled.exposure == pytest.approx(plain.exposure, abs=0.5)


def test_a_burnt_out_garment_is_clipped_and_a_white_backdrop_is_not() -> None:
    white = np.full((800, 600, 3), 255, np.uint8)
    white[200:-200, 150:-150] = NAVY
    burnt = white.copy()
    burnt[200:400, 150:-150] = 255

    assert measured(white).clipped_fraction == 0
    assert measured(burnt).clipped_fraction == pytest.approx(0.5, abs=0.05)


def test_a_dark_photo_is_dark_and_a_dark_garment_is_not() -> None:
    bright = measured(a_garment()).exposure
    underexposed = measured((a_garment() * 0.3).astype(np.uint8)).exposure
    coat = a_garment()
    coat[80:-80, 60:-60] = 15

    assert underexposed < bright - 40
    assert measured(coat).exposure == pytest.approx(bright, abs=1)


def test_specks_of_a_mask_do_not_widen_the_garment() -> None:
    picture = working_copy(a_garment())
    mask = BoxReader().read(picture).mask
    mask[:3, :3] = 1

    found = measure(photo_id(1), OpenedPhoto(picture, "PNG"), Reading(mask))

    assert found.box.left == pytest.approx(0.25, abs=0.01)
    assert found.box.top == pytest.approx(0.25, abs=0.01)


def test_a_photo_without_a_garment_says_so() -> None:
    picture = working_copy(a_garment())

    found = measure(
        photo_id(1), OpenedPhoto(picture, "PNG"), Reading(np.zeros(picture.shape[:2], np.float32))
    )

    assert found.garment_fraction == 0
    assert (found.box.left, found.box.right) == (0, 1)


def test_blurring_real_photos_lowers_their_sharpness(
    shared_photos: Path, shared_masks: Path
) -> None:
    for path in sorted(shared_masks.glob("*.png"))[:200:40]:
        with Image.open(path) as alpha:
            mask = np.asarray(np.asarray(alpha.convert("L")) / 255, np.float32)
        picture = open_photo((shared_photos / f"{path.stem}.jpg").read_bytes()).picture
        blurs = [picture, *(cv2.GaussianBlur(picture, (0, 0), s) for s in (1.5, 3.0, 5.0))]
        values = [
            measure(
                photo_id(1), OpenedPhoto(np.asarray(b, np.uint8), "PNG"), Reading(mask)
            ).sharpness
            for b in blurs
        ]
        assert values == sorted(values, reverse=True)
        assert values[0] > values[-1] + 0.15


def test_the_cloth_of_a_brand_is_seen_behind_its_garments(shared_brands: Path) -> None:
    folder = shared_brands / "red-sheet"
    files = sorted(folder.glob("*.jpg"))[:8]

    labs = [measured(open_photo(file.read_bytes()).picture).backdrop for file in files]

    assert np.median([a for _, a, _ in labs]) > 30


def test_a_photo_is_looked_at_once() -> None:
    blobs, reader, store = FakeBlobs(), BoxReader(), FakeMeasures()
    shots = [cv2.imencode(".png", a_garment(90 + n, 120))[1].tobytes() for n in range(3)]
    photos = [a_photo(n, id=blobs.put(data)) for n, data in enumerate(shots)]
    eyes = Eyes(blobs, PlainDecoder(), reader)

    first = measure_shoot(photos, eyes, store)
    again = measure_shoot(photos[::-1], eyes, store)

    assert reader.looked == 3
    assert again == first[::-1]
    assert [m.photo for m in first] == [PhotoId(p.id) for p in photos]
