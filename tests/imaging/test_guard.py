from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from muslin.domain.errors import UnreadablePhoto
from muslin.imaging import guard
from muslin.imaging.guard import PhotoDecoder
from tests.imaging.pictures import a_picture, as_file

GOOD = as_file(a_picture(), "PNG")


def pretend(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> None:
    """Let the child run with a decoder that does `body` for files that say so."""
    (folder / "sitecustomize.py").write_text(
        "import muslin.imaging.open as o\n"
        "honest = o.open_photo\n"
        "def open_photo(data):\n"
        "    if data != b'hostile':\n"
        "        return honest(data)\n"
        f"    {body}\n"
        "o.open_photo = open_photo\n"
    )
    bare = guard._bare_environment()
    paths = os.pathsep.join((str(folder), bare["PYTHONPATH"]))
    monkeypatch.setattr(guard, "_bare_environment", lambda: {**bare, "PYTHONPATH": paths})


def test_a_photo_comes_out_of_the_guard_as_it_would_without() -> None:
    with PhotoDecoder() as decoder:
        opened = decoder.open(as_file(a_picture(), "JPEG"))

    assert opened.format == "JPEG"
    assert np.abs(opened.picture.astype(int) - a_picture()).mean() < 6


def test_one_child_serves_many_photos_and_refusals_do_not_end_it() -> None:
    with PhotoDecoder() as decoder:
        decoder.decode(GOOD)
        first = decoder._child
        with pytest.raises(UnreadablePhoto) as refused:
            decoder.decode(b"just words")
        picture = decoder.decode(GOOD)

        assert decoder._child is first
    assert refused.value.reason_code == "unsupported"
    assert refused.value.hint
    assert np.array_equal(picture, a_picture())


@pytest.mark.parametrize(
    "crash",
    ["import os; os.abort()", "import os; os._exit(0)", "import os; os.write(1, b'x' * 99)"],
)
def test_a_file_that_crashes_the_decoder_is_refused_and_the_next_one_is_not(
    crash: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pretend(monkeypatch, tmp_path, crash)
    with PhotoDecoder() as decoder:
        with pytest.raises(UnreadablePhoto) as refused:
            decoder.decode(b"hostile")
        picture = decoder.decode(GOOD)

    assert refused.value.reason_code == "broken"
    assert np.array_equal(picture, a_picture())


def test_a_file_that_never_ends_is_refused_after_the_limit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pretend(monkeypatch, tmp_path, "import time; time.sleep(600)")
    with PhotoDecoder(limit_s=1.0) as decoder:
        decoder.decode(GOOD)
        start = time.monotonic()
        with pytest.raises(UnreadablePhoto, match="longer than 1 s"):
            decoder.decode(b"hostile")
        waited_s = time.monotonic() - start
        picture = decoder.decode(GOOD)

    assert 0.9 <= waited_s < 10
    assert np.array_equal(picture, a_picture())


@pytest.mark.skipif(sys.platform != "linux", reason="memory limits bind on Linux alone")
def test_a_file_that_wants_all_memory_gets_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pretend(monkeypatch, tmp_path, f"bytearray(5 * 2**30); return honest({GOOD!r})")
    with PhotoDecoder() as decoder, pytest.raises(UnreadablePhoto):
        decoder.decode(b"hostile")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_decoder_that_was_taken_over_can_write_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loot = tmp_path / "loot"
    pretend(monkeypatch, tmp_path, f"open({str(loot)!r}, 'w').write('x'); return honest(data)")
    with PhotoDecoder() as decoder, pytest.raises(UnreadablePhoto):
        decoder.decode(b"hostile")

    assert not loot.exists() or loot.stat().st_size == 0


def test_the_child_sees_none_of_the_parents_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MUSLIN_SECRET", "tape measure")
    told = "o.refuse('broken', ' '.join(__import__('os').environ))"
    pretend(monkeypatch, tmp_path, told)
    with PhotoDecoder() as decoder, pytest.raises(UnreadablePhoto) as refused:
        decoder.decode(b"hostile")

    assert "PYTHONPATH" in str(refused.value)
    assert "MUSLIN_SECRET" not in str(refused.value)


def test_a_child_that_somebody_killed_is_replaced() -> None:
    with PhotoDecoder() as decoder:
        decoder.decode(GOOD)
        child = decoder._child
        assert child is not None
        child._process.send_signal(signal.SIGKILL)
        child._process.wait()

        assert np.array_equal(decoder.decode(GOOD), a_picture())


def test_a_file_of_absurd_size_never_reaches_the_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LARGEST_FILE_BYTES", 10)
    with PhotoDecoder() as decoder, pytest.raises(UnreadablePhoto) as refused:
        decoder.decode(GOOD)

    assert refused.value.reason_code == "too_large"
    assert decoder._child is None
