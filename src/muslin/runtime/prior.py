"""What a tuned network is held to its base on: garments of the range in every colour."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle, product

from muslin.curation.captions import category_of, garment_words, scene_words
from muslin.domain.dataset import DatasetVersion
from muslin.domain.profile import Profile
from muslin.imaging.colour import COLOUR_NAMES
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.storage.records import Records

BACKDROPS = ("white", "grey", "beige", "black", "brown", "blue", "green", "pink")
"""Colours that backdrops of the starter's photos have; the brand's own is passed over, so that
what is held does not contradict what is learnt."""


def with_prior_prompts(profile: Profile, dataset: DatasetVersion, shop: Workshop) -> Profile:
    """The profile with words to hold the network to its base on, where it asks for that only."""
    if profile.prior_fraction == 0 or profile.prior_prompts:
        return profile
    with shop.storage.reading() as connection:
        photos = {photo.id: photo for photo in Records(connection).photos.of(dataset.shoot)}
    kept = shop.measures()
    taken = [(photos[p.photo], kept.get(p.photo)) for p in dataset.photos]
    categories = {category_of(photo, measures) for photo, measures in taken if measures}
    prompts = prior_prompts({c or "garment" for c in categories}, dataset.backdrop.name)
    return profile.model_copy(update={"prior_prompts": prompts})


def prior_prompts(categories: Iterable[str], backdrop: str) -> tuple[str, ...]:
    """Every category in every colour, each on a backdrop that is not the brand's."""
    others = cycle(colour for colour in BACKDROPS if colour != backdrop)
    pairs = product(sorted(categories), COLOUR_NAMES)
    return tuple(
        f"{garment_words(category, (colour,))}, {scene_words('', next(others))}"
        for category, colour in pairs
    )
