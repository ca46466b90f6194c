"""A folder of photos becomes arrays: pictures in three shapes, and what is known of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor

from muslin.domain.errors import NotEnoughPhotos, NothingToImport
from muslin.imaging.types import Picture
from muslin.runtime.disk import part_in, settle

SHAPES = ((256, 192), (224, 224), (192, 256))
"""(height, width) in px that the starter network is trained on; all 192 x 256 px or so in area."""

Pictures = NDArray[np.uint8]
"""(N, H, W, 3) sRGB."""

ByShape = dict[int, tuple[NDArray[np.int64], Pictures]]
"""For every index into SHAPES: row numbers (N,) and pictures (N, H, W, 3)."""

_SYNONYMS = {"undershirt": "top", "blouse": "top"}
_NEITHER_LAID_NOR_HUNG = ("shoes", "hat")


@dataclass(frozen=True, slots=True)
class Known:
    """One row of `metadata.jsonl`: what people wrote down about a photo."""

    file_name: str
    category: str | None
    kids: bool
    source: int

    @property
    def garment(self) -> str:
        """The category in our words; empty where nobody wrote one down."""
        category = self.category or ""
        return _SYNONYMS.get(category, category)


def read_known(folder: Path) -> list[Known]:
    """Rows of `metadata.jsonl` in a folder, in file order.

    Raises NothingToImport when there is no such file.
    """
    path = folder / "metadata.jsonl"
    if not path.is_file():
        raise NothingToImport(
            f"{folder} has no metadata.jsonl.",
            hint="Write one line per photo: file_name, category, kids, source; see "
            "starter/README.md.",
        )
    lines = path.read_text("utf-8").splitlines()
    return [Known(**json.loads(line)) for line in lines if line.strip()]


def presentations(known: Sequence[Known]) -> list[str]:
    """How each photo shows its garment, by `presentation.json` on its home studio; "" = unsaid."""
    labels = json.loads((Path(__file__).parent / "presentation.json").read_text("utf-8"))["sources"]
    return [
        "" if k.category in _NEITHER_LAID_NOR_HUNG else labels.get(str(k.source), "") for k in known
    ]


def nearest_shape(width_px: int, height_px: int) -> int:
    """Index into SHAPES of the aspect ratio closest to a photo's, by log ratio."""
    wanted = np.log(width_px / height_px)
    return int(np.argmin([abs(np.log(w / h) - wanted) for h, w in SHAPES]))


def to_shape(photo: Image.Image, height_px: int, width_px: int) -> Picture:
    """Cover the shape and cut the overhang evenly; (height, width, 3) uint8 sRGB."""
    upright = ImageOps.exif_transpose(photo).convert("RGB")
    return np.asarray(ImageOps.fit(upright, (width_px, height_px), Image.Resampling.BICUBIC))


def load_pictures(folder: Path, known: Sequence[Known]) -> Iterator[tuple[int, Picture]]:
    """(index into SHAPES, picture) for every row, in order."""
    for row in known:
        with Image.open(folder / row.file_name) as photo:
            shape = nearest_shape(*ImageOps.exif_transpose(photo).size)
            yield shape, to_shape(photo, *SHAPES[shape])


def pictures_by_shape(folder: Path, cache: Path) -> ByShape:
    """The photos of a folder by shape; decoded once, then read from the folder `cache`.

    Raises NotEnoughPhotos when a shape has no photo.
    """
    stored = cache / "pictures.npz"
    if not stored.exists():
        _store_pictures(folder, stored)
    with np.load(stored) as arrays:
        return {s: (arrays[f"rows{s}"], arrays[f"pictures{s}"]) for s in range(len(SHAPES))}


def _store_pictures(folder: Path, stored: Path) -> None:
    rows: dict[int, list[int]] = {s: [] for s in range(len(SHAPES))}
    pictures: dict[int, list[Picture]] = {s: [] for s in range(len(SHAPES))}
    for number, (shape, picture) in enumerate(load_pictures(folder, read_known(folder))):
        rows[shape].append(number)
        pictures[shape].append(picture)
    if not all(rows.values()):
        raise NotEnoughPhotos(
            f"{folder} lacks photos of a shape; there are {[len(r) for r in rows.values()]}.",
            hint="Upright, square and wide photos are needed, at least one of each.",
        )
    stored.parent.mkdir(parents=True, exist_ok=True)
    arrays = {f"rows{s}": np.array(rows[s]) for s in rows}
    arrays |= {f"pictures{s}": np.stack(pictures[s]) for s in rows}
    with part_in(stored.parent) as part:
        np.savez(part, allow_pickle=False, **arrays)
        settle(part, stored)


def to_network(pictures: Tensor) -> Tensor:
    """(B, H, W, 3) uint8 to (B, 3, H, W) float32 in [-1, 1]."""
    return pictures.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
