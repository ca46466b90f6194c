"""Decode photos in a child process, so that no file can take the studio down with it.

The child holds no secrets, can write no file, has a ceiling on its memory and a limit on its
time. It may crash, hang or be killed: the file that did it is refused and the next one gets a
new child. One child serves many photos, because starting one takes a third of a second.

Wire: a request is its length and the bytes. A reply is a head (status, height, width, length of
the text), the text and, for a decoded photo, its raw pixels. The text is a JSON list: the format,
the JPEG quality and whether the file says where it was taken, or for a refusal what is wrong, the
hint and the reason code.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, NoReturn, Self

import numpy as np

from muslin.domain.errors import UnreadablePhoto
from muslin.imaging.open import LARGEST_PIXELS, OpenedPhoto, open_photo, refuse
from muslin.imaging.types import Picture

LIMIT_S = 30.0
"""A 50-megapixel photo takes under 5 s on one slow core; what takes six times that is stuck."""
MEMORY_BYTES = 4 * 2**30
"""Address space of the child: some ten copies of the largest allowed picture, and the libraries."""
LARGEST_FILE_BYTES = 320_000_000
"""An uncompressed 16-bit TIFF of the largest allowed picture."""

_LENGTH = struct.Struct("<Q")
_HEAD = struct.Struct("<BIII")
_DECODED, _REFUSED = 0, 1
_LONGEST_TEXT_BYTES = 65_536


class PhotoDecoder:
    """Decodes photos one at a time in a guarded child; a context manager, not for sharing.

    `limit_s` is the wall time that one photo may take, in seconds.
    """

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child; the next photo would start a new one."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def decode(self, data: bytes) -> Picture:
        """The picture (H, W, 3) alone; see `open`."""
        return self.open(data).picture

    def open(self, data: bytes) -> OpenedPhoto:
        """As `open_photo`, guarded.

        Raises UnreadablePhoto, also (reason code broken) where the child died of the file or ran
        out of time, and (too_large) for more than LARGEST_FILE_BYTES.
        """
        if len(data) > LARGEST_FILE_BYTES:
            refuse("too_large", f"The file has {len(data) / 1e6:.0f} MB.")
        if self._child is None or not self._child.lives():
            self.close()
            self._child = _Child()
        return self._ask(self._child, data)

    def _ask(self, child: _Child, data: bytes) -> OpenedPhoto:
        overdue = threading.Event()
        watch = threading.Timer(self._limit_s, _end_overdue, (child, overdue))
        watch.start()
        try:
            answer = child.answer(data)
        except (OSError, EOFError, ValueError):  # the pipe broke or says nonsense
            self.close()
            _refuse_fatal(self._limit_s if overdue.is_set() else None)
        except BaseException:  # interrupted half-way: the next reply would be this one's
            self.close()
            raise
        finally:
            watch.cancel()
            watch.join()
        if overdue.is_set():  # it answered in the very moment of being ended
            self.close()
        if isinstance(answer, UnreadablePhoto):
            raise answer
        return answer


class _Child:
    """One running decoder process and its two pipes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "muslin.imaging.guard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_bare_environment(),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests: IO[bytes] = self._process.stdin
        self._replies: IO[bytes] = self._process.stdout

    def lives(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        self.kill()
        self._process.wait()
        self._replies.close()
        with contextlib.suppress(BrokenPipeError):  # flushing what it never read
            self._requests.close()

    def answer(self, data: bytes) -> OpenedPhoto | UnreadablePhoto:
        """Send one file and wait for its picture or its refusal; nothing in the reply is trusted.

        Raises OSError or EOFError when the child is gone, ValueError for a senseless reply.
        """
        self._requests.write(_LENGTH.pack(len(data)))
        self._requests.write(data)
        self._requests.flush()
        status, height_px, width_px, length = _HEAD.unpack(_exactly(self._replies, _HEAD.size))
        if length > _LONGEST_TEXT_BYTES or height_px * width_px > LARGEST_PIXELS:
            raise ValueError("reply out of bounds")
        text = _exactly(self._replies, length).decode()
        if status == _REFUSED:
            what, hint, reason_code = (str(part) for part in json.loads(text))
            return UnreadablePhoto(what, hint=hint, reason_code=reason_code)
        pixels = _exactly(self._replies, height_px * width_px * 3)
        picture = np.frombuffer(pixels, np.uint8).reshape(height_px, width_px, 3)
        return _opened(picture, json.loads(text))


def serve(requests: IO[bytes], replies: IO[bytes]) -> None:
    """The child's whole life: answer files until the parent closes the pipe."""
    while head := requests.read(_LENGTH.size):
        data = _exactly(requests, *_LENGTH.unpack(head))
        try:
            opened = open_photo(bytes(data))
        except UnreadablePhoto as refusal:
            text = json.dumps([str(refusal), refusal.hint, refusal.reason_code]).encode()
            replies.write(_HEAD.pack(_REFUSED, 0, 0, len(text)) + text)
        else:
            height_px, width_px, _ = opened.picture.shape
            text = json.dumps([opened.format, opened.jpeg_quality, opened.location]).encode()
            replies.write(_HEAD.pack(_DECODED, height_px, width_px, len(text)) + text)
            replies.write(opened.picture.data)
        replies.flush()


def _opened(picture: Picture, said: object) -> OpenedPhoto:
    """A reply's picture with what the child says of its file. Raises ValueError for nonsense."""
    match said:
        case [str(name), (int() | None) as quality, bool(location)]:
            return OpenedPhoto(picture, name, quality, location)
    raise ValueError("reply makes no sense")


def _exactly(pipe: IO[bytes], count: int) -> bytearray:
    """`count` bytes, in one writable block. Raises EOFError when the pipe ends before."""
    block = bytearray(count)
    view, filled = memoryview(block), 0
    while filled < count:
        got = pipe.readinto(view[filled:])  # type: ignore[attr-defined]  # typeshed: IO lacks it
        if not got:
            raise EOFError(f"{filled} of {count} bytes")
        filled += got
    return block


def _end_overdue(child: _Child, overdue: threading.Event) -> None:
    overdue.set()
    child.kill()


def _refuse_fatal(limit_s: float | None) -> NoReturn:
    if limit_s is None:
        refuse("broken", "Decoding it crashes the decoder.")
    refuse("broken", f"Decoding it takes longer than {limit_s:g} s.")


def _bare_environment() -> dict[str, str]:
    """Where to find this package, one thread per library, and nothing of the parent's secrets."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    package_root = str(Path(__file__).resolve().parents[2])
    needed = {
        name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ
    }
    return {"PYTHONPATH": package_root, **dict.fromkeys(threads, "1"), **needed}


def _limit_self() -> None:
    """Cap this process's memory and forbid it to write files, where the system can."""
    try:
        import resource  # absent on Windows
    except ImportError:
        return
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):  # the parent's own limit is lower, or the system has none
            continue


def _main() -> None:
    """Serve on stdin and stdout; whatever a library prints must not land among the pixels."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit_self()
    serve(sys.stdin.buffer, replies)


if __name__ == "__main__":
    _main()
