"""A CLIP tokenizer of our own: byte-level BPE learnt on the starter captions."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers.models.clip.tokenization_clip import CLIPTokenizer

LENGTH = 32
"""Tokens per caption, start and end included; the longest composed caption has 20."""
START, END = "<|startoftext|>", "<|endoftext|>"


def build_tokenizer(captions: Iterable[str]) -> CLIPTokenizer:
    """Whole words for everything that the captions say, single bytes for all other text.

    The vocabulary holds each of the 256 bytes inside a word and at its end, then the learnt
    merges, then the two special tokens, as in OpenAI's CLIP: no text is unknown to it.
    """
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = _learn_merges(captions, alphabet)
    words = [*alphabet, *(letter + "</w>" for letter in alphabet)]
    single = set(words)
    words += [one + two for one, two in merges if one + two not in single]
    words += [START, END]
    return CLIPTokenizer(
        vocab={word: number for number, word in enumerate(words)},
        merges=merges,  # type: ignore[arg-type]  # annotated as str; read as pairs
        model_max_length=LENGTH,
    )


def _learn_merges(captions: Iterable[str], alphabet: list[str]) -> list[tuple[str, str]]:
    learnt = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    learnt.pre_tokenizer = CLIPTokenizer().backend_tokenizer.pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=1024,
        initial_alphabet=alphabet,
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    learnt.train_from_iterator((caption.lower() for caption in captions), trainer)
    return [(one, two) for one, two in json.loads(learnt.to_str())["model"]["merges"]]
