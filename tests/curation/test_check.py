from __future__ import annotations

import base64
import re
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from muslin.curation.check.facts import ShootCheck, check
from muslin.curation.check.page import THUMBNAIL_PX, page_of
from muslin.domain.catalog import Problem, Shoot
from muslin.domain.fact import PhotoId, ShootId, now
from muslin.domain.findings import Verdict
from muslin.imaging.types import Picture
from tests.curation.shop import RED, a_measure, a_photo, a_shoot, photo_id

SHOOT = Shoot(id=ShootId("shoot-1"), name="ss26 <knitwear>", folder="/photos", imported_at=now())
BROKEN = Problem(file_name="torn.jpg", code="broken", reason="It ends in the middle.")


@pytest.fixture
def checked() -> ShootCheck:
    """30 photos: one on red, one twice, one file that is none."""
    photos, measures = a_shoot(30)
    measures[4] = a_measure(4, backdrop=RED)
    measures[9] = measures[8].model_copy(update={"photo": photo_id(9), "short_side_px": 300})
    return check(SHOOT, photos, measures, [BROKEN])


def a_picture(_: PhotoId) -> Picture:
    return np.full((800, 600, 3), (200, 180, 150), np.uint8)


def test_a_check_says_what_failed_what_is_there_twice_and_what_would_be_kept(
    checked: ShootCheck,
) -> None:
    failed = {f.photo for f in checked.findings if f.verdict is Verdict.FAILED}

    assert failed == {photo_id(4), photo_id(8), photo_id(9)}
    assert [group.photos for group in checked.groups] == [(photo_id(8), photo_id(9))]
    assert checked.groups[0].words == "2 photos of one shot: keep 008.jpg, not 009.jpg"
    assert sum(c.kept for c in checked.choices) == 20
    assert checked.refusal == ""


def test_a_shoot_too_small_to_choose_from_is_checked_all_the_same() -> None:
    photos, measures = a_shoot(5)

    checked = check(SHOOT, photos, measures, [])

    assert checked.findings
    assert checked.choices == ()
    assert "5 of 5 photos are usable; 10 are needed" in checked.refusal


def test_the_page_shows_every_photo_once_or_in_its_group_and_asks_for_each_once(
    checked: ShootCheck,
) -> None:
    asked: list[PhotoId] = []

    def picture_of(photo: PhotoId) -> Picture:
        asked.append(photo)
        return a_picture(photo)

    page = page_of(checked, picture_of)

    assert sorted(asked) == sorted(p.id for p in checked.photos)
    assert page.count("<img ") == 30 + 2
    assert "ss26 &lt;knitwear&gt;" in page
    assert "backdrop is red, ΔE" in page
    assert "torn.jpg" in page
    assert "27 of 30 photos have no fault" in page
    assert not re.findall(r"https?://", page)


def test_thumbnails_hold_pixels_and_nothing_else(checked: ShootCheck) -> None:
    page = page_of(checked, a_picture)

    for text in re.findall(r"data:image/jpeg;base64,([^\"]+)", page)[:3]:
        with Image.open(BytesIO(base64.b64decode(text))) as thumbnail:
            assert thumbnail.size == (THUMBNAIL_PX, 320)
            assert not thumbnail.getexif()
            assert set(thumbnail.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_check_of_one_photo_has_a_page() -> None:
    page = page_of(check(SHOOT, [a_photo(0)], [a_measure(0)], []), a_picture)

    assert "1 of 1 photos are usable" in page
