from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from muslin.domain.errors import InvalidRequest, StudioError, UploadRefused
from muslin.runtime.house import inbox
from muslin.runtime.house.inbox import Inbox

JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 50


@pytest.fixture
def box(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox")


def send(box: Inbox, name: str, data: bytes) -> None:
    with box.receive("ss26", name) as incoming:
        for start in range(0, len(data), 64):
            incoming.write(data[start : start + 64])


def send_half(box: Inbox, name: str) -> None:
    with box.receive("ss26", name) as incoming:
        incoming.write(JPEG[: len(JPEG) // 2])
        raise ConnectionError


def a_zip(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def test_what_was_sent_lies_there_whole_and_folders_stay_folders(box: Inbox) -> None:
    send(box, "front/look-1.jpg", JPEG)
    send(box, "captions.csv", b"file_name,text\n")

    assert box.files("ss26") == {"captions.csv": 15, "front/look-1.jpg": len(JPEG)}


@pytest.mark.parametrize(
    "name",
    [
        "../x.jpg",
        "/etc/x.jpg",
        "a/../../x.jpg",
        "..\\x.jpg",
        ".hidden.jpg",
        "",
        "a\nb.jpg",
        "x" * 500,
    ],
)
def test_no_name_leads_out_of_the_folder(name: str, box: Inbox, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest):
        send(box, name, JPEG)

    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.jpg", b"MZ\x90\0 a program"),
        ("x.svg", b"<svg onload='x'/>"),
        ("x.jpg", b"%!PS-Adobe"),
        ("x.html", b"<script>"),
        ("x.txt", b"words\0and bytes"),
        ("x.jpg", b""),
    ],
)
def test_content_decides_what_a_file_is(name: str, data: bytes, box: Inbox) -> None:
    with pytest.raises(UploadRefused):
        send(box, name, data)

    assert box.files("ss26") == {}


def test_a_file_that_is_cut_off_or_too_large_leaves_nothing(
    box: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LARGEST_FILE_BYTES", 200)
    with pytest.raises(UploadRefused, match="too much"):
        send(box, "x.jpg", JPEG)
    with pytest.raises(ConnectionError):
        send_half(box, "y.jpg")

    assert box.files("ss26") == {}


def test_a_shoot_has_a_limit(box: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MOST_FILES", 2)
    send(box, "1.jpg", JPEG)
    send(box, "2.jpg", JPEG)

    with pytest.raises(UploadRefused, match="2 files"):
        send(box, "3.jpg", JPEG)


def test_an_archive_becomes_its_photos(box: Inbox) -> None:
    packed = a_zip(
        **{
            "look/1.jpg": JPEG,
            "look/2.jpg": JPEG,
            "__MACOSX/._1.jpg": b"junk",
            "readme.exe": b"MZ",
        }
    )
    send(box, "shoot.zip", packed)
    box.unpack("ss26")

    assert set(box.files("ss26")) == {"shoot/look/1.jpg", "shoot/look/2.jpg"}


def test_archives_that_would_harm_are_refused(box: Inbox, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.jpg")
    link.external_attr = 0o120777 << 16
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive:
        archive.writestr("1.jpg", JPEG)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("1.jpg", JPEG)
    links = io.BytesIO()
    with zipfile.ZipFile(links, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    harmful = {
        "bomb": a_zip(**{"1.jpg": b"\xff\xd8\xff" + bytes(10_000_000)}),
        "slip": a_zip(**{"../../1.jpg": JPEG}),
        "twice": twice.getvalue(),
        "links": links.getvalue(),
        "torn": a_zip(**{"1.jpg": JPEG})[:60],
    }
    for name, data in harmful.items():
        send(box, f"{name}.zip", data)
        with pytest.raises(StudioError):
            box.unpack("ss26")
        (tmp_path / "inbox/ss26" / f"{name}.zip").unlink()

    assert [p for p in tmp_path.rglob("*.jpg") if p.is_file()] == []
