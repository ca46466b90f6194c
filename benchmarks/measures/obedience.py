"""Does a base draw what it is asked: garment, its colour, and the backdrop behind it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import ObedienceFigures, Share
from muslin.curation.captions import garment_words, scene_words
from muslin.domain.leaving import ImageRequest
from muslin.imaging.backdrop import border_backdrop
from muslin.imaging.colour import colour_name, delta_e_2000
from muslin.imaging.types import Picture
from muslin.networks.vision.garment import GarmentCard, GarmentReader
from muslin.validation.metrics.category import category_obeyed
from muslin.validation.metrics.colour import colour_obeyed, garment_found

CATEGORIES = 10
COLOURS = (
    "black", "grey", "blue", "red", "navy", "brown", "white", "beige", "pink", "purple",
)  # fmt: skip
"""The ten commonest garment colours of the photos that the starter network learnt from."""
BACKDROPS = ("beige", "grey", "white", "brown", "red")
"""Their five commonest backdrop colours."""
FIRST_SEED = 900_000
NEAR = 15.0
"""ΔE00 within which a backdrop still looks like the typical one of its name."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What one picture was asked to show."""

    category: str
    colour: str
    backdrop: str
    seed: int

    def request(self) -> ImageRequest:
        """The wish at the size that the base was taught at."""
        return ImageRequest(prompt=self.prompt, seed=self.seed)

    @property
    def prompt(self) -> str:
        """The wish in the grammar that the base was taught in; an empty backdrop stays unsaid."""
        said = (garment_words(self.category, (self.colour,)), scene_words("", self.backdrop))
        return ", ".join(part for part in said if part)


def commonest(categories: Iterable[str | None], known: Sequence[str]) -> list[str]:
    """The commonest categories of the photos among those that the garment network can name."""
    counted = Counter(c for c in categories if c in known)
    return sorted([str(c) for c in counted], key=lambda c: (-counted[c], c))[:CATEGORIES]


def wishes(categories: Sequence[str], count: int) -> list[Wish]:
    """A balanced design: with 200 wishes over ten categories every category, colour, backdrop and
    every pair of two of them is asked for equally often."""
    kinds, colours, backdrops = len(categories), len(COLOURS), len(BACKDROPS)
    return [
        Wish(
            category=categories[n % kinds],
            colour=COLOURS[(n + n // kinds) % colours],
            backdrop=BACKDROPS[(n + 2 * (n // kinds) + n // (kinds * colours)) % backdrops],
            seed=FIRST_SEED + n,
        )
        for n in range(count)
    ]


@dataclass(frozen=True, slots=True)
class Judgement:
    """How one picture did."""

    wish: Wish
    category: bool
    category_near: bool | None
    colour: bool | None
    backdrop: bool
    backdrop_near: bool | None


TypicalBackdrops = dict[str, NDArray[np.float64]]
"""Colour name to the middle CIELAB colour (3,) of real backdrops of that name."""


def typical_backdrops(photos: Iterable[Picture], reader: GarmentReader) -> TypicalBackdrops:
    """What people's backdrops of each name look like, measured on real photos."""
    labs = [border_backdrop(photo, reader.read(photo).mask).lab for photo in photos]
    named: dict[str, list[tuple[float, float, float]]] = {}
    for lab in labs:
        named.setdefault(colour_name(lab), []).append(lab)
    return {
        name: np.asarray(np.median(of_name, axis=0), np.float64) for name, of_name in named.items()
    }


def judge(
    wish: Wish, picture: Picture, reader: GarmentReader, typical: TypicalBackdrops
) -> Judgement:
    """Compare a picture with what was asked for."""
    reading = reader.read(picture)
    backdrop = border_backdrop(picture, reading.mask).lab
    wanted = typical.get(wish.backdrop)
    return Judgement(
        wish=wish,
        category=garment_found(reading.mask) and reading.category.name == wish.category,
        category_near=category_obeyed(reading.category, reading.mask, wish.category),
        colour=colour_obeyed(picture, reading.mask, wish.colour),
        backdrop=colour_name(backdrop) == wish.backdrop,
        backdrop_near=None if wanted is None else float(delta_e_2000(wanted, backdrop)) <= NEAR,
    )


def obedience(judgements: Sequence[Judgement]) -> ObedienceFigures:
    """All judgements together, and by what was asked for."""
    return ObedienceFigures(
        category=Share.among(j.category for j in judgements),
        category_near=Share.among(j.category_near for j in judgements),
        category_on_photos=garment_card().held_out["category"],
        colour=Share.among(j.colour for j in judgements),
        backdrop=Share.among(j.backdrop for j in judgements),
        backdrop_near=Share.among(j.backdrop_near for j in judgements),
        by_category=_by(judgements, lambda j: j.wish.category, lambda j: j.category),
        by_colour=_by(judgements, lambda j: j.wish.colour, lambda j: j.colour),
        by_backdrop=_by(judgements, lambda j: j.wish.backdrop, lambda j: j.backdrop),
    )


def garment_card() -> GarmentCard:
    """What the garment network's weights say of themselves."""
    card = files("muslin.networks.vision").joinpath("garment.json").read_text("utf-8")
    return GarmentCard.model_validate_json(card)


def _by(
    judgements: Sequence[Judgement],
    asked: Callable[[Judgement], str],
    answer: Callable[[Judgement], bool | None],
) -> dict[str, Share]:
    words = list(dict.fromkeys(asked(j) for j in judgements))
    return {word: Share.among(answer(j) for j in judgements if asked(j) == word) for word in words}
