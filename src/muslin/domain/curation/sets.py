"""A set of photos as a whole: what it covers, what it will bake in, who does not fit, its worth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from muslin.domain.curation.captions import CaptionLint
from muslin.domain.fact import Fact

Wanted = Mapping[str, Annotated[int, Field(ge=0, le=10_000)]]
"""How many photos of each kind a brand wants."""


class Shot(Fact):
    """Photos of one kind; what is None may be anything."""

    category: str | None = None
    colour: str | None = None
    presentation: str | None = None
    count: int = Field(1, ge=1, le=10_000)


class DeclaredUse(Fact):
    """What pictures will be asked for, where it differs; nothing listed = nothing declared."""

    backdrop: tuple[str, ...] = ()
    light: tuple[str, ...] = ()
    presentation: tuple[str, ...] = ()
    crop: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    colour: tuple[str, ...] = ()


class BrandRange(Fact):
    """What a brand sells and wants shown: `range.toml`."""

    categories: Wanted = Field({}, description="photos wanted of each category")
    colours: Wanted = Field({}, description="photos wanted in each colour")
    presentations: Wanted = Field({}, description="photos wanted flat lay, on a hanger, and so on")
    shots: tuple[Shot, ...] = Field((), description="photos wanted of one kind in every respect")
    use: DeclaredUse = DeclaredUse()


class Cell(Fact):
    """Photos of one category, colour and presentation."""

    category: str
    colour: str
    presentation: str
    photos: int


class Balance(Fact):
    """How evenly photos are spread over the kinds of one respect.

    `evenness` is Pielou's H / ln k in [0, 1]; None for fewer than two kinds.
    """

    respect: str  # category, colour, presentation
    kinds: int
    largest: str
    largest_share: float
    evenness: float | None


class MissingShot(Fact):
    """Photos that the range asks for and the set lacks, in words for a photographer."""

    shot: Shot
    words: str


class Coverage(Fact):
    """What a set shows, against what the brand wants; `met` is None without a stated range."""

    photos: int
    cells: tuple[Cell, ...]
    balance: tuple[Balance, ...]
    met: float | None  # share of the wanted photos that are there
    missing: tuple[MissingShot, ...]


class Predicted(Fact):
    """What a training is expected to show: a share of pictures beyond the untuned base's."""

    question: str
    gain: float
    margin: float  # the farthest that a measured training lay from what is predicted
    basis: str


class BakedIn(Fact):
    """A trait that photos share and captions do not say: training will take it for the look."""

    trait: str
    value: str
    share: float  # of the photos that have it
    said_share: float  # of their captions that say so
    score: float  # share x what is unsaid, [0, 1]
    is_baked_in: bool
    conflicts: tuple[str, ...]  # what the declared use asks for instead
    predicted: tuple[Predicted, ...]  # none where no training has measured what follows
    words: str
    way_out: str


class Odd(Fact):
    """A photo that does not fit the others in one respect, and by how much."""

    file_name: str
    respect: str  # light, backdrop, composition, colour
    value: float
    unit: str
    limit: float
    words: str


class ScorePart(Fact):
    """One part of a set's score, in [0, 1], and what it counts; None = not measured."""

    name: str
    value: float | None
    words: str


class Change(Fact):
    """Something to do, and the score after it, found by trying it on the set's own measures."""

    words: str
    files: tuple[str, ...]
    score: int


class SetScore(Fact):
    """100 x the mean of the parts that were measured, and what would raise it most."""

    score: int
    parts: tuple[ScorePart, ...]
    changes: tuple[Change, ...]


class EndingRights(Fact):
    """A photo whose rights are not all there, or end soon."""

    file_name: str
    standing: str
    words: str
    until: date | None


class DatasetCheck(Fact):
    """All that is known of a set before it is trained on."""

    name: str
    photos: int
    score: SetScore
    coverage: Coverage
    baked_in: tuple[BakedIn, ...]
    odd: tuple[Odd, ...]
    captions: CaptionLint
    rights: tuple[EndingRights, ...]


class RecipeChange(Fact):
    """A field of the recipe that differs."""

    field: str
    before: str
    after: str


class CaptionDifference(Fact):
    """A photo that is in both versions under other words."""

    file_name: str
    before: str
    after: str
    author: str


class DatasetDiff(Fact):
    """What changed from one version to another, photo by photo."""

    before: str
    after: str
    same_digest: bool
    kept: int
    photos_in: tuple[str, ...]
    photos_out: tuple[str, ...]
    out_because: Mapping[str, str]  # the later version's reason, where it saw the photo
    recropped: tuple[str, ...]
    recaptioned: tuple[CaptionDifference, ...]
    resplit: tuple[str, ...]
    recipe: tuple[RecipeChange, ...]
    backdrop_distance: float  # ΔE00 between their backdrops
