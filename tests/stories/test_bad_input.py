"""Whatever a stranger hands over: one clear refusal with a way out, and nothing half-written."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from muslin.runtime.studio import Studio
from tests.stories.command_line import (
    assert_nothing_half_written,
    assert_one_refusal,
    muslin,
)

MANY = 500
SMALL_DISK_BYTES = 8 << 20


def write_photo(path: Path, number: int, side_px: int = 96) -> None:
    """A small photo of blurred patches, different for every number."""
    patches = np.random.default_rng(number).integers(0, 255, (8, 6, 3), np.uint8)
    size = (side_px * 3 // 4, side_px)
    Image.fromarray(patches).resize(size, Image.Resampling.BICUBIC).save(path, quality=90)


def empty(folder: Path) -> None:
    folder.mkdir()


def missing(_: Path) -> None:
    pass


def texts(folder: Path) -> None:
    folder.mkdir()
    for number in range(3):
        (folder / f"notes-{number}.txt").write_text("linen, cotton, wool\n", "utf-8")


def one_photo(folder: Path) -> None:
    folder.mkdir()
    write_photo(folder / "coat.jpg", 1, side_px=512)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (empty, "nothing_to_import"),
        (missing, "nothing_to_import"),
        (texts, "nothing_to_import"),
        (one_photo, "not_enough_photos"),
    ],
)
def test_a_folder_that_cannot_be_learnt_from_is_refused(
    make: Callable[[Path], None], code: str, tmp_path: Path
) -> None:
    make(tmp_path / "shoot")

    said = muslin("run", tmp_path / "shoot", "--name", "knitwear", "--home", tmp_path / "home")

    assert_one_refusal(said, code)
    assert_nothing_half_written(tmp_path / "home")
    with Studio.open(tmp_path / "home") as studio:
        assert studio.runs() == []
        assert studio.jobs() == []
        assert len(studio.shoots()) == (1 if make is one_photo else 0)


def test_a_home_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    one_photo(tmp_path / "shoot")
    (tmp_path / "file").write_text("in the way", "utf-8")
    home = tmp_path / "file" / "home"

    said = muslin("shoots", "import", tmp_path / "shoot", "--name", "knitwear", "--home", home)

    assert_one_refusal(said, "home_unusable")
    assert (tmp_path / "file").read_text("utf-8") == "in the way"


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("rnak = 8\n", ("rnak", "Did you mean rank?")),
        ("rank = 100000\n", ("rank", "at most 256")),
        ("rank = = 8\n", ("is not a TOML file", "field = value")),
    ],
)
def test_a_profile_that_says_nothing_sensible_is_refused_before_any_work(
    profile: str, words: tuple[str, str], tmp_path: Path
) -> None:
    one_photo(tmp_path / "shoot")
    file, home = tmp_path / "profile.toml", tmp_path / "home"
    file.write_text(profile, "utf-8")

    said = muslin(
        "run", tmp_path / "shoot", "--name", "knitwear", "--profile", file, "--home", home
    )

    assert_one_refusal(said, "invalid_profile")
    assert words[0] in said.err
    assert words[1] in said.err
    assert not home.exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of SMALL_DISK_BYTES, which only root may make."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", str(place)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"NOT TESTED on a full disk: no tmpfs can be mounted here ({error}).")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_stops_the_import_and_room_lets_it_go_on(
    small_disk: Path, tmp_path: Path
) -> None:
    shoot, home = tmp_path / "shoot", small_disk / "home"
    shoot.mkdir()
    grain = np.random.default_rng(0)
    for number in range(12):  # grain does not compress: a megabyte each
        pixels = grain.integers(0, 255, (640, 512, 3), np.uint8)
        Image.fromarray(pixels).save(shoot / f"{number}.png")
    words = ("shoots", "import", shoot, "--name", "knitwear", "--home", home)

    refused = muslin(*words)

    assert_one_refusal(refused, "disk_full")
    assert_nothing_half_written(home)
    grow = ["mount", "-o", f"remount,size={8 * SMALL_DISK_BYTES}", str(small_disk)]
    subprocess.run(grow, check=True)
    assert muslin("shoots", "list", "--home", home).answer == {"shoots": []}
    assert muslin(*words).answer["added"] == 12


def test_five_hundred_photos_are_imported_and_a_second_import_adds_nothing(tmp_path: Path) -> None:
    shoot, home = tmp_path / "shoot", tmp_path / "home"
    shoot.mkdir()
    for number in range(MANY):
        write_photo(shoot / f"{number:03}.jpg", number)
    words = ("shoots", "import", shoot, "--name", "catalogue", "--home", home)

    first, again = muslin(*words), muslin(*words)

    assert (first.status, again.status) == (0, 0)
    assert (first.answer["added"], first.answer["known"]) == (MANY, 0)
    assert (again.answer["added"], again.answer["known"]) == (0, MANY)
    assert first.answer["problems"] == again.answer["problems"] == []
    assert_nothing_half_written(home)
