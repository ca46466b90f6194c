"""Real garments with their masks, and the faults that are planted in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from muslin.imaging.colour import delta_e_2000, to_lab
from muslin.imaging.types import Alpha, Picture


@dataclass(frozen=True)
class Garment:
    name: str
    category: str | None
    picture: Picture
    mask: Alpha


def garments(
    photos: Path,
    masks: Path,
    count: int,
    *,
    side_px: int = 256,
    among: frozenset[str] | None = None,
) -> Iterator[Garment]:
    """The first garments by name whose photo and mask are of one orientation."""
    rows = [json.loads(x) for x in (photos / "metadata.jsonl").read_text("utf-8").splitlines()]
    kinds = {row["file_name"]: row["category"] for row in rows}
    found = 0
    for path in sorted(masks.glob("*.png")):
        kind = kinds.get(f"{path.stem}.jpg")
        if among is not None and kind not in among:
            continue
        picture = read(photos / f"{path.stem}.jpg", side_px)
        mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if mask is None or (mask.shape[0] > mask.shape[1]) != (picture.shape[0] > picture.shape[1]):
            continue
        full = np.asarray(cv2.resize(mask, picture.shape[1::-1]) / np.float32(255), np.float32)
        if (full > 0.5).mean() < 0.05:
            continue
        yield Garment(path.stem, kind, picture, full)
        found += 1
        if found == count:
            return


def read(path: Path, side_px: int) -> Picture:
    bgr = cv2.imread(str(path))
    assert bgr is not None
    scale = side_px / max(bgr.shape[:2])
    small = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8)


def jpeg(picture: Picture, quality: int) -> Picture:
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def taken_again(picture: Picture, rng: np.random.Generator) -> Picture:
    """The same thing under other light (± 0.15 EV), other shading (± 12 %) and JPEG 60 to 95."""
    light = np.power(picture / 255, 2.2) * 2 ** rng.uniform(-0.15, 0.15)
    shade = 1 + 0.12 * np.linspace(-1, 1, picture.shape[1])[None, :, None]
    shown = np.power(np.clip(light, 0, 1), 1 / 2.2) * shade
    return jpeg((np.clip(shown, 0, 1) * 255).astype(np.uint8), int(rng.integers(60, 95)))


def tinted(garment: Garment, error: float, rng: np.random.Generator) -> Picture:
    """The garment in a colour that lies `error` ΔE00 away in hue or chroma, within sRGB."""
    lab, inside = to_lab(garment.picture), garment.mask > 0.5
    middle = np.median(lab[inside], axis=0)
    for _ in range(60):
        angle = rng.uniform(0, 2 * np.pi)
        way = np.array([0.0, np.cos(angle), np.sin(angle)])
        steps = np.linspace(0, 60, 601)
        apart = delta_e_2000(middle, middle + steps[:, None] * way)
        moved = np.where(inside[..., None], lab + steps[int(np.argmax(apart >= error))] * way, lab)
        shown = from_lab(moved)
        if abs(float(delta_e_2000(np.median(to_lab(shown)[inside], axis=0), middle)) - error) < 0.6:
            return shown
    raise AssertionError(f"{garment.name} has no room for a tint")


def from_lab(lab: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Picture:
    rgb = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_Lab2RGB)
    return np.asarray(np.clip(rgb * 255, 0, 255).round(), np.uint8)
