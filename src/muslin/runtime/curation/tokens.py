"""Who counts the tokens of captions: the base's own tokenizer where it can be opened."""

from __future__ import annotations

from typing import Any

from muslin.curation.captions.length import TokenCount, WordBound

LARGEST = 100_000
"""transformers says a limit of 10^30 where a tokenizer's files name none."""


class BaseTokens:
    """Counts as a base does: by the tokenizer that reads most, since its encoder hears all."""

    def __init__(self, name: str, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.most: int = tokenizer.model_max_length
        self.source = f"counted by the tokenizer of {name}"

    def count(self, text: str) -> int:
        """Tokens of a text, with those for its beginning and end."""
        return len(self._tokenizer(text, truncation=False, verbose=False).input_ids)


def token_count(base: str) -> TokenCount:
    """The tokenizer of a base; an estimate from words without the training extra, or a limit."""
    try:
        from muslin.networks.diffusion.base import open_base
        from muslin.networks.diffusion.opening import open_tokenizers

        opened = open_tokenizers(open_base(base))
    except ModuleNotFoundError:
        return WordBound()
    limited = [one for one in opened if one.model_max_length < LARGEST]
    if not limited:
        return WordBound()
    return BaseTokens(base, max(limited, key=lambda one: one.model_max_length))
