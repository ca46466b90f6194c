"""`rights.csv` beside the photos: who owns them and who is shown, as the shop keeps it.

Columns: `file_name` (empty or * = all photos of the folder), `licence`, `owner`, `until`, and of a
person who is shown `person`, `scope`, `channels` (with semicolons), `consent_until`, `pay`. A photo
with several people has a line for each. Dates are written 2027-03-31. File names are relative to
the table's folder.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath

from muslin.curation.sidecars import RIGHTS_TABLE
from muslin.domain.catalog import Problem
from muslin.domain.curation.rights import Consent, Statement

_COLUMNS = ("licence", "owner", "until", "person", "scope", "channels", "consent_until", "pay")
_ALL = {"", "*"}


@dataclass(slots=True)
class Stated:
    """What tables say, by photo file name (None = all photos), and what made no sense."""

    statements: dict[str | None, Statement] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def is_rights_table(file_name: str) -> bool:
    """Whether a file of a shoot's folder is a table of rights."""
    return PurePosixPath(file_name).name.lower() == RIGHTS_TABLE


def read_rights(root: Path, files: Sequence[str], photos: Sequence[str]) -> Stated:
    """All that `rights.csv` files of a folder say of photos; `files` are the paths in the folder.

    Nothing stops it: a line that makes no sense becomes a problem and states nothing.
    """
    stated, known = Stated(), set(photos)
    for name in sorted(filter(is_rights_table, files)):
        for line, row in _rows(root, name, stated):
            try:
                _take(name, row, known, stated)
            except ValueError as error:
                stated.problems.append(_problem(name, f"Line {line}: {error}."))
    return stated


def _rows(root: Path, name: str, stated: Stated) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        text = (root / name).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        stated.problems.append(_problem(name, f"It cannot be read: {error}."))
        return
    head = text.partition("\n")[0]
    reader = csv.DictReader(text.splitlines(), delimiter=max(",;\t", key=head.count))
    columns = [column.strip().lower() for column in reader.fieldnames or ()]
    unknown = set(columns) - {"file_name", *_COLUMNS}
    if unknown or not columns:
        allowed = ", ".join(("file_name", *_COLUMNS))
        stated.problems.append(_problem(name, f"Its columns may be {allowed}."))
        return
    reader.fieldnames = columns
    for row in reader:
        told = {key: (value or "").strip() for key, value in row.items() if key in columns}
        yield reader.line_num, told


def _take(name: str, row: Mapping[str, str], known: set[str], stated: Stated) -> None:
    photo = _photo(name, row.get("file_name", ""), known)
    before = stated.statements.get(photo, Statement())
    stated.statements[photo] = Statement(
        licence=row.get("licence", "") or before.licence,
        owner=row.get("owner", "") or before.owner,
        until=_day(row.get("until", "")) or before.until,
        consents=(*before.consents, *_consents(row)),
    )


def _photo(name: str, said: str, known: set[str]) -> str | None:
    if said in _ALL:
        return None
    path = str(PurePosixPath(name).parent / said.replace("\\", "/"))
    if path not in known:
        raise ValueError(f"it names {said!r}, which is no photo of the folder")
    return path


def _consents(row: Mapping[str, str]) -> Iterator[Consent]:
    if row.get("person"):
        channels = (part.strip() for part in row.get("channels", "").split(";"))
        yield Consent(
            person=row["person"],
            scope=row.get("scope", ""),
            channels=tuple(part for part in channels if part),
            until=_day(row.get("consent_until", "")),
            pay=row.get("pay", ""),
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValueError(f"{text!r} is no date such as 2027-03-31") from error


def _problem(name: str, reason: str) -> Problem:
    return Problem(file_name=name, code="malformed", reason=reason)
