"""Files from the hub or from a local folder: resumed, verified, and then moved into place whole."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from muslin.domain.errors import WeightsMissing
from muslin.domain.progress import Progress, Report
from muslin.networks.external import ExternalFile
from muslin.runtime.disk import disk_full, make_folder, plainly, settle

HUB = "https://huggingface.co"
"""Where files come from unless $HF_ENDPOINT names a mirror, as for huggingface_hub."""
CHUNK_BYTES = 1 << 20
PATIENCE_S = 30.0
"""Longest silence of the hub before it is given up."""
PLACED = re.compile(r"bytes (\d+)-")
"""Content-Range of a partial answer: RFC 9110, 14.4."""

Open = Callable[[int], AbstractContextManager[BinaryIO]]
"""Opens a source at an offset in bytes; from the beginning where it cannot skip."""


def fetched(weights: Path, file: ExternalFile) -> Path | None:
    """Where a file lies in a studio's folder of weights, if it does; it was verified on the way."""
    path = place(weights, file)
    return path if path.is_file() and path.stat().st_size == file.bytes else None


def place(weights: Path, file: ExternalFile) -> Path:
    """Where a file belongs."""
    return weights / file.name / file.file


def fetch(weights: Path, file: ExternalFile, report: Report) -> Path:
    """Download a file, or what is still missing of it; one that is there is kept.

    Raises WeightsMissing when the hub does not give it or gives something else, DiskFull and
    HomeUnusable. What had arrived is kept, and the same command goes on from there.
    """
    try:
        return _bring(weights, file, lambda offset: _download(file, offset), report)
    except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise _not_given(file, error) from error


def take(weights: Path, file: ExternalFile, folder: Path, report: Report) -> Path:
    """Copy a file from a local folder, or from the file itself, into the studio's weights.

    Raises WeightsMissing when it is not there or is something else, DiskFull and HomeUnusable.
    """
    source = folder / file.file if folder.is_dir() else folder
    if not source.is_file():
        raise WeightsMissing(
            f"{source} does not exist.", hint=f"Name the folder that holds {file.file}."
        )
    place(weights, file).with_suffix(".part").unlink(missing_ok=True)  # of another source
    return _bring(weights, file, lambda _: source.open("rb"), report)


def _bring(weights: Path, file: ExternalFile, source: Open, report: Report) -> Path:
    there = fetched(weights, file)
    if there is not None:
        return there
    target = place(weights, file)
    make_folder(target.parent)
    part = target.with_suffix(".part")
    with plainly(target.parent), part.open("ab") as sink:
        digest = _digest_of(part)
        if shutil.disk_usage(target.parent).free < file.bytes - sink.tell():
            raise disk_full(target.parent)
        if sink.tell() < file.bytes:
            with source(sink.tell()) as opened:
                if _skipped(opened) != sink.tell():
                    sink.truncate(0)
                    digest = hashlib.sha256()
                _pour(opened, sink, digest.update, file, report)
        _verify(part, digest.hexdigest(), file)
        settle(sink, target)
    return target


def _pour(
    source: BinaryIO,
    sink: BinaryIO,
    count: Callable[[bytes], None],
    file: ExternalFile,
    report: Report,
) -> None:
    """Everything that is left in the source, up to one chunk more than the file may have."""
    done = sink.seek(0, os.SEEK_END)
    while done <= file.bytes and (chunk := source.read(CHUNK_BYTES)):
        sink.write(chunk)
        count(chunk)
        done += len(chunk)
        report(Progress("fetch", done // 10**6, file.bytes // 10**6, "MB", file.file))
    sink.flush()


def _verify(part: Path, sha256: str, file: ExternalFile) -> None:
    """Refuse what is not the file; what is only shorter is kept to go on with."""
    size = part.stat().st_size
    if size < file.bytes:
        raise WeightsMissing(
            f"{file.file} broke off after {size / 1e6:.0f} of {file.bytes / 1e6:.0f} MB.",
            hint="Give the same command again; it goes on from there.",
        )
    if sha256 != file.sha256:
        part.unlink()
        raise WeightsMissing(
            f"What came as {file.file} is another file: sha256 {sha256[:12]}…, not "
            f"{file.sha256[:12]}….",
            hint="Nothing of it was kept. Fetch it again, or from elsewhere with --from FOLDER.",
        )


def _digest_of(part: Path) -> hashlib._Hash:
    with part.open("rb") as written:
        return hashlib.file_digest(written, "sha256")


def _download(file: ExternalFile, offset: int) -> AbstractContextManager[BinaryIO]:
    address = (
        f"{os.environ.get('HF_ENDPOINT') or HUB}/{file.hub}/resolve/{file.revision}/{file.file}"
    )
    headers = {"Range": f"bytes={offset}-"} if offset else {}
    opened: AbstractContextManager[BinaryIO] = urlopen(
        Request(address, headers=headers), timeout=PATIENCE_S
    )
    return opened


def _skipped(opened: BinaryIO) -> int:
    """Bytes that an answer left out at the beginning; nothing where the source is a file."""
    headers = getattr(opened, "headers", None)
    placed = PLACED.match(headers.get("Content-Range") or "") if headers is not None else None
    return int(placed.group(1)) if placed else 0


def _not_given(file: ExternalFile, error: Exception) -> WeightsMissing:
    if isinstance(error, HTTPError):
        said = f"answers {error.code} {error.reason}"
        error.close()
    else:
        said = "cannot be reached, or broke off"
    return WeightsMissing(
        f"The hub {said} for {file.hub}/{file.file}.",
        hint="Try again, which goes on where it ended; or bring the file: --from FOLDER.",
    )
