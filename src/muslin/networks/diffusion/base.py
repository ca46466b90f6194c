"""Base networks: find one by name, and refuse what is not plain weights of a known family.

A base is a folder in diffusers' layout. Only safetensors is read, only the classes that its family
lists are opened, and nothing in the folder can bring code of its own: `auto_map` is refused and
pickled weights are never opened (compare CVE-2025-32434 and CVE-2026-4372).
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import NoReturn

from muslin.domain.errors import WeightsMissing
from muslin.networks.diffusion.families import all_families
from muslin.networks.diffusion.family import Family, Part
from muslin.networks.diffusion.hub import fetch

STARTER = "starter"
INDEX = "model_index.json"
HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
CODE_KEYS = {"auto_map", "custom_pipeline", "custom_pipelines"}
"""Config keys that make diffusers or transformers import code from the folder."""


@dataclass(frozen=True)
class Base:
    """A base network that passed every check."""

    name: str
    folder: Path
    family: Family

    @cached_property
    def digest(self) -> str:
        """sha256 over the names and bytes of everything that is read of this base."""
        digest = hashlib.sha256()
        for path in _read_files(self.folder, self.family):
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"{path.relative_to(self.folder).as_posix()} {content}\n".encode())
        return digest.hexdigest()

    @cached_property
    def stride_px(self) -> int:
        """What the widths and heights of pictures must be multiples of."""
        return self.family.stride_px(self.folder)


def open_base(name: str) -> Base:
    """The base called `starter`, or in a folder, or on the hub under an id such as `org/name`.

    Raises WeightsMissing when it is nowhere, incomplete, pickled, or of an unknown kind.
    """
    folder = find_base(name)
    index = _config(folder / INDEX)
    family = _family_of(index, name)
    for component, part in family.parts.items():
        _check_part(folder / component, part, index.get(component))
    return Base(name, folder, family)


def find_base(name: str) -> Path:
    """The folder of a base: part of the package, a path, or fetched from the hub."""
    if name == STARTER:
        return Path(str(files("muslin.networks").joinpath(STARTER)))
    if Path(name).is_dir():
        return Path(name)
    if HUB_ID.fullmatch(name) and not Path(name).exists():
        return fetch(name, _hub_patterns())
    _refuse(f"There is no base network at {name!r}.")


def _family_of(index: dict[str, object], name: str) -> Family:
    kind = index.get("_class_name")
    for family in all_families():
        if family.pipeline == kind:
            return family
    known = ", ".join(family.pipeline for family in all_families())
    _refuse(f"{name!r} is a {kind}, which Muslin cannot tune.", hint=f"Known kinds: {known}.")


def _check_part(folder: Path, part: Part, listed: object) -> None:
    """Refuse a component whose class is not its family's or whose weights are not safetensors."""
    if part.weights:
        config = _config(folder / "config.json")
        architectures = config.get("architectures")
        declared = config.get("_class_name", architectures)
        if not any(declared in (name, [name]) for name in part.class_names):
            _refuse(f"{folder.name} is a {declared}, not a {_either(part)}.")
        if not (folder / part.weights).is_file():
            _refuse(
                f"{folder.name} has no {part.weights}; pickled weights are never opened.",
                hint="Take the base's safetensors files; most are published in both forms.",
            )
    elif not any(_names_class(listed, name) for name in part.class_names):
        _refuse(f"{folder.name} is {listed}, not a {_either(part)}.")
    for path in sorted(folder.glob("*.json")):
        _config(path)


def _either(part: Part) -> str:
    return " or ".join(part.class_names)


def _names_class(listed: object, class_name: str) -> bool:
    """Whether an entry of the index, [library, class], names the class or its fast twin."""
    return listed in (["transformers", class_name], ["transformers", f"{class_name}Fast"])


def _config(path: Path) -> dict[str, object]:
    """A JSON object of a base; refuses a missing or broken one, and one that names code."""
    try:
        config = json.loads(path.read_bytes())
    except (OSError, ValueError):
        _refuse(f"{path.parent.name}/{path.name} is missing or broken.")
    if not isinstance(config, dict) or not CODE_KEYS.isdisjoint(config):
        _refuse(f"{path.parent.name}/{path.name} brings code of its own.")
    return config


def _read_files(folder: Path, family: Family) -> list[Path]:
    """Every file that opening the base may read, in a fixed order."""
    found = [folder / INDEX, *(folder / "scheduler").glob("*.json")]
    for component, part in family.parts.items():
        found += [p for p in (folder / component).iterdir() if _is_read(p.name, part)]
    return sorted(found)


def _is_read(file_name: str, part: Part) -> bool:
    return file_name == part.weights or file_name.endswith((".json", ".txt"))


def _hub_patterns() -> list[str]:
    """What to fetch of a hub folder: configs, vocabularies and the weights of every family."""
    parts = [item for family in all_families() for item in family.parts.items()]
    weights = {f"{component}/{part.weights}" for component, part in parts if part.weights}
    vocabularies = {f"{component}/*.txt" for component, part in parts if not part.weights}
    return ["*.json", *sorted(weights | vocabularies)]


def _refuse(
    what: str, hint: str = "Name `starter`, a folder in diffusers' layout, or a hub id (org/name)."
) -> NoReturn:
    raise WeightsMissing(what, hint=hint)
