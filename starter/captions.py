"""What is said of every photo: category as people wrote it, the rest as our own code measures it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from muslin.curation.captions import PATTERNED, TEXTURED, garment_words, scene_words
from muslin.imaging.backdrop import border_backdrop
from muslin.imaging.colour import colour_name, main_colours, to_lab
from muslin.imaging.texture import pattern_contrast
from muslin.imaging.types import Alpha, Picture
from starter.photos import pictures_by_shape, read_known
from starter.resumable import load_state, to_network
from starter.train_garment import SYNONYMS, GarmentNetwork, presentations


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
    """One caption: the whole, or with colour, pattern or scene left out, so that each steers alone."""
    bare = rng.random() < 0.08
    scene = scene_words(
        said.presentation if rng.random() < 0.6 else "",
        said.backdrop if rng.random() < 0.75 else "",
        said.texture if rng.random() < 0.6 else "",
    )
    pattern = said.pattern if rng.random() < 0.8 else ""
    words = garment_words(said.category, () if bare else said.colours, "" if bare else pattern)
    return f"{words}, {scene}" if scene else words


def say(picture: Picture, mask: Alpha, category: str | None, presentation: str) -> Said:
    """Measure one photo (H, W, 3) whose garment is `mask` (H, W)."""
    inside = cv2.erode(mask, np.ones((5, 5), np.uint8)) > 0.6
    if inside.sum() < 64:
        inside = mask >= np.quantile(mask, 0.9)
    lab = to_lab(picture)
    backdrop = border_backdrop(picture, mask)
    return Said(
        category=SYNONYMS.get(category or "", category or ""),
        colours=main_colours(lab[inside])[:2],
        pattern="patterned" if pattern_contrast(lab, inside) > PATTERNED else "",
        presentation=presentation,
        backdrop=colour_name(backdrop.lab),
        texture="textured" if backdrop.texture > TEXTURED else "",
    )


@torch.no_grad()
def say_all(photos: Path, out: Path) -> list[Said]:
    """What is said of every photo of the folder, in the order of `metadata.jsonl`; cached."""
    stored = out / "said.json"
    if not stored.exists():
        network = GarmentNetwork().eval()
        state = load_state(out / "garment.pt")
        if state is None:
            raise FileNotFoundError(
                "train the garment network first: python -m starter.train_garment"
            )
        network.load_state_dict(state["network"])
        known = read_known(photos)
        ways = presentations(known)
        said: dict[int, Said] = {}
        for rows, pictures in pictures_by_shape(photos, out / "cache").values():
            for row, picture in zip(rows, pictures, strict=True):
                half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
                logits, _, _ = network(to_network(torch.from_numpy(half)[None]))
                alpha = logits[0, 0].sigmoid().numpy()
                mask = cv2.resize(alpha, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
                said[int(row)] = say(picture, mask, known[row].category, ways[row])
        rows_ = [asdict(said[n]) for n in range(len(known))]
        stored.write_text(json.dumps(rows_), "utf-8")
    return [
        Said(**{**row, "colours": tuple(row["colours"])})
        for row in json.loads(stored.read_text("utf-8"))
    ]
