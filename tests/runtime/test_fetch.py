"""A hub of our own on the loopback device, that can break off and can lie."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from muslin.domain.errors import DiskFull, LicenceNotAccepted, NotFound, WeightsMissing
from muslin.domain.licence import Commercial
from muslin.domain.progress import Progress, silent
from muslin.networks.external import ExternalFile
from muslin.runtime.studio import Studio
from muslin.runtime.weights.fetch import CHUNK_BYTES, fetch, fetched, place, take

CONTENT = bytes(range(256)) * (3 * CHUNK_BYTES // 256) + b"hem"


@dataclass
class Hub:
    """What it gives, how much of it per answer, and what it was asked for."""

    content: bytes = CONTENT
    most_bytes: int = len(CONTENT)
    skips: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        wanted = to.headers.get("Range", "")
        self.asked.append((to.path, wanted))
        start = int(wanted.removeprefix("bytes=").rstrip("-") or 0) if self.skips else 0
        to.send_response(206 if start else 200)
        if start:
            total = len(self.content)
            to.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        to.send_header("Content-Length", str(len(self.content) - start))
        to.end_headers()
        to.wfile.write(self.content[start : start + self.most_bytes])


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.answer(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield hub
    server.shutdown()
    server.server_close()
    thread.join()


def a_file(**changes: object) -> ExternalFile:
    return ExternalFile.model_validate(
        {
            "name": "tiny",
            "purpose": "a test",
            "hub": "brand/tiny",
            "revision": "ab" * 20,
            "file": "tiny.safetensors",
            "sha256": hashlib.sha256(CONTENT).hexdigest(),
            "bytes": len(CONTENT),
            "licence": "starter",
            "commercial": Commercial.YES,
            **changes,
        }
    )


def test_a_file_comes_whole_with_progress_and_is_not_asked_for_twice(
    hub: Hub, tmp_path: Path
) -> None:
    told: list[Progress] = []

    path = fetch(tmp_path, a_file(), told.append)
    fetch(tmp_path, a_file(), told.append)

    assert path.read_bytes() == CONTENT
    assert fetched(tmp_path, a_file()) == path
    assert hub.asked == [(f"/brand/tiny/resolve/{'ab' * 20}/tiny.safetensors", "")]
    assert [p.done for p in told] == sorted(p.done for p in told)
    assert (told[-1].done, told[-1].unit) == (told[-1].total, "MB")


def test_what_broke_off_goes_on_where_it_ended(hub: Hub, tmp_path: Path) -> None:
    hub.most_bytes = CHUNK_BYTES + 7
    with pytest.raises(WeightsMissing, match="broke off"):
        fetch(tmp_path, a_file(), silent)
    assert fetched(tmp_path, a_file()) is None
    hub.most_bytes = len(CONTENT)

    path = fetch(tmp_path, a_file(), silent)

    assert path.read_bytes() == CONTENT
    assert [wanted for _, wanted in hub.asked] == ["", f"bytes={CHUNK_BYTES + 7}-"]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_hub_that_cannot_skip_is_read_from_the_beginning(hub: Hub, tmp_path: Path) -> None:
    part = place(tmp_path, a_file()).with_suffix(".part")
    part.parent.mkdir()
    part.write_bytes(b"something else")
    hub.skips = False

    assert fetch(tmp_path, a_file(), silent).read_bytes() == CONTENT


def test_a_download_that_only_was_not_moved_is_not_asked_for_again(
    hub: Hub, tmp_path: Path
) -> None:
    part = place(tmp_path, a_file()).with_suffix(".part")
    part.parent.mkdir()
    part.write_bytes(CONTENT)

    assert fetch(tmp_path, a_file(), silent).read_bytes() == CONTENT
    assert hub.asked == []


@pytest.mark.parametrize("content", [CONTENT[:-1] + b"x", CONTENT + b"x"])
def test_another_file_is_refused_and_nothing_of_it_kept(
    hub: Hub, tmp_path: Path, content: bytes
) -> None:
    hub.content, hub.most_bytes = content, len(content)

    with pytest.raises(WeightsMissing, match="another file"):
        fetch(tmp_path, a_file(), silent)

    assert list(place(tmp_path, a_file()).parent.iterdir()) == []


def test_a_hub_that_is_not_there_is_told_in_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    with pytest.raises(WeightsMissing, match="cannot be reached") as refusal:
        fetch(tmp_path, a_file(), silent)

    assert "--from FOLDER" in refusal.value.hint


def test_a_file_that_cannot_fit_is_not_begun(tmp_path: Path, hub: Hub) -> None:
    with pytest.raises(DiskFull):
        fetch(tmp_path, a_file(bytes=2**62), silent)

    assert hub.asked == []


@pytest.mark.parametrize("named", ["", "tiny.safetensors"])
def test_a_file_is_taken_from_a_local_folder_and_verified(tmp_path: Path, named: str) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "tiny.safetensors").write_bytes(CONTENT)

    path = take(tmp_path / "weights", a_file(), tmp_path / "disk" / named, silent)

    assert path.read_bytes() == CONTENT


def test_a_local_file_of_that_name_but_other_bytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tiny.safetensors").write_bytes(b"x" * len(CONTENT))

    with pytest.raises(WeightsMissing, match="another file"):
        take(tmp_path / "weights", a_file(), tmp_path, silent)
    with pytest.raises(WeightsMissing, match="does not exist"):
        take(tmp_path / "weights", a_file(), tmp_path / "nowhere", silent)


def test_a_shop_fetches_nothing_whose_conditions_nobody_agreed_to(tmp_path: Path, hub: Hub) -> None:
    with Studio.open(tmp_path) as studio:
        with pytest.raises(LicenceNotAccepted):
            studio.fetch_weights("sdxl")
        with pytest.raises(NotFound, match="sdxk"):
            studio.fetch_weights("sdxk")

    assert hub.asked == []
