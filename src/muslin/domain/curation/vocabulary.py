"""What a brand calls things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from muslin.domain.fact import Fact


def _whole(words: Mapping[str, str]) -> Mapping[str, str]:
    """Words of a vocabulary, none of them empty."""
    if not all(key.strip() and word.strip() for key, word in words.items()):
        raise ValueError("both sides need at least one word")
    return words


Words = Annotated[Mapping[str, str], AfterValidator(_whole)]
"""What the studio calls something, to what the brand calls it."""


class Vocabulary(Fact):
    """A brand's own words; what is not in here keeps the studio's."""

    categories: Words = Field({}, description="category, such as t-shirt, to the brand's word")
    colours: Words = Field({}, description="colour, such as navy, to the brand's word")
    collections: Words = Field(
        {}, description="beginning of a file's path, such as aw26/, to the collection's words"
    )
