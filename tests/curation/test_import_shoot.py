from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from muslin.curation.import_shoot import Stores, import_shoot
from muslin.domain.catalog import ImportReport, Photo
from muslin.domain.errors import NameTaken, NothingToImport
from muslin.domain.fact import BlobId
from muslin.domain.progress import Cancelled, Progress
from tests.curation.shop import FakeBlobs, FakePhotos, FakeShoots, PlainDecoder


def a_file(seed: int, format: str = "PNG", size_px: tuple[int, int] = (90, 120)) -> bytes:
    coarse = np.random.default_rng(seed).integers(0, 255, (4, 3, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(coarse).resize(size_px).save(out, format)
    return out.getvalue()


class Shop:
    """A folder of photos and a studio to import it into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shoots, self.photos = FakeShoots(), FakePhotos()
        self.blobs, self.decoder = FakeBlobs(), PlainDecoder()

    def write(self, name: str, content: bytes | str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def imports(self, name: str = "ss26") -> ImportReport:
        stores = Stores(self.shoots, self.photos, self.blobs, self.decoder)
        return import_shoot(self.folder, name, stores)

    def photo(self, file_name: str) -> Photo:
        return next(p for p in self.photos.by_id.values() if p.file_name == file_name)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    folder = tmp_path / "shoot"
    folder.mkdir()
    return Shop(folder)


def codes(report: ImportReport) -> dict[str, str]:
    return {p.file_name: p.code for p in report.problems}


def test_photos_of_all_formats_are_found_in_all_folders(shop: Shop) -> None:
    for seed, format in enumerate(("JPEG", "PNG", "WEBP", "TIFF", "AVIF")):
        shop.write(f"day {seed}/look/photo.{format.lower()}", a_file(seed, format))

    report = shop.imports()

    assert (report.added, report.known, report.problems) == (5, 0, ())
    assert shop.photo("day 0/look/photo.jpeg").format == "JPEG"
    assert (shop.photo("day 1/look/photo.png").width_px) == 90
    assert (shop.photo("day 1/look/photo.png").height_px) == 120


def test_a_photo_is_its_bytes_and_its_original_is_kept(shop: Shop) -> None:
    data = a_file(1)
    shop.write("a.png", data)

    shop.imports()

    photo = shop.photo("a.png")
    assert photo.id == hashlib.sha256(data).hexdigest()
    assert photo.size_bytes == len(data)
    assert shop.blobs.get(BlobId(photo.id)) == data


def test_the_content_decides_and_not_the_ending(shop: Shop) -> None:
    shop.write("misnamed.jpg", a_file(1, "PNG"))

    shop.imports()

    assert shop.photo("misnamed.jpg").format == "PNG"


def test_what_is_no_photo_is_reported_by_name_and_stops_nothing(shop: Shop) -> None:
    shop.write("fine.png", a_file(1))
    shop.write("torn.jpg", a_file(2, "JPEG")[:400])
    shop.write("empty.jpg", b"")
    shop.write("tiny.png", a_file(3, size_px=(40, 200)))
    shop.write("loop.gif", a_file(4, "GIF"))
    shop.write("twin of fine.png", a_file(1))
    shop.write("notes.docx", b"PK\3\4")

    report = shop.imports()

    assert report.added == 1
    assert codes(report) == {
        "torn.jpg": "broken",
        "empty.jpg": "broken",
        "tiny.png": "too_small",
        "loop.gif": "unsupported",
        "twin of fine.png": "duplicate",
        "notes.docx": "unsupported",
    }
    assert "fine.png" in next(p.reason for p in report.problems if p.code == "duplicate")
    assert shop.photos.found == list(report.problems)


def test_hidden_files_and_folders_are_passed_over(shop: Shop) -> None:
    shop.write("fine.png", a_file(1))
    shop.write(".DS_Store", b"\0")
    shop.write("._fine.png", b"\0")
    shop.write(".thumbnails/fine.png", a_file(2))

    report = shop.imports()

    assert (report.added, report.problems) == (1, ())


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_are_not_followed_out_of_the_folder(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "secret.png").write_bytes(a_file(2))
    shop.write("fine.png", a_file(1))
    (shop.folder / "file.png").symlink_to(tmp_path / "private" / "secret.png")
    (shop.folder / "folder").symlink_to(tmp_path / "private")
    (shop.folder / "loop").symlink_to(shop.folder)
    (shop.folder / "dangling.png").symlink_to(tmp_path / "nowhere.png")

    report = shop.imports()

    assert (report.added, report.problems) == (1, ())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_that_never_ends_is_passed_over(shop: Shop) -> None:
    shop.write("fine.png", a_file(1))
    os.mkfifo(shop.folder / "pipe.jpg")

    assert shop.imports().added == 1


def test_a_second_import_doubles_nothing_and_decodes_nothing(shop: Shop) -> None:
    shop.write("a.png", a_file(1))
    shop.write("b.png", a_file(2))
    shop.write("broken.jpg", b"\xff\xd8\xff")
    first = shop.imports()
    decoded = shop.decoder.opened

    second = shop.imports()

    assert (second.added, second.known) == (0, 2)
    assert second.shoot == first.shoot
    assert second.problems == first.problems
    assert shop.decoder.opened == decoded + 1  # the broken one, in case it has been mended
    assert len(shop.photos.by_id) == 2


def test_a_second_import_takes_in_what_has_changed(shop: Shop) -> None:
    shop.write("a.png", a_file(1))
    shop.write("b.png", a_file(2))
    shop.write("categories.csv", "file_name,category\na.png,dress\n")
    shop.imports()
    shop.write("categories.csv", "file_name,category\na.png,skirt\n")
    shop.write("c.png", a_file(3))
    (shop.folder / "b.png").rename(shop.folder / "b2.png")

    report = shop.imports()

    assert (report.added, report.known) == (1, 2)
    assert shop.photo("a.png").category == "skirt"
    assert shop.photo("b2.png").id == hashlib.sha256(a_file(2)).hexdigest()


def test_a_lost_original_is_mended_by_importing_again(shop: Shop) -> None:
    shop.write("a.png", a_file(1))
    shop.imports()
    shop.blobs.by_id.clear()

    shop.imports()

    assert shop.blobs.get(BlobId(shop.photo("a.png").id)) == a_file(1)


def test_two_folders_are_not_mixed_under_one_name(shop: Shop, tmp_path: Path) -> None:
    shop.write("a.png", a_file(1))
    shop.imports("ss26")
    shop.folder = tmp_path / "other"
    shop.write("b.png", a_file(2))

    with pytest.raises(NameTaken) as refused:
        shop.imports("ss26")

    assert "another name" in refused.value.hint
    assert len(shop.photos.by_id) == 1


def no_folder(shop: Shop) -> None:
    shop.folder = shop.folder / "nowhere"


def a_file_instead(shop: Shop) -> None:
    shop.write("a.png", a_file(1))
    shop.folder = shop.folder / "a.png"


def an_empty_folder(shop: Shop) -> None:
    (shop.folder / "empty").mkdir()


def texts_only(shop: Shop) -> None:
    shop.write("a.txt", "a dress")
    shop.write("b.md", "words")


def hidden_only(shop: Shop) -> None:
    shop.write(".a.png", a_file(1))


def broken_only(shop: Shop) -> None:
    shop.write("a.jpg", b"\xff\xd8\xff")


@pytest.mark.parametrize(
    "prepare", [no_folder, a_file_instead, an_empty_folder, texts_only, hidden_only, broken_only]
)
def test_a_folder_without_photos_is_refused_with_a_way_out_and_nothing_is_written(
    shop: Shop, prepare: Callable[[Shop], None]
) -> None:
    prepare(shop)

    with pytest.raises(NothingToImport) as refused:
        shop.imports()

    assert str(shop.folder) in str(refused.value)
    assert refused.value.hint
    assert not shop.shoots.by_name
    assert not shop.photos.by_id
    assert not shop.blobs.by_id


def test_an_import_can_be_stopped_and_leaves_no_rows(shop: Shop) -> None:
    for n in range(5):
        shop.write(f"{n}.png", a_file(n))
    seen: list[Progress] = []

    def stop_at_three(progress: Progress) -> None:
        seen.append(progress)
        if progress.done == 3:
            raise Cancelled

    stores = Stores(shop.shoots, shop.photos, shop.blobs, shop.decoder)
    with pytest.raises(Cancelled):
        import_shoot(shop.folder, "ss26", stores, stop_at_three)

    assert [(p.done, p.total, p.note) for p in seen] == [
        (1, 5, "0.png"),
        (2, 5, "1.png"),
        (3, 5, "2.png"),
    ]
    assert not shop.shoots.by_name
    assert not shop.photos.by_id


def test_a_messy_brand_is_imported_whole(shared_brands: Path) -> None:
    shop = Shop(shared_brands / "oak-floor")

    report = shop.imports()

    assert (report.added, report.problems) == (90, ())
    assert sum(p.category is not None for p in shop.photos.by_id.values()) >= 80
