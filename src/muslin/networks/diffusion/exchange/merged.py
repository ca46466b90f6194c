"""A whole base with an adapter merged in, as a folder in diffusers' layout."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn

from muslin.networks.diffusion.exchange.headers import Label, model_spec
from muslin.networks.diffusion.exchange.plain_file import pieces

TEXTS = (".json", ".txt", ".model")
"""Configurations and vocabularies; `.model` is sentencepiece's."""
INDEX = "model_index.json"
PLACE = "_name_or_path"
"""Where diffusers and transformers write down a folder of the machine that saved a part."""


def merged_files(
    folder: Path, tuned: Mapping[str, nn.Module], label: Label, dtype: torch.dtype
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The files of a base by path, each in pieces; one file's weights are in memory at a time.

    `tuned` are the components whose weights come from a network, in place of the base's. All
    weights that are floating numbers are written as `dtype`. A component that is not there, or
    only as a pickle, is listed as absent, as diffusers does.
    """
    index: dict[str, object] = json.loads(_text(folder / INDEX))
    listed = [name for name, kind in index.items() if isinstance(kind, list)]
    held = [name for name in listed if _is_plain(folder / name)]
    index |= {name: [None, None] for name in listed if name not in held}
    yield INDEX, [json.dumps(index, indent=2).encode()]
    for name in held:
        weights = tuned[name].state_dict() if name in tuned else None
        for path in sorted((folder / name).iterdir()):
            if path.suffix in TEXTS:
                yield f"{name}/{path.name}", [_text(path)]
            elif path.suffix == ".safetensors" and not _is_variant(path):
                yield f"{name}/{path.name}", _weights_file(path, weights, label, dtype)


def _is_plain(component: Path) -> bool:
    """Whether a component is there, and not only as a pickle."""
    kinds = {path.suffix for path in component.iterdir()} if component.is_dir() else set()
    return bool(kinds) and (".safetensors" in kinds or kinds.isdisjoint({".bin", ".ckpt", ".pt"}))


def _text(path: Path) -> bytes:
    """A configuration or vocabulary, without the place from which somebody once loaded it."""
    content = path.read_bytes()
    if path.suffix != ".json" or PLACE.encode() not in content:
        return content
    kept = json.loads(content, object_hook=lambda o: {k: v for k, v in o.items() if k != PLACE})
    return json.dumps(kept, indent=2).encode()


def _is_variant(path: Path) -> bool:
    """Whether a file holds the same weights as another in fewer bits (`….fp16.safetensors`)."""
    return path.name.count(".") > 1 and (path.parent / _plain(path)).exists()


def _plain(path: Path) -> str:
    first, _, _ = path.name.partition(".")
    return f"{first}.safetensors"


def _weights_file(
    path: Path, merged: Mapping[str, Tensor] | None, label: Label, dtype: torch.dtype
) -> Iterator[bytes]:
    """One weights file in another precision; its tensors come from `merged` where it is given."""
    with safe_open(path, framework="pt") as opened:
        names = opened.keys()
        tensors = {n: _as(merged[n] if merged else opened.get_tensor(n), dtype) for n in names}
    header = {"format": "pt"}
    if merged is not None:
        header |= model_spec(label, tensors, "diffusers")
    yield from pieces(tensors, header)


def _as(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    return tensor.to(dtype) if tensor.is_floating_point() else tensor
