"""Bases in one file, as they are passed around: turned into a folder in diffusers' layout.

Such a file holds weights under the names of the original code and nothing else, so configurations
and tokenizers come from a folder of the same kind. Names are translated by diffusers' own
functions; what it would leave random when a tensor is missing, or drop when one has another shape,
is refused here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from shutil import copyfile, rmtree
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from muslin.domain.errors import InvalidRequest, WeightsMissing
from muslin.networks.diffusion.base import (
    INDEX,
    Base,
    class_of,
    described,
    open_base,
    weights_files,
)
from muslin.networks.diffusion.hub import fetch
from muslin.networks.diffusion.opening import LIBRARIES

TEXTS = (".json", ".txt", ".model", ".jinja")
"""Configurations and vocabularies; `.model` is sentencepiece's."""

Translate = Callable[[Mapping[str, Tensor], Any], Mapping[str, Tensor]]
"""(the file's tensors, an empty network) to that network's tensors by name."""


def like_folder(name: str) -> Path:
    """A folder by its path, or what a hub repository (org/name) holds beside weights.

    Raises WeightsMissing when it is neither.
    """
    return Path(name) if Path(name).is_dir() else fetch(name, [f"*{suffix}" for suffix in TEXTS])


def convert(file: Path, like: Path, to: Path) -> Base:
    """Write the base in `file` as the folder `to`, with all that `like` knows beside weights.

    Weights keep their precision. Raises WeightsMissing when `file` does not hold every tensor of
    every network in the shape that `like` says, or is pickled, and InvalidRequest when `like` is of
    a family that has no such files, or `to` exists.
    """
    family = described(like)
    if family.name not in TRANSLATIONS:
        raise InvalidRequest(
            f"{family.pipeline} is not read from a single file.",
            hint="Name a folder or a hub id of the base instead.",
        )
    if to.exists():
        raise InvalidRequest(f"{to} exists already.", hint="Name a folder that does not.")
    tensors = _tensors(file)
    base, part_folder = Base(str(like), like, family), to.with_name(f"{to.name}.part")
    rmtree(part_folder, ignore_errors=True)
    _copy_texts(base, part_folder)
    for name, translate in TRANSLATIONS[family.name].items():
        network = _empty(base, name)
        weights = _complete(name, network, translate(tensors, network))
        place = part_folder / name / weights_files(family.parts[name])[0]
        save_file(weights, place, metadata={"format": "pt"})
    part_folder.replace(to)
    return open_base(str(to))


def _unet(tensors: Mapping[str, Tensor], network: Any) -> Mapping[str, Tensor]:
    return _theirs().convert_ldm_unet_checkpoint(dict(tensors), network.config)  # type: ignore[no-any-return]


def _autoencoder(tensors: Mapping[str, Tensor], network: Any) -> Mapping[str, Tensor]:
    return _theirs().convert_ldm_vae_checkpoint(dict(tensors), network.config)  # type: ignore[no-any-return]


def _clip(tensors: Mapping[str, Tensor], _network: Any) -> Mapping[str, Tensor]:
    return _theirs().convert_ldm_clip_checkpoint(dict(tensors))  # type: ignore[no-any-return]


def _open_clip(tensors: Mapping[str, Tensor], network: Any) -> Mapping[str, Tensor]:
    return _theirs().convert_open_clip_checkpoint(  # type: ignore[no-any-return]
        network, dict(tensors), prefix="conditioner.embedders.1.model."
    )


TRANSLATIONS: Mapping[str, Mapping[str, Translate]] = {
    "stable_diffusion": {"unet": _unet, "vae": _autoencoder, "text_encoder": _clip},
    "stable_diffusion_xl": {
        "unet": _unet,
        "vae": _autoencoder,
        "text_encoder": _clip,
        "text_encoder_2": _open_clip,
    },
}
"""Families whose bases are passed around in one file, and what it holds of them."""


def _theirs() -> Any:
    return import_module("diffusers.loaders.single_file_utils")


def _tensors(file: Path) -> dict[str, Tensor]:
    try:
        return load_file(file)
    except (OSError, SafetensorError) as error:
        raise WeightsMissing(
            f"{file.name} is not a safetensors file; pickled weights are never opened.",
            hint="Take the file that ends in .safetensors; most are published in both forms.",
        ) from error


def _empty(base: Base, name: str) -> Any:
    """A network of a base without any weights: its tensors have names and shapes only."""
    role = base.family.parts[name].role
    kind = getattr(import_module(LIBRARIES[role]), class_of(base, name))
    with torch.device("meta"):
        if role == "text":
            return kind(kind.config_class.from_pretrained(base.folder / name))
        return kind.from_config(kind.load_config(base.folder / name))


def _complete(name: str, network: Any, found: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of a network, all of them in the right shape, and no others."""
    wanted: dict[str, Tensor] = network.state_dict()
    if not any(key.startswith("text_model.") for key in wanted):
        # transformers has flattened CLIPTextModel since the files were made
        found = {key.removeprefix("text_model."): tensor for key, tensor in found.items()}
    odd = [key for key in wanted if key not in found or found[key].shape != wanted[key].shape]
    if odd:
        raise WeightsMissing(
            f"The file holds no {odd[0]} of {name} in the shape that was asked for"
            f" ({len(odd)} of {len(wanted)} tensors).",
            hint="Name with --like a folder of the very kind of network that the file holds.",
        )
    return {key: found[key].contiguous() for key in wanted}


def _copy_texts(base: Base, folder: Path) -> None:
    """Configurations and vocabularies of a base's parts, and an index of these parts alone."""
    for name in (*base.family.parts, "scheduler"):
        (folder / name).mkdir(parents=True)
        for path in (base.folder / name).iterdir():
            if path.suffix in TEXTS and not path.name.endswith(".index.json"):
                copyfile(path, folder / name / path.name)
    index = json.loads((base.folder / INDEX).read_bytes())
    for name, listed in index.items():
        if isinstance(listed, list) and not (folder / name).is_dir():
            index[name] = [None, None]
    (folder / INDEX).write_text(json.dumps(index, indent=2))
