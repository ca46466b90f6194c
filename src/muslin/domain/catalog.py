"""Photos of garments, as a shop hands them over."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from muslin.domain.fact import Fact, PhotoId, ShootId


class Presentation(StrEnum):
    """How a garment is shown."""

    FLAT_LAY = "flat_lay"
    HANGER = "hanger"
    GHOST_MANNEQUIN = "ghost_mannequin"
    ON_MODEL = "on_model"


NEAR_CATEGORIES = (
    frozenset({"t-shirt", "top", "undershirt", "polo", "bodysuit"}),
    frozenset({"shirt", "blouse", "polo"}),
    frozenset({"top", "blouse"}),
    frozenset({"long-sleeve top", "hoodie"}),
    frozenset({"outerwear", "blazer"}),
    frozenset({"dress"}),
    frozenset({"hat"}),
    frozenset({"pants"}),
    frozenset({"shoes"}),
    frozenset({"shorts"}),
    frozenset({"skirt"}),
)
"""Words that people themselves use for one garment: an answer from the same group counts."""
KNOWN_CATEGORIES = frozenset().union(*NEAR_CATEGORIES)
"""Categories that the studio knows."""


def same_kind(one: str, other: str) -> bool:
    """Whether two categories are the same or share a group of near synonyms."""
    return one == other or any({one, other} <= group for group in NEAR_CATEGORIES)


class Photo(Fact):
    """One photo of a shoot, upright; what the shop wrote of it, if it did."""

    id: PhotoId
    shoot: ShootId
    file_name: str  # path inside the shoot's folder, with forward slashes
    width_px: int
    height_px: int
    size_bytes: int
    format: str  # "JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"
    category: str | None = None
    caption: str | None = None
    garment: str | None = None  # article number or name, the same on all photos of one garment


class Problem(Fact):
    """A file that did not become a photo, or words that found no photo, and why."""

    file_name: str
    code: str  # "broken", "too_small", "too_large", "unsupported", "duplicate", "unreadable",
    # or of words beside the photos: "missing" (names no photo), "malformed"
    reason: str


class Shoot(Fact):
    """A folder of photos under one name."""

    id: ShootId
    name: str
    folder: str
    imported_at: datetime


class ImportReport(Fact):
    """What an import did: `added` photos are new, `known` were there before."""

    shoot: Shoot
    added: int
    known: int
    problems: tuple[Problem, ...]
