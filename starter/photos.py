"""A folder of photos becomes arrays: pictures in three shapes, and what is known of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

SHAPES = ((256, 192), (224, 224), (192, 256))
"""(height, width) in px that the starter network is trained on; all 192 x 256 px or so in area."""

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Known:
    """One row of `metadata.jsonl`: what people wrote down about a photo."""

    file_name: str
    category: str | None
    kids: bool
    source: int


def read_known(folder: Path) -> list[Known]:
    """Rows of `metadata.jsonl` in a folder, in file order."""
    lines = (folder / "metadata.jsonl").read_text("utf-8").splitlines()
    return [Known(**json.loads(line)) for line in lines if line.strip()]


def nearest_shape(width_px: int, height_px: int) -> int:
    """Index into SHAPES of the aspect ratio closest to a photo's, by log ratio."""
    wanted = np.log(width_px / height_px)
    return int(np.argmin([abs(np.log(w / h) - wanted) for h, w in SHAPES]))


def to_shape(photo: Image.Image, height_px: int, width_px: int) -> Picture:
    """Cover the shape and cut the overhang evenly; (height, width, 3) uint8 sRGB."""
    upright = ImageOps.exif_transpose(photo).convert("RGB")
    return np.asarray(ImageOps.fit(upright, (width_px, height_px), Image.Resampling.BICUBIC))


def load_pictures(folder: Path, known: list[Known]) -> Iterator[tuple[int, Picture]]:
    """(index into SHAPES, picture) for every row, in order."""
    for row in known:
        with Image.open(folder / row.file_name) as photo:
            shape = nearest_shape(*ImageOps.exif_transpose(photo).size)
            yield shape, to_shape(photo, *SHAPES[shape])


def pictures_by_shape(folder: Path, cache: Path) -> dict[int, tuple[NDArray[np.int64], Picture]]:
    """For every shape: row numbers and pictures (N, H, W, 3). Decoded once, then read from cache."""
    if not (cache / "pictures.npz").exists():
        rows: dict[int, list[int]] = {s: [] for s in range(len(SHAPES))}
        pictures: dict[int, list[Picture]] = {s: [] for s in range(len(SHAPES))}
        for number, (shape, picture) in enumerate(load_pictures(folder, read_known(folder))):
            rows[shape].append(number)
            pictures[shape].append(picture)
        cache.mkdir(parents=True, exist_ok=True)
        arrays = {f"rows{s}": np.array(rows[s]) for s in rows}
        arrays |= {f"pictures{s}": np.stack(pictures[s]) for s in rows}
        partial = cache / "pictures.partial.npz"
        np.savez(partial, **arrays)
        partial.replace(cache / "pictures.npz")
    with np.load(cache / "pictures.npz") as stored:
        return {s: (stored[f"rows{s}"], stored[f"pictures{s}"]) for s in range(len(SHAPES))}
