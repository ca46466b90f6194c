"""Captions for other tools, and back: kohya's text files, Hugging Face's `metadata.jsonl`.

Both are read by `curation.sidecars`, so what is written here comes back word for word.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from muslin.curation.sidecars import is_table, is_text, read_words
from muslin.domain.catalog import Problem
from muslin.domain.curation.captions import CaptionFormat
from muslin.domain.errors import InvalidRequest

TABLE = "metadata.jsonl"


def caption_files(captions: Mapping[str, str], format: CaptionFormat) -> dict[str, str]:
    """The text of every file to write, by its path, given captions by photo file name.

    Raises InvalidRequest where kohya's one text file would have to hold two captions.
    """
    if format is CaptionFormat.IMAGEFOLDER:
        return {TABLE: "".join(_line(name, captions[name]) for name in sorted(captions))}
    texts: dict[str, list[str]] = defaultdict(list)
    for name in sorted(captions):
        texts[str(PurePosixPath(name).with_suffix(".txt"))].append(name)
    for text_name, names in texts.items():
        if len({captions[name] for name in names}) > 1:
            raise InvalidRequest(
                f"{text_name} would have to hold the different captions of {' and '.join(names)}.",
                hint="Export as imagefolder, which names every photo in full.",
            )
    return {text_name: f"{captions[names[0]]}\n" for text_name, names in texts.items()}


def read_captions(
    folder: Path, files: Iterable[str], photos: Sequence[str]
) -> tuple[dict[str, str], list[Problem]]:
    """Captions by photo file name from the text files and tables of a folder, and what was amiss.

    `files` are the paths in the folder, `photos` the file names that captions may speak of.
    """
    words = read_words(folder, [*(f for f in files if is_text(f) or is_table(f)), *photos])
    return words.captions, words.problems


def _line(file_name: str, text: str) -> str:
    return json.dumps({"file_name": file_name, "text": text}, ensure_ascii=False) + "\n"
