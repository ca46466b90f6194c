"""What a base says of its own origin and terms: its name, its card, its licence files.

Only names, text files and the header of a safetensors file are read; no network is opened and
nothing is fetched. Keys of model cards: huggingface.co/docs/hub/model-cards, "Model card metadata".
Key of single files: `modelspec.license` (github.com/Stability-AI/ModelSpec, version 1.0.1).
"""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass
from pathlib import Path

STARTER = "starter"
CARD_BYTES = 1 << 16
"""Of a card and of a licence no more is read; the front matter stands at the very beginning."""
HEADER_BYTES = 1 << 26
"""Longest safetensors header that is read; that of a large network is below 10 MB."""
NAMED = re.compile(r"^(license|license_name|base_model):[ \t]*(.*)$")
ITEM = re.compile(r"^[ \t]*-[ \t]*(.+)$")
CACHED = re.compile(r"models--(.+?)--(.+)")
"""A folder of the hub's own cache: `models--ORG--NAME/snapshots/REVISION`."""


@dataclass(frozen=True, slots=True)
class Clues:
    """Everything in lower case, except the licence texts; any of it may be empty."""

    ids: tuple[str, ...] = ()  # hub ids that the base is, or was made from
    label: str = ""  # the name of its folder or file, without an ending
    cards: tuple[str, ...] = ()  # licences that its card or header names
    texts: tuple[str, ...] = ()  # the texts of its licence files


def clues_of(base: str) -> Clues:
    """The clues of a base by name: a hub id has no other than its name."""
    path = Path(base)
    if base == STARTER:  # whatever folder of that name may lie here
        return Clues(ids=(STARTER,))
    if path.is_dir():
        return _clues_of_folder(path)
    if path.is_file():
        return _clues_of_file(path)
    return Clues(ids=(base.casefold(),))


def _clues_of_folder(folder: Path) -> Clues:
    card = _card(folder / "README.md")
    named = [value for key, value in card if key == "base_model"]
    licences = [value for key, value in card if key != "base_model"]
    if any(key == "license_name" for key, _ in card):
        licences = [value for value in licences if value != "other"]  # its name follows
    found = sorted(path for path in folder.iterdir() if _is_licence(path))
    return Clues(
        ids=(*_cached_ids(folder), *_indexed_ids(folder), *named),
        label=folder.absolute().name.casefold(),
        cards=tuple(licences),
        texts=tuple(_head(path) for path in found),
    )


def _clues_of_file(file: Path) -> Clues:
    said = _modelspec_licence(file) if file.suffix == ".safetensors" else ""
    return Clues(label=file.stem.casefold(), cards=(said,) if said else ())


def _is_licence(path: Path) -> bool:
    return path.is_file() and path.stem.casefold().startswith(("license", "licence"))


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(CARD_BYTES).decode("utf-8", errors="replace")


def _card(path: Path) -> list[tuple[str, str]]:
    """`license`, `license_name` and `base_model` of a model card, each value in lower case.

    The front matter is YAML of which only these plain keys count, so it is read line by line.
    """
    if not path.is_file():
        return []
    lines = _head(path).splitlines()
    found, key = [], ""
    if lines[:1] != ["---"]:
        return []
    for line in lines[1:]:
        if line.strip() == "---":
            break
        if named := NAMED.match(line):
            key, value = named.group(1), named.group(2)
        else:
            item = ITEM.match(line)
            key, value = (key, item.group(1)) if item else ("", "")
        if key and value.strip(" \"'"):
            found.append((key, value.strip(" \"'").casefold()))
    return found


def _cached_ids(folder: Path) -> list[str]:
    cached = (CACHED.fullmatch(part) for part in folder.absolute().parts)
    return [f"{found.group(1)}/{found.group(2)}".casefold() for found in cached if found]


def _indexed_ids(folder: Path) -> list[str]:
    """The hub id that diffusers noted when it saved the folder."""
    try:
        index = json.loads((folder / "model_index.json").read_bytes())
    except (OSError, ValueError):
        return []
    noted = index.get("_name_or_path") if isinstance(index, dict) else None
    return [noted.casefold()] if isinstance(noted, str) and noted.count("/") == 1 else []


def _modelspec_licence(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            (length,) = struct.unpack("<Q", opened.read(8))
            header = json.loads(opened.read(length)) if length <= HEADER_BYTES else {}
    except (struct.error, ValueError):
        return ""
    noted = header.get("__metadata__", {}) if isinstance(header, dict) else {}
    said = noted.get("modelspec.license", "") if isinstance(noted, dict) else ""
    return str(said).casefold()
