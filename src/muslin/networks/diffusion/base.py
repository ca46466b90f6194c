"""Base networks: find one by name, and refuse what is not plain weights of a known family.

A base is a folder in diffusers' layout. Only safetensors is read, only the classes that its family
lists are opened, and nothing in the folder can bring code of its own: `auto_map` is refused and
pickled weights are never opened (compare CVE-2025-32434 and CVE-2026-4372).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from muslin.domain.errors import PartMissing, WeightsMissing
from muslin.networks.diffusion.families import all_families
from muslin.networks.diffusion.family import Cells, Family, Part
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
    def cells(self) -> Cells:
        """The shape of its latents."""
        return self.family.cells(self.folder)

    @property
    def embeds_guidance(self) -> bool:
        """Whether the denoiser takes guidance as an input."""
        return self._says(self.family.embeds_guidance)

    @property
    def empty_is_zero(self) -> bool:
        """Whether the empty caption is zeros instead of words."""
        return self._says(self.family.empty_is_zero)

    @property
    def unguided(self) -> bool:
        """Whether the denoiser was distilled to draw without guidance."""
        return self._says(self.family.unguided)

    def _says(self, asked: Callable[[Path], bool] | None) -> bool:
        """What the folder answers to a question that not every family has."""
        return asked is not None and asked(self.folder)

    @property
    def grid_px(self) -> int:
        """What the widths and heights of pictures must be multiples of."""
        return self.cells.grid_px


def open_base(name: str) -> Base:
    """The base called `starter`, or in a folder, or on the hub under an id such as `org/name`.

    Raises WeightsMissing when it is nowhere, incomplete, pickled, or of an unknown kind, and
    PartMissing when nothing here can read its words.
    """
    folder = find_base(name)
    family = described(folder)
    for component, part in family.parts.items():
        _check_weights(folder / component, part)
        _check_tokenizer(folder / component, part)
    return Base(name, folder, family)


def described(folder: Path) -> Family:
    """The family of a folder whose configurations pass every check; its weights are not looked at.

    Raises WeightsMissing when it is of no known kind.
    """
    index = _config(folder / INDEX)
    family = _family_of(index, folder)
    for component, part in family.parts.items():
        _check_part(folder / component, part, index.get(component))
    return family


def find_base(name: str) -> Path:
    """The folder of a base: part of the package, a path, or fetched from the hub."""
    if name == STARTER:
        return Path(str(files("muslin.networks").joinpath(STARTER)))
    if Path(name).is_dir():
        return Path(name)
    if HUB_ID.fullmatch(name) and not Path(name).exists():
        return fetch(name, _hub_patterns())
    if name.endswith(".safetensors") and Path(name).is_file():
        _refuse(
            f"{Path(name).name} is a base in a single file.",
            hint="Make a folder of it first: muslin weights convert FILE --like FOLDER --to FOLDER",
        )
    _refuse(f"There is no base network at {name!r}.")


def _family_of(index: dict[str, object], folder: Path) -> Family:
    kind = index.get("_class_name")
    for family in all_families():
        if family.pipeline == kind:
            return family
    known = ", ".join(family.pipeline for family in all_families())
    _refuse(f"{folder.name} is a {kind}, which Muslin cannot tune.", hint=f"Known kinds: {known}.")


def class_of(base: Base, component: str) -> str:
    """Which of its family's classes opens a component."""
    part = base.family.parts[component]
    if part.role == "tokenizer":
        listed = _config(base.folder / INDEX).get(component)
        return next(name for name in part.class_names if _names_class(listed, name))
    declared = _declared(_config(base.folder / component / "config.json"))
    return next(name for name in part.class_names if name == declared)


def _check_part(folder: Path, part: Part, listed: object) -> None:
    """Refuse a component whose class is not its family's, or whose files bring code."""
    if part.role != "tokenizer":
        declared = _declared(_config(folder / "config.json"))
        if declared not in part.class_names:
            _refuse(f"{folder.name} is a {declared}, not a {_either(part)}.")
    elif not any(_names_class(listed, name) for name in part.class_names):
        _refuse(f"{folder.name} is {listed}, not a {_either(part)}.")
    for path in sorted(folder.glob("*.json")):
        if not path.name.endswith(".safetensors.index.json"):
            _config(path)


def _check_weights(folder: Path, part: Part) -> None:
    """Refuse a network whose weights are missing or not safetensors."""
    if part.role != "tokenizer" and not any((folder / n).is_file() for n in weights_files(part)):
        _refuse(
            f"{folder.name} has no {weights_files(part)[0]}; pickled weights are never opened.",
            hint="Take the base's safetensors files; most are published in both forms.",
        )


def _check_tokenizer(folder: Path, part: Part) -> None:
    """Refuse words in a SentencePiece file alone where nothing here reads it.

    Without that library transformers fails in the middle of a run, or goes on with no vocabulary.
    """
    if part.role != "tokenizer" or (folder / "tokenizer.json").is_file():
        return
    pieces = sorted(path.name for path in folder.glob("*.model"))
    if pieces and find_spec("sentencepiece") is None:
        raise PartMissing(
            f"{folder.name}/{pieces[0]} takes sentencepiece to read, which is not installed.",
            hint='Install the extra: pip install "muslin[sentencepiece]"; '
            "or put the base's tokenizer.json beside it.",
        )


def _declared(config: dict[str, object]) -> object:
    """The class that a network's config.json names, in diffusers' way or transformers'."""
    architectures = config.get("architectures")
    alone = architectures[0] if isinstance(architectures, list) and architectures else None
    return config.get("_class_name", alone)


def weights_files(part: Part) -> tuple[str, str]:
    """The weights file of a network, and the list of its shards where it is cut into several."""
    stem = "model" if part.role == "text" else "diffusion_pytorch_model"
    return f"{stem}.safetensors", f"{stem}.safetensors.index.json"


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
    if part.role == "tokenizer":
        return file_name.endswith((".json", ".txt", ".model", ".jinja"))
    stem = weights_files(part)[0].removesuffix(".safetensors")
    shards = re.compile(rf"{stem}(-\d+-of-\d+)?\.safetensors")
    return file_name.endswith(".json") or shards.fullmatch(file_name) is not None


def _hub_patterns() -> list[str]:
    """What to fetch of a hub folder: configs, vocabularies and the weights of every family."""
    patterns = {"*.json"}
    for family in all_families():
        for component, part in family.parts.items():
            if part.role == "tokenizer":
                patterns |= {f"{component}/*.{kind}" for kind in ("txt", "model", "jinja")}
            else:
                stem = weights_files(part)[0].removesuffix(".safetensors")
                patterns |= {f"{component}/{stem}.safetensors", f"{component}/{stem}-*.safetensors"}
    return sorted(patterns)


def _refuse(
    what: str, hint: str = "Name `starter`, a folder in diffusers' layout, or a hub id (org/name)."
) -> NoReturn:
    raise WeightsMissing(what, hint=hint)
