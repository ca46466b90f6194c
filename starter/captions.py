"""What is said of a photo: its category as people wrote it, the rest as our code measures it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from muslin.curation.captions import PATTERNED, TEXTURED, garment_words, scene_words
from muslin.imaging.backdrop import border_backdrop
from muslin.imaging.colour import colour_name, main_colours, to_lab
from muslin.imaging.texture import pattern_contrast
from muslin.imaging.types import Alpha, Picture
from muslin.runtime.disk import write_atomic
from starter.networks.garment import garment_mask, read_garment_network
from starter.photos import pictures_by_shape, presentations, read_known

BARE = 0.08
"""Share of captions that leave colour and pattern unsaid."""
PATTERN, PRESENTATION, BACKDROP, TEXTURE = 0.8, 0.6, 0.75, 0.6
"""Shares of captions that say these, where there is something to say."""


@dataclass(frozen=True, slots=True)
class Said:
    """The parts that a caption is put together from; empty = not said."""

    category: str
    colours: tuple[str, ...]
    pattern: str
    presentation: str
    backdrop: str
    texture: str


def compose(said: Said, rng: np.random.Generator) -> str:
    """One caption: all, or with colour, pattern or scene left out, so that each steers alone."""
    bare = rng.random() < BARE
    scene = scene_words(
        said.presentation if rng.random() < PRESENTATION else "",
        said.backdrop if rng.random() < BACKDROP else "",
        said.texture if rng.random() < TEXTURE else "",
    )
    pattern = said.pattern if rng.random() < PATTERN else ""
    words = garment_words(said.category, () if bare else said.colours, "" if bare else pattern)
    return f"{words}, {scene}" if scene else words


def sample_captions(said: Sequence[Said]) -> list[str]:
    """Four captions of every photo, always the same: what the tokenizer learns its words on."""
    rng = np.random.default_rng(0)
    return [compose(s, rng) for s in said for _ in range(4)]


def say(picture: Picture, mask: Alpha, category: str, presentation: str) -> Said:
    """Measure one photo (H, W, 3) whose garment is `mask` (H, W)."""
    inside = cv2.erode(mask, np.ones((5, 5), np.uint8)) > 0.6
    if inside.sum() < 64:
        inside = mask >= np.quantile(mask, 0.9)
    lab = to_lab(picture)
    backdrop = border_backdrop(picture, mask)
    return Said(
        category=category,
        colours=main_colours(lab[inside])[:2],
        pattern="patterned" if pattern_contrast(lab, inside) > PATTERNED else "",
        presentation=presentation,
        backdrop=colour_name(backdrop.lab),
        texture="textured" if backdrop.texture > TEXTURED else "",
    )


def say_all(photos: Path, out: Path) -> list[Said]:
    """What is said of every photo of the folder, in the order of `metadata.jsonl`; cached.

    Needs the trained garment network; raises WeightsMissing without it.
    """
    stored = out / "said.json"
    if not stored.exists():
        rows = [asdict(said) for said in _measure_all(photos, out)]
        write_atomic(stored, json.dumps(rows).encode())
    return read_said(out)


def read_said(out: Path) -> list[Said]:
    """What `say_all` stored."""
    rows = json.loads((out / "said.json").read_text("utf-8"))
    return [Said(**{**row, "colours": tuple(row["colours"])}) for row in rows]


def _measure_all(photos: Path, out: Path) -> list[Said]:
    network = read_garment_network(out / "garment.pt")
    known = read_known(photos)
    ways = presentations(known)
    said: dict[int, Said] = {}
    for rows, pictures in pictures_by_shape(photos, out / "cache").values():
        for row, picture in zip(rows.tolist(), pictures, strict=True):
            mask = garment_mask(network, picture)
            said[row] = say(picture, mask, known[row].garment, ways[row])
    return [said[row] for row in range(len(known))]
