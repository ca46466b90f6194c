"""A frozen set of photos to learn from."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from muslin.domain.curation.vocabulary import Vocabulary
from muslin.domain.fact import DatasetId, Fact, Lab, PhotoId, ShootId


class Split(StrEnum):
    """What a photo is for: taught to the network, or kept back to judge it."""

    TEACH = "teach"
    HOLD_OUT = "hold_out"


class Crop(Fact):
    """A rectangle of the upright original, and the size that it becomes."""

    left_px: int
    top_px: int
    right_px: int
    bottom_px: int
    width_px: int
    height_px: int


class Caption(Fact):
    """Words for a photo and who wrote them: "rule", "sidecar", or a person's name."""

    text: str
    author: str


class DatasetPhoto(Fact):
    """One photo of a dataset, with everything that training needs to know of it."""

    photo: PhotoId
    file_name: str
    crop: Crop
    caption: Caption
    split: Split


class Choice(Fact):
    """Why a photo of the shoot is in the dataset or was left out."""

    photo: PhotoId
    file_name: str
    kept: bool
    reason: str


class Backdrop(Fact):
    """The backdrop that most photos of a shoot share."""

    lab: Lab
    name: str  # colour name, for example "beige"
    share: float  # of the shoot's photos that stand on it, [0, 1]
    own_distance: float  # median ΔE00 of all the shoot's photos to `lab`


class SelectionRecipe(Fact):
    """How photos are chosen, cropped and split; part of the digest."""

    photos: int = Field(20, ge=10, le=30, description="how many photos to keep")
    hold_out: int = Field(3, ge=0, le=10, description="how many of them only judge")
    width_px: int = Field(192, ge=64, le=2048, description="width that the network learns at")
    height_px: int = Field(256, ge=64, le=2048, description="height that the network learns at")
    sizes: int = Field(1, ge=1, le=4, description="most sizes of crops; 1 = all photos alike")
    margin_fraction: float = Field(0.06, ge=0, le=0.4, description="air around the garment")
    seed: int = Field(0, ge=0)
    pinned: tuple[str, ...] = Field((), description="file names that are kept, whatever else")
    banned: tuple[str, ...] = Field((), description="file names that are never kept")


class DatasetVersion(Fact):
    """A manifest that never changes; `digest` covers bytes, crops, captions and recipe."""

    id: DatasetId
    shoot: ShootId
    name: str
    digest: str
    created_at: datetime
    recipe: SelectionRecipe
    backdrop: Backdrop
    photos: tuple[DatasetPhoto, ...]
    choices: tuple[Choice, ...]
    vocabulary: Vocabulary = Vocabulary()  # the brand's words in captions, for the proof to ask in
