"""A drawn brand, a drawn network and a reader that knows what was drawn: validation without torch.

Garments are blocks of cloth with folds on a backdrop with weave. Every *style* is a way in which a
network may behave; the tests plant one and look at what the proof says of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from muslin.domain.dataset import (
    Backdrop,
    Caption,
    Crop,
    DatasetPhoto,
    DatasetVersion,
    SelectionRecipe,
    Split,
)
from muslin.domain.errors import NotFound
from muslin.domain.fact import BlobId, CheckpointId, DatasetId, PhotoId, RunId, ShootId, now
from muslin.domain.findings import Guess
from muslin.domain.leaving import ImageRequest
from muslin.domain.profile import Profile
from muslin.domain.progress import Progress, Report
from muslin.domain.training import Checkpoint, TrainingRun
from muslin.imaging.colour import to_lab
from muslin.imaging.types import Alpha, Picture
from muslin.validation.draw import Trial
from muslin.validation.ports import Bench
from muslin.validation.probes import ProbeSet, Product, probe_set

WIDTH, HEIGHT = 96, 128
SAND, SLATE, MOSS = (205, 180, 140), (90, 100, 120), (90, 120, 80)
CLOTH = {
    "red": (190, 30, 40), "blue": (40, 80, 190), "green": (40, 130, 60), "white": (240, 240, 240),
    "black": (25, 25, 25), "pink": (240, 150, 180),
}  # fmt: skip
SHAPES = {"t-shirt": (60, 56), "dress": (44, 96), "pants": (34, 92), "skirt": (64, 44)}

Style = Callable[[str, str, int], Picture]
"""(category, colour, seed) to a picture."""


def words(category: str, colour: str) -> str:
    return f"a {colour} {category}"


def weave(rng: np.random.Generator, grain: float) -> NDArray[np.float64]:
    """(HEIGHT, WIDTH, 1) smooth variation of standard deviation `grain`, of fold size and finer."""
    coarse = np.asarray(cv2.GaussianBlur(rng.normal(size=(HEIGHT, WIDTH)), (0, 0), 5))
    fine = np.asarray(cv2.GaussianBlur(rng.normal(size=(HEIGHT, WIDTH)), (0, 0), 0.8))
    folds = coarse / coarse.std() + fine / fine.std()
    return np.asarray(grain * folds / 2**0.5, np.float64)[..., None]


def draw(
    category: str, colour: str, seed: int, backdrop: tuple[int, int, int] = SAND
) -> tuple[Picture, Alpha]:
    """A garment with folds on a backdrop with weave, and its mask."""
    rng = np.random.default_rng([seed, *category.encode(), *colour.encode()])
    width, height = SHAPES[category]
    width, height = width + int(rng.integers(-8, 9)), height + int(rng.integers(-12, 13))
    left = (WIDTH - width) // 2 + int(rng.integers(-4, 5))
    top = (HEIGHT - height) // 2 + int(rng.integers(-6, 7))
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    mask[top : top + height, left : left + width] = 1
    hem = np.asarray(cv2.GaussianBlur(mask, (0, 0), 5)) + weave(rng, 0.08)[..., 0]
    mask = (hem > 0.5).astype(np.float32)
    ground = np.array(backdrop, float) + weave(rng, 8)
    cloth = np.array(CLOTH[colour], float) + weave(rng, 22)
    mixed = np.where(mask[..., None] > 0, cloth, ground)
    return np.clip(mixed, 0, 255).astype(np.uint8), mask


@dataclass(frozen=True)
class Seen:
    mask: Alpha
    category: Guess


class KnowingReader:
    """Knows what `Network` drew; sees nothing in pictures that it does not know."""

    def __init__(self) -> None:
        self._seen: dict[bytes, Seen] = {}

    def remember(self, picture: Picture, mask: Alpha, category: str) -> Picture:
        self._seen[picture.tobytes()] = Seen(mask, Guess(name=category, confidence=1.0))
        return picture

    def read(self, picture: Picture) -> Seen:
        nothing = Seen(np.zeros(picture.shape[:2], np.float32), Guess(name="hat", confidence=0.1))
        return self._seen.get(picture.tobytes(), nothing)


@dataclass
class Network:
    """Draws in the style of the adapter that is in use; counts what it drew."""

    styles: dict[str, Style]
    probes: ProbeSet
    crash_after: int | None = None
    drawn: list[str] = field(default_factory=list)
    look: str = "base"

    def use(self, adapter_folder: Path | None) -> None:
        self.look = adapter_folder.name if adapter_folder else "base"

    def render(self, requests: Sequence[ImageRequest], report: Report) -> Iterator[Picture]:
        probes = {(p.prompt, p.seed): p for p in self.probes.probes}
        for request in requests:
            assert (request.width_px, request.height_px) == (WIDTH, HEIGHT)
            if self.crash_after is not None and len(self.drawn) >= self.crash_after:
                raise KeyboardInterrupt
            probe = probes[request.prompt, request.seed]
            report(Progress("generate", 1, 1, unit="steps"))
            self.drawn.append(f"{self.look}:{request.prompt}:{request.seed}")
            yield self.styles[self.look](probe.category, probe.colour, request.seed)


class MemoryBlobs:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, data: bytes) -> BlobId:
        id = BlobId(hashlib.sha256(data).hexdigest())
        self.kept[id] = data
        return id

    def get(self, id: BlobId) -> bytes:
        if id not in self.kept:
            raise NotFound(f"No blob {id}.", hint="Put it first.")
        return self.kept[id]


class MemoryRendered:
    def __init__(self) -> None:
        self.kept: dict[str, BlobId] = {}

    def get(self, key: str) -> BlobId | None:
        return self.kept.get(key)

    def put(self, key: str, picture: BlobId) -> None:
        self.kept[key] = picture


class Folders:
    def folder(self, checkpoint: Checkpoint) -> Path:
        return Path(checkpoint.folder)


class DrawnCrops:
    def __init__(self, pictures: dict[str, Picture]) -> None:
        self._pictures = pictures

    def picture(self, photo: DatasetPhoto) -> Picture:
        return self._pictures[photo.photo]


class Stage:
    """A brand of twelve garments on sand, and a network whose styles the test decides."""

    def __init__(self, **styles: Style) -> None:
        self.reader = KnowingReader()
        self.range = [Product(c, k) for c in SHAPES for k in CLOTH]
        chosen = self.range[::2]
        self.photos: dict[str, Picture] = {}
        for n, product in enumerate(chosen):
            picture, mask = draw(product.category, product.colour, 500 + n)
            self.photos[f"{n:064x}"] = self.reader.remember(picture, mask, product.category)
        self.dataset = a_dataset(list(self.photos))
        self.probes = probe_set(self.range, words, prompts=12, seeds_per_prompt=1)
        looks = {"base": self.base, **styles}
        self.network = Network(looks, self.probes)
        self.checkpoints = tuple(a_checkpoint(name, 100 * n) for n, name in enumerate(styles, 1))
        self.blobs, self.rendered = MemoryBlobs(), MemoryRendered()

    @property
    def bench(self) -> Bench:
        crops = DrawnCrops(self.photos)
        return Bench(self.network, self.reader, crops, Folders(), self.blobs, self.rendered)

    @property
    def trial(self) -> Trial:
        return Trial(a_run(self.dataset), self.checkpoints, self.dataset, self.probes)

    def base(self, category: str, colour: str, seed: int) -> Picture:
        """Obedient, on any backdrop but the brand's."""
        return self.shown(category, colour, seed, (SLATE, MOSS)[seed % 2])

    def branded(self, category: str, colour: str, seed: int) -> Picture:
        """What a good tuning does: obedient, on the brand's backdrop."""
        return self.shown(category, colour, seed + 9000, SAND)

    def shown(
        self, category: str, colour: str, seed: int, backdrop: tuple[int, int, int]
    ) -> Picture:
        picture, mask = draw(category, colour, seed, backdrop)
        return self.reader.remember(picture, mask, category)


