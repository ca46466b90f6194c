"""A shop that exists in memory only: photos, measures and stores for the tests of this room."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from muslin.domain.catalog import Photo, Problem, Shoot
from muslin.domain.fact import BlobId, PhotoId, ShootId
from muslin.domain.findings import GarmentBox, Guess, Measures
from muslin.imaging.open import OpenedPhoto, open_photo
from muslin.imaging.types import Alpha, Picture

BEIGE, RED = (75.0, 3.0, 18.0), (42.0, 50.0, 30.0)
CATEGORIES = ("dress", "shirt", "skirt", "t-shirt")
DRESS, FLAT_LAY = Guess(name="dress", confidence=0.9), Guess(name="flat_lay", confidence=0.9)
COLOURS = ("black", "blue", "green", "red", "white")


def photo_id(number: int) -> PhotoId:
    return PhotoId(hashlib.sha256(f"photo {number}".encode()).hexdigest())


def a_photo(number: int, **changed: object) -> Photo:
    """A portrait phone photo."""
    plain: dict[str, object] = {
        "id": photo_id(number),
        "shoot": ShootId("shoot-1"),
        "file_name": f"{number:03}.jpg",
        "width_px": 600,
        "height_px": 800,
        "size_bytes": 100_000,
        "format": "JPEG",
        "category": CATEGORIES[number % len(CATEGORIES)],
    }
    return Photo.model_validate(plain | changed)


def a_measure(number: int, **changed: object) -> Measures:
    """A fine photo on beige, of its own layout and garment colour."""
    rng = np.random.default_rng(number)
    wobble = rng.normal(0, 0.7, 3)
    plain: dict[str, object] = {
        "photo": photo_id(number),
        "short_side_px": 600,
        "sharpness": 0.74 + 0.03 * rng.standard_normal(),
        "steepness": 0.3,
        "exposure": 76.0 + rng.standard_normal(),
        "clipped_fraction": 0.0,
        "backdrop": tuple(float(v) for v in np.asarray(BEIGE) + wobble),
        "backdrop_spread": 3.0,
        "backdrop_texture": 1.0 + 0.05 * rng.standard_normal(),
        "light_slope": 8.0 + rng.standard_normal(),
        "light_degrees": None,
        "shadow_hardness": 0.3,
        "brightest": 240.0,
        "highlights": 0.001,
        "noise": 0.3,
        "blocking": 0.5,
        "jpeg_quality": 90,
        "garment": tuple(float(v) for v in rng.uniform((20, -40, -40), (80, 40, 40))),
        "garment_colours": (COLOURS[number % len(COLOURS)],),
        "garment_pattern": 3.0 + 5 * rng.random(),
        "garment_fraction": 0.4,
        "garments": 1,
        "touching": 0.0,
        "clutter": 0.0,
        "letters": 0,
        "tilt": 0.0,
        "location": False,
        "box": GarmentBox(left=0.15, top=0.1, right=0.85, bottom=0.9),
        "category": Guess(name="dress", confidence=0.4),
        "presentation": Guess(name="flat_lay", confidence=0.95),
        "phash": rng.bytes(32).hex(),
        "keypoints": "",
    }
    return Measures.model_validate(plain | changed)


def a_shoot(count: int) -> tuple[list[Photo], list[Measures]]:
    """Fine photos of different garments on one beige backdrop."""
    numbers = range(count)
    return [a_photo(n) for n in numbers], [a_measure(n) for n in numbers]


@dataclass
class FakeShoots:
    by_name: dict[str, Shoot] = field(default_factory=dict)

    def find(self, name: str) -> Shoot | None:
        return self.by_name.get(name)

    def add(self, shoot: Shoot) -> None:
        assert shoot.name not in self.by_name
        self.by_name[shoot.name] = shoot


@dataclass
class FakePhotos:
    by_id: dict[tuple[ShootId, PhotoId], Photo] = field(default_factory=dict)
    found: list[Problem] = field(default_factory=list)

    def of(self, shoot: ShootId) -> list[Photo]:
        return [photo for (owner, _), photo in self.by_id.items() if owner == shoot]

    def add(self, photo: Photo) -> None:
        assert (photo.shoot, photo.id) not in self.by_id
        self.by_id[photo.shoot, photo.id] = photo

    def update(self, photo: Photo) -> None:
        assert (photo.shoot, photo.id) in self.by_id
        self.by_id[photo.shoot, photo.id] = photo

    def set_problems(self, shoot: ShootId, found: Sequence[Problem]) -> None:
        assert shoot
        self.found = list(found)


@dataclass
class FakeMeasures:
    by_photo: dict[PhotoId, Measures] = field(default_factory=dict)

    def get(self, photo: PhotoId) -> Measures | None:
        return self.by_photo.get(photo)

    def put(self, taken: Measures) -> None:
        self.by_photo[taken.photo] = taken


@dataclass
class FakeBlobs:
    by_id: dict[BlobId, bytes] = field(default_factory=dict)

    def put(self, data: bytes) -> BlobId:
        blob = BlobId(hashlib.sha256(data).hexdigest())
        self.by_id[blob] = data
        return blob

    def get(self, blob: BlobId) -> bytes:
        return self.by_id[blob]


@dataclass
class PlainDecoder:
    """Decodes in this process, and counts."""

    opened: int = 0

    def open(self, data: bytes) -> OpenedPhoto:
        self.opened += 1
        return open_photo(data)


@dataclass(frozen=True)
class Reading:
    mask: Alpha
    category: Guess = DRESS
    presentation: Guess = FLAT_LAY


@dataclass
class BoxReader:
    """Sees a garment in the middle of every photo."""

    looked: int = 0

    def read(self, picture: Picture) -> Reading:
        self.looked += 1
        height_px, width_px = picture.shape[:2]
        mask = np.zeros((height_px, width_px), np.float32)
        mask[height_px // 4 : -height_px // 4, width_px // 4 : -width_px // 4] = 1
        return Reading(mask)
