from __future__ import annotations

from pathlib import Path

import pytest

from muslin.domain.errors import InvalidRequest
from muslin.domain.leaving import GenerateOrder, Generation, SourceType
from muslin.imaging.metadata import read_origin
from muslin.tools.generate import Look, generate
from muslin.tools.save import file_names, save_pictures, slug
from tests.tools.studio import MemoryBlobs, PaintsSeeds


def write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


@pytest.fixture
def blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def pictures(blobs: MemoryBlobs) -> list[Generation]:
    order = GenerateOrder(
        prompts=("a red dress", "navy pants"), count=2, seed=4, width_px=64, height_px=80
    )
    return list(generate(order, Look("starter"), PaintsSeeds(), blobs))


def test_files_are_what_the_studio_keeps_byte_for_byte_and_the_sheet_comes_last(
    pictures: list[Generation], blobs: MemoryBlobs, tmp_path: Path
) -> None:
    paths = save_pictures(pictures, blobs, tmp_path, write)

    assert [p.name for p in paths] == [
        "0001-a-red-dress-seed-4.png",
        "0002-a-red-dress-seed-5.png",
        "0003-navy-pants-seed-1004.png",
        "0004-navy-pants-seed-1005.png",
        "contact-sheet.png",
    ]
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    for path, picture in zip(paths, pictures, strict=False):
        assert path.read_bytes() == blobs.get(picture.picture)


def test_the_contact_sheet_says_that_it_shows_generated_pictures(
    pictures: list[Generation], blobs: MemoryBlobs, tmp_path: Path
) -> None:
    sheet = save_pictures(pictures, blobs, tmp_path, write)[-1]

    origin = read_origin(sheet.read_bytes())
    assert origin is not None
    assert origin.source_type is SourceType.GENERATED


def test_no_pictures_are_refused_and_nothing_is_written(blobs: MemoryBlobs, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest):
        save_pictures([], blobs, tmp_path, write)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("A Red T-Shirt!", "a-red-t-shirt"),
        ("../../etc/passwd", "etc-passwd"),
        ("con: a|b?*", "con-a-b"),
        ("白いドレス", "白いドレス"),
        ("!!!", "picture"),
        ("x" * 200, "x" * 48),
    ],
)
def test_any_prompt_becomes_a_harmless_part_of_a_file_name(words: str, part: str) -> None:
    assert slug(words) == part


def test_names_stay_apart_for_the_same_prompt_and_seed(pictures: list[Generation]) -> None:
    names = file_names([pictures[0], pictures[0]])

    assert len(set(names)) == 2
