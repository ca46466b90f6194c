"""Captions by rule, in the studio's words or the brand's."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from muslin.curation.captions import caption_of, garment_words, with_trigger
from muslin.domain.curation.vocabulary import Vocabulary
from muslin.domain.dataset import Caption
from tests.curation.shop import a_measure, a_photo
from tests.runtime.storage.makers import a_dataset

HOUSE = Vocabulary(
    categories={"t-shirt": "tee", "pants": "wide-leg trousers"},
    colours={"navy": "midnight"},
    collections={"aw26/": "autumn 2026", "aw26/evening/": "evening 2026"},
)


@pytest.mark.parametrize(
    ("category", "colours", "words"),
    [
        ("t-shirt", ("navy",), "a navy t-shirt"),
        ("pants", ("black",), "black pants"),
        ("jeans", ("blue", "white", "red"), "blue and white jeans"),
        ("dress", ("orange",), "an orange dress"),
        (None, (), "a garment"),
    ],
)
def test_a_caption_names_a_garment_and_at_most_two_colours(
    category: str | None, colours: tuple[str, ...], words: str
) -> None:
    assert garment_words(category, colours) == words


@pytest.mark.parametrize(
    ("file_name", "category", "colour", "words"),
    [
        ("aw26/1.jpg", "t-shirt", "navy", "a midnight tee, autumn 2026"),
        ("aw26/evening/1.jpg", "dress", "navy", "a midnight dress, evening 2026"),
        ("ss26/1.jpg", "pants", "black", "black wide-leg trousers"),
    ],
)
def test_a_brand_is_quoted_in_its_own_words(
    file_name: str, category: str, colour: str, words: str
) -> None:
    photo = a_photo(1, file_name=file_name, category=category)
    measures = a_measure(1, garment_colours=(colour,), garment_pattern=1.0)

    assert caption_of(photo, measures, HOUSE) == Caption(text=words, author="rule")


def test_the_shops_own_caption_is_left_as_it_is() -> None:
    photo = a_photo(1, file_name="aw26/1.jpg", caption=" Our navy t-shirt ")

    said = caption_of(photo, a_measure(1), HOUSE)

    assert said == Caption(text="Our navy t-shirt", author="sidecar")


def test_a_word_for_nothing_is_no_vocabulary() -> None:
    with pytest.raises(ValidationError, match="at least one word"):
        Vocabulary(colours={"navy": " "})


def test_a_profiles_trigger_leads_every_caption_once_and_leaves_the_digest() -> None:
    dataset = a_dataset()

    spoken = with_trigger(with_trigger(dataset, "sagelinen"), "sagelinen")

    assert [p.caption.text for p in spoken.photos] == ["sagelinen, a red t-shirt, flat lay"]
    assert spoken.digest == dataset.digest
    assert with_trigger(dataset, "") is dataset
