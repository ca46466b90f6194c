"""Words beside the photos: captions in text files, captions and categories in tables.

Three conventions are read, because shops and trainers use all three: `dress.txt` beside
`dress.jpg`; `metadata.jsonl` or `metadata.csv` with the columns `file_name`, `text`, `category`
and `garment` (Hugging Face "imagefolder"); any other `.csv` with `file_name` and one of the other
three. `garment` may be called `sku` or `article`. File names are relative to the table's own
folder. The last table, by path, wins. `rights.csv` is for `curation.rights`.
"""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from muslin.domain.catalog import Problem

LARGEST_WORDS_BYTES = 64_000
"""A caption file beyond this is no caption; a table may be a thousand times larger."""
LARGEST_TABLE_BYTES = 64_000_000

RIGHTS_TABLE = "rights.csv"
_CAPTION_COLUMNS = ("text", "caption")
_GARMENT_COLUMNS = ("garment", "sku", "article")
_WORD_COLUMNS = {"category", *_CAPTION_COLUMNS, *_GARMENT_COLUMNS}
_DELIMITERS = ",;\t"  # a spreadsheet in a country with decimal commas writes semicolons


@dataclass(slots=True)
class Words:
    """What the shop wrote, by photo file name; and the lines that could not be used."""

    captions: dict[str, str] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    garments: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, file_name: str, code: str, reason: str) -> None:
        """Note words that could not be used: code "missing", "malformed" or "unreadable"."""
        self.problems.append(Problem(file_name=file_name, code=code, reason=reason))


Row = tuple[int, Mapping[str, object]]
"""Line number in the table, and what it says."""


def is_table(file_name: str) -> bool:
    """Whether a file holds words for photos in rows."""
    path = PurePosixPath(file_name)
    return path.suffix.lower() == ".csv" or path.name.lower() == "metadata.jsonl"


def is_text(file_name: str) -> bool:
    """Whether a file may hold the caption of one photo."""
    return PurePosixPath(file_name).suffix.lower() == ".txt"


def read_words(root: Path, file_names: Iterable[str]) -> Words:
    """All words in a folder, given the names of all its files, with forward slashes.

    Nothing stops it: a table or a line that makes no sense becomes a problem.
    """
    names = sorted(file_names)
    words = Words()
    photos = _Photos(n for n in names if not is_table(n) and not is_text(n))
    for name in filter(is_table, names):
        if PurePosixPath(name).name.lower() == RIGHTS_TABLE:
            continue
        _read_table(root, name, photos, words)
    for name in filter(is_text, names):
        _read_text(root, name, photos, words)
    return words


class _Photos:
    """File names that words may speak of, however a system spells accents and slashes."""

    def __init__(self, names: Iterable[str]) -> None:
        self._spelt: dict[str, str] = {}
        self._by_stem: dict[str, list[str]] = {}
        for name in names:
            self._spelt[_plain(name)] = name
            self._by_stem.setdefault(_plain(_stem(name)), []).append(name)

    def named(self, folder: PurePosixPath, name: str) -> str | None:
        """The photo that a row in `folder` means by `name`."""
        return self._spelt.get(_plain(str(folder / name.replace("\\", "/"))))

    def beside(self, text_name: str) -> list[str]:
        """The photos whose name differs from a text file's in its ending alone."""
        return self._by_stem.get(_plain(_stem(text_name)), [])


def _plain(name: str) -> str:
    # macOS stores accents apart from their letters, spreadsheets write them together.
    return unicodedata.normalize("NFC", str(PurePosixPath(name)))


def _stem(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(""))


def _read_text(root: Path, name: str, photos: _Photos, words: Words) -> None:
    meant = photos.beside(name)
    if not meant:
        words.complain(name, "missing", "No photo has the same name as this text file.")
        return
    text = _text_of(root, name, LARGEST_WORDS_BYTES, words)
    for photo in meant if text and text.strip() else ():
        words.captions[photo] = " ".join(text.split()) if text else ""


def _read_table(root: Path, name: str, photos: _Photos, words: Words) -> None:
    text = _text_of(root, name, LARGEST_TABLE_BYTES, words)
    if text is None:
        return
    rows = _json_rows if name.lower().endswith(".jsonl") else _csv_rows
    folder = PurePosixPath(name).parent
    for line, row in rows(name, text, words):
        file_name = row.get("file_name")
        if not isinstance(file_name, str) or not file_name.strip():
            words.complain(name, "malformed", f"Line {line} names no file.")
            continue
        photo = photos.named(folder, file_name.strip())
        if photo is None:
            reason = f"Line {line} names {file_name.strip()!r}, which is not in the folder."
            words.complain(name, "missing", reason)
            continue
        _take(photo, row, words)


def _take(photo: str, row: Mapping[str, object], words: Words) -> None:
    said = {
        "caption": next((row[c] for c in _CAPTION_COLUMNS if isinstance(row.get(c), str)), None),
        "category": row.get("category"),
        "garment": next(  # JSON may well hold an article number as a number
            (str(row[c]) for c in _GARMENT_COLUMNS if isinstance(row.get(c), str | int)), None
        ),
    }
    told = {what: text for what, text in said.items() if isinstance(text, str) and text.strip()}
    if "caption" in told:
        words.captions[photo] = " ".join(told["caption"].split())
    if "category" in told:
        words.categories[photo] = told["category"].strip()
    if "garment" in told:
        words.garments[photo] = told["garment"].strip()


def _csv_rows(name: str, text: str, words: Words) -> Iterator[Row]:
    head = text.partition("\n")[0]
    reader = csv.DictReader(text.splitlines(), delimiter=max(_DELIMITERS, key=head.count))
    try:
        columns = [c.strip().lower() for c in reader.fieldnames or ()]
        if "file_name" not in columns or not _WORD_COLUMNS & set(columns):
            reason = "It lacks the column file_name, or all of text, category and garment."
            words.complain(name, "malformed", reason)
            return
        reader.fieldnames = columns
        for row in reader:
            if None in row:
                reason = f"Line {reader.line_num} has more values than the table has columns."
                words.complain(name, "malformed", reason)
                continue
            yield reader.line_num, row
    except csv.Error as error:
        words.complain(name, "malformed", f"Line {reader.line_num}: {error}.")


def _json_rows(name: str, text: str, words: Words) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            yield number, row
        else:
            words.complain(name, "malformed", f"Line {number} is not a JSON object.")


def _text_of(root: Path, name: str, largest_bytes: int, words: Words) -> str | None:
    """A file's text without byte-order mark, or None and a problem."""
    path = root / name
    try:
        if path.stat().st_size > largest_bytes:
            words.complain(name, "malformed", f"More than {largest_bytes / 1e6:g} MB of words.")
            return None
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        words.complain(name, "malformed", "It is not UTF-8 text.")
    except OSError as error:
        words.complain(name, "unreadable", f"It cannot be read: {error.strerror or error}.")
    return None
