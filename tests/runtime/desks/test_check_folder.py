"""A folder is checked where it lies: nothing is made of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import ExifTags, Image

from muslin.cli.app import answer
from muslin.domain.errors import NothingToImport
from muslin.networks.vision.garment import GarmentReader
from muslin.runtime.curation.looking import check_folder


@pytest.fixture(scope="module")
def folder(sample_shoot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three drawn photos, one of them with a place in its EXIF, and a torn file."""
    place = tmp_path_factory.mktemp("photos")
    for number, path in enumerate(sorted(sample_shoot.glob("*.jpg"))[:3]):
        exif = Image.Exif()
        if number == 0:
            exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (48.0, 8.0, 0.0)})
        with Image.open(path) as image:
            image.save(place / f"{number}.jpg", quality=90, exif=exif)
    (place / "torn.jpg").write_bytes((place / "1.jpg").read_bytes()[:500])
    return place


def test_a_folder_is_judged_and_left_as_it_was(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*")}

    found, blobs = check_folder(folder, GarmentReader())

    assert [p.file_name for p in found.photos] == ["0.jpg", "1.jpg", "2.jpg"]
    assert [m.location for m in found.measures] == [True, False, False]
    assert [p.file_name for p in found.problems] == ["torn.jpg"]
    assert blobs.get(blobs.put(before[folder / "1.jpg"])) == before[folder / "1.jpg"]
    assert {path: path.read_bytes() for path in folder.rglob("*")} == before


def test_the_command_checks_a_folder_without_a_studio_and_writes_its_page(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home, page = tmp_path / "home", tmp_path / "check.html"
    monkeypatch.setenv("MUSLIN_HOME", str(home))

    status = answer(["shoots", "check", str(folder), "--page", str(page), "--json"])

    assert status == 0
    assert not home.exists()
    assert "keypoints" not in capsys.readouterr().out
    text = page.read_text("utf-8")
    assert text.count("<img ") >= 3
    assert "GPS" not in text


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToImport):
        check_folder(tmp_path, GarmentReader())
