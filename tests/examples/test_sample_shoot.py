from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from examples import make_shoot
from examples.flatlay.outlines import closed, smooth
from examples.make_shoot import SAGE, garments, shot
from muslin.domain.profile import Profile
from muslin.runtime.profiles import read_profile

SMALL_BYTES = 3 * 2**20


def photo(path: Path) -> NDArray[np.float64]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"), np.float64)


def test_the_program_still_draws_the_photos_that_are_committed(sample_shoot: Path) -> None:
    number, skirt = next(
        (n, g) for n, g in enumerate(garments(), start=1) if g.name == "skirt-black"
    )

    drawn = shot(skirt, number).astype(np.float64)

    # JPEG and other processors change last digits, never what is seen.
    assert np.abs(drawn - photo(sample_shoot / "skirt-black.jpg")).mean() < 4.0


def test_24_garments_stand_on_one_backdrop(sample_shoot: Path) -> None:
    corners = [
        np.median(photo(sample_shoot / f"{garment.name}.jpg")[:40, :40], axis=(0, 1))
        for garment in garments()
    ]

    assert len(corners) == 24
    assert np.ptp(corners, axis=0).max() < 12
    assert np.abs(np.mean(corners, axis=0) - SAGE).max() < 25


def test_the_window_is_at_the_top_left(sample_shoot: Path) -> None:
    table = photo(sample_shoot / "skirt-black.jpg").mean(axis=2)

    assert table[:60, :60].mean() > table[-60:, -60:].mean() + 5


def test_every_garment_has_its_category_in_the_table(sample_shoot: Path) -> None:
    with (sample_shoot / "categories.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["file_name"]: row["category"] for row in csv.DictReader(file)}

    assert rows == {f"{garment.name}.jpg": garment.category for garment in garments()}


def blurred(shoot: Path) -> bool:
    def edges(name: str) -> float:
        return float(np.abs(np.diff(photo(shoot / name).mean(axis=2), axis=1)).mean())

    return edges("shirt-teal-out-of-focus.jpg") < 0.4 * edges("shirt-pink.jpg")


def copied(shoot: Path) -> bool:
    copy, first = shoot / "tee-navy_copy.jpg", shoot / "tee-navy.jpg"
    return copy.read_bytes() == first.read_bytes()


def sent_again(shoot: Path) -> bool:
    with Image.open(shoot / "dress-red.jpg") as first:
        small = np.asarray(first.resize((540, 720)), np.float64)
    again = photo(shoot / "dress-red-from-chat.jpg")
    return again.shape == small.shape and bool(np.abs(again - small).mean() < 6)


def on_another_table(shoot: Path) -> bool:
    corner = np.median(photo(shoot / "tee-olive-other-table.jpg")[:40, :40], axis=(0, 1))
    return bool(corner[0] > corner[1] + 20)


def tiny(shoot: Path) -> bool:
    with Image.open(shoot / "skirt-plum-thumbnail.jpg") as image:
        return min(image.size) < 64


def broken(shoot: Path) -> bool:
    with pytest.raises(OSError, match="truncated"):
        photo(shoot / "jeans-indigo-broken.jpg")
    return True


@pytest.mark.parametrize("fault", [blurred, copied, sent_again, on_another_table, tiny, broken])
def test_each_planted_fault_is_what_its_name_says(
    fault: Callable[[Path], bool], sample_shoot: Path
) -> None:
    assert fault(sample_shoot)


def test_the_shoot_is_small_enough_to_be_cloned_without_a_thought(sample_shoot: Path) -> None:
    assert sum(path.stat().st_size for path in sample_shoot.iterdir()) <= SMALL_BYTES
    assert len(list(sample_shoot.iterdir())) == 24 + 6 + 1


def test_a_curve_goes_through_its_points_and_meets_its_mirror_image_without_a_kink() -> None:
    points = [(0.0, 10.0), (40.0, 4.0), (60.0, -20.0)]

    curve = smooth(points)
    outline = closed([points])

    assert all(np.abs(curve - point).sum(axis=1).min() < 1e-9 for point in points)
    before, after = outline[-2] - outline[-1], outline[1] - outline[0]
    assert abs(before[1]) == pytest.approx(abs(after[1]))
    assert abs(after[1]) < 0.1 * abs(after[0])


def test_the_annotated_profile_is_the_built_in_one(root: Path) -> None:
    path = root / "examples" / "profile.toml"

    assert read_profile(path) == Profile()
    written = {line.partition("=")[0].strip() for line in path.read_text().splitlines()}
    assert set(Profile.model_fields) <= written


def test_the_program_writes_where_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("tee-navy", "dress-red", "skirt-plum", "jeans-indigo")
    few = tuple(garment for garment in garments() if garment.name in names)
    grey = np.random.default_rng(0).integers(0, 255, (800, 600, 3), dtype=np.uint8)
    monkeypatch.setattr(make_shoot, "garments", lambda: few)
    monkeypatch.setattr(make_shoot, "shot", lambda *_: grey)

    make_shoot.render(tmp_path / "shoot")

    assert len(list((tmp_path / "shoot").glob("*.jpg"))) == 4 + 6
