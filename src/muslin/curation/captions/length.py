"""How long a caption is for a text encoder, which cuts off whatever is beyond its limit."""

from __future__ import annotations

import math
import re
from typing import Protocol

CLIP_TOKENS = 77
"""Tokens that CLIP's text encoders read, two of them the beginning and the end
(Radford et al., arXiv 2103.00020); other bases read as many or more."""
WORDS_PER_TOKEN = 0.75
"""Of English, as a rule of thumb (help.openai.com, "What are tokens and how to count them")."""

_WORD = re.compile(r"[\w'-]+|[^\w\s]")


class TokenCount(Protocol):
    """Counts the tokens of a text as one base does."""

    @property
    def most(self) -> int:
        """Tokens that are read; the rest is cut off."""
        ...

    @property
    def source(self) -> str:
        """Who counts, in words."""
        ...

    def count(self, text: str) -> int:
        """Tokens of a text, with those for its beginning and end."""
        ...


class WordBound:
    """An estimate from words and signs, for where no tokenizer is."""

    most = CLIP_TOKENS
    source = "estimated from words, 4 tokens for 3; the base's tokenizer is not here"

    def count(self, text: str) -> int:
        """Four tokens for three words or signs, and two for beginning and end."""
        return math.ceil(len(_WORD.findall(text)) / WORDS_PER_TOKEN) + 2
