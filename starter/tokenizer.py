"""A CLIP tokenizer of our own: byte-level BPE learnt on the starter captions."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import CLIPTokenizer

LENGTH = 32
"""Tokens per caption, start and end included; the longest composed caption has 20."""


def build_tokenizer(captions: Iterable[str]) -> CLIPTokenizer:
    """Whole words for everything that the captions say, single bytes for all other text.

    The vocabulary holds each of the 256 bytes inside a word and at its end, then the learnt
    merges, then the two special tokens, as in OpenAI's CLIP: no text is unknown to it.
    """
    learnt = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    learnt.pre_tokenizer = CLIPTokenizer().backend_tokenizer.pre_tokenizer
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=1024,
        initial_alphabet=alphabet,
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    learnt.train_from_iterator((c.lower() for c in captions), trainer)
    merges = [tuple(pair) for pair in json.loads(learnt.to_str())["model"]["merges"]]
    words = [*alphabet, *(letter + "</w>" for letter in alphabet)]
    words += [one + two for one, two in merges if one + two not in set(words)]
    words += ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(
        vocab={word: number for number, word in enumerate(words)},
        merges=merges,
        model_max_length=LENGTH,
    )
