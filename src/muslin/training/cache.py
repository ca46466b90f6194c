"""Encoded photos, masks and captions on disk, under the hash of what was encoded and by which base.

Keys are content, never positions, so a latent can never meet another photo's caption, and a
second run over the same photos encodes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from muslin.domain.dataset import DatasetPhoto
from muslin.training.save import save_file

Encoded = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class View:
    """A photo as training sees it: its bytes, its crop, mirrored or not, and what opened it.

    All that decides its pixels, so that what is kept is found without opening the photo.
    """

    photo: DatasetPhoto
    mirrored: bool
    opened_by: str

    @property
    def key(self) -> str:
        """Names the pixels."""
        cropped = self.photo.crop.model_dump_json()
        return f"{self.photo.photo} {cropped} {self.mirrored} {self.opened_by}"


def picture_key(base_digest: str, view: View) -> str:
    """Key of a photo's latents: its base and pixels."""
    return hashlib.sha256(f"picture {base_digest} {view.key}".encode()).hexdigest()


def mask_key(source: str, view: View, shape: tuple[int, int]) -> str:
    """Key of a photo's mask: what finds garments, the grid that it is reduced to, the pixels."""
    return hashlib.sha256(f"mask {source} {shape} {view.key}".encode()).hexdigest()


def caption_key(base_digest: str, caption: str) -> str:
    """Key of a caption's condition: its base and words."""
    return hashlib.sha256(f"caption {base_digest} {caption}".encode()).hexdigest()


class EncodingCache:
    """A folder of safetensors files; broken ones are encoded again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str, encode: Callable[[], Encoded]) -> Encoded:
        """What is kept under `key`; on a miss it is encoded and kept first."""
        kept = self._read(key)
        if kept is not None:
            return kept
        encoded = {name: tensor.cpu().contiguous() for name, tensor in encode().items()}
        save_file(self._path(key), save(encoded))
        return encoded

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.safetensors"

    def _read(self, key: str) -> Encoded | None:
        try:
            return load(self._path(key).read_bytes())
        except (FileNotFoundError, SafetensorError):
            return None
