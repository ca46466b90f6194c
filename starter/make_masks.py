"""Make the masks that the garment network is taught with, with an ISNet as an ONNX file.

ISNet: Qin et al., "Highly accurate dichotomous image segmentation", ECCV 2022. Input (1, 3, 1024,
1024), RGB in (x - 128) / 256; output the garment's alpha in [0, 1]. starter/README.md says where
its weights are found. About five seconds per photo on two cores.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from onnxruntime import InferenceSession
from PIL import Image, ImageOps

from muslin.runtime.disk import part_in, settle
from starter.photos import read_known

INPUT_PX = 1024
SHORTER_PX = 256
"""Shorter side of a mask: the garment network learns at half of that."""


def mask_of(session: InferenceSession, photo: Image.Image) -> Image.Image:
    """The garment's alpha, 8-bit grey, its shorter side SHORTER_PX, the photo's aspect ratio."""
    upright = ImageOps.exif_transpose(photo).convert("RGB")
    square = upright.resize((INPUT_PX, INPUT_PX), Image.Resampling.BILINEAR)
    pixels = (np.asarray(square, np.float32) - 128) / 256
    (alpha, *_) = session.run(None, {session.get_inputs()[0].name: pixels.transpose(2, 0, 1)[None]})
    levels = np.clip(alpha.reshape(INPUT_PX, INPUT_PX) * 255, 0, 255).round().astype(np.uint8)
    scale = SHORTER_PX / min(upright.size)
    size = (round(upright.width * scale), round(upright.height * scale))
    return Image.fromarray(levels).resize(size, Image.Resampling.BILINEAR)


def make_masks(photos: Path, isnet: Path, masks: Path) -> Iterator[Path]:
    """Write a mask for every photo that has none yet: same stem, PNG; yields each that is made."""
    session = InferenceSession(isnet, providers=["CPUExecutionProvider"])
    masks.mkdir(parents=True, exist_ok=True)
    for row in read_known(photos):
        target = masks / (Path(row.file_name).stem + ".png")
        if target.exists():
            continue
        with Image.open(photos / row.file_name) as photo, part_in(masks) as part:
            mask_of(session, photo).save(part, "PNG")
            settle(part, target)
        yield target


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--isnet", type=Path, required=True, help="ISNet as an ONNX file")
    parser.add_argument("--masks", type=Path, required=True, help="folder to write to")
    given = parser.parse_args()
    for made in make_masks(given.photos, given.isnet, given.masks):
        print(made, flush=True)