def a_dataset(photos: Sequence[str]) -> DatasetVersion:
    lightness, a, b = (float(v) for v in to_lab(np.array([[SAND]], np.uint8))[0, 0])
    crop = Crop(left_px=0, top_px=0, right_px=1, bottom_px=1, width_px=WIDTH, height_px=HEIGHT)
    return DatasetVersion(
        id=DatasetId("dataset-sand"),
        shoot=ShootId("shoot-sand"),
        name="sand",
        digest="5a" * 32,
        created_at=now(),
        recipe=SelectionRecipe(width_px=WIDTH, height_px=HEIGHT),
        backdrop=Backdrop(lab=(lightness, a, b), name="beige", share=0.8, own_distance=3.0),
        photos=tuple(
            DatasetPhoto(
                photo=PhotoId(photo),
                file_name=f"{n}.jpg",
                crop=crop,
                caption=Caption(text="a garment", author="rule"),
                split=Split.TEACH,
            )
            for n, photo in enumerate(photos)
        ),
        choices=(),
    )


def a_run(dataset: DatasetVersion) -> TrainingRun:
    return TrainingRun(
        id=RunId("run-sand"),
        name="Sand knitwear",
        dataset=dataset.id,
        dataset_digest=dataset.digest,
        profile=Profile(),
        base_digest="ba5e" * 16,
        created_at=now(),
    )


def a_checkpoint(name: str, step: int) -> Checkpoint:
    return Checkpoint(
        id=CheckpointId(f"checkpoint-{name}"),
        run=RunId("run-sand"),
        step=step,
        folder=name,
        digest=hashlib.sha256(name.encode()).hexdigest(),
        loss=0.1,
    )
