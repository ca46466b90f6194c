"""Finished pictures leave the studio as files: one PNG each, and a contact sheet of all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from muslin.domain.errors import InvalidRequest
from muslin.domain.leaving import Generation, SourceType
from muslin.imaging.metadata import Origin, decode, encode
from muslin.imaging.sheet import SheetRow, contact_sheet
from muslin.tools.ports import Blobs, WriteFile

SHEET_NAME = "contact-sheet.png"
LONGEST_SLUG = 48
MOST_ON_SHEET = 240
"""Pictures on one contact sheet; forty lines of six is what a person still scrolls through."""


def save_pictures(
    generations: Sequence[Generation], blobs: Blobs, out: Path, write: WriteFile
) -> list[Path]:
    """Write each picture and the contact sheet into a folder; the sheet's path comes last.

    The files are byte for byte what the studio keeps, so their metadata travels along.
    Raises InvalidRequest for no pictures.
    """
    if not generations:
        raise InvalidRequest("There are no pictures to save.", hint="Order at least one.")
    paths = [out / name for name in file_names(generations)]
    for path, generation in zip(paths, generations, strict=True):
        write(path, blobs.get(generation.picture))
    sheet = out / SHEET_NAME
    write(sheet, sheet_of(generations, blobs))
    return [*paths, sheet]


def file_names(generations: Sequence[Generation]) -> list[str]:
    """`0001-a-red-t-shirt-seed-7.png`: place in the order, words of the prompt, seed."""
    return [
        f"{place:04d}-{slug(g.request.prompt)}-seed-{g.request.seed}.png"
        for place, g in enumerate(generations, start=1)
    ]


def slug(words: str) -> str:
    """Words as a part of a file name on any system: letters, digits and single hyphens.

    Letters of every script stay; a prompt without any becomes `picture`.
    """
    hyphened = re.sub(r"[\W_]+", "-", words.casefold()).strip("-")
    return hyphened[:LONGEST_SLUG].rstrip("-") or "picture"


def sheet_of(generations: Sequence[Generation], blobs: Blobs) -> bytes:
    """A contact sheet as PNG, one row per prompt, seeds under the pictures; itself marked.

    Shows the first MOST_ON_SHEET pictures.
    """
    rows: dict[str, list[Generation]] = {}
    for generation in generations[:MOST_ON_SHEET]:
        rows.setdefault(generation.request.prompt, []).append(generation)
    sheet = contact_sheet(
        [
            SheetRow(
                title=prompt,
                pictures=[decode(blobs.get(g.picture)) for g in row],
                labels=[f"seed {g.request.seed}" for g in row],
            )
            for prompt, row in rows.items()
        ]
    )
    return encode(sheet, "PNG", Origin(SourceType.GENERATED))
