"""A CLIP tokenizer of our own: byte-level BPE learnt on the starter captions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers.models.clip.tokenization_clip import CLIPTokenizer

from muslin.runtime.disk import write_atomic

LENGTH = 32
"""Tokens per caption, start and end included; the longest composed caption has 21."""
START, END = "<|startoftext|>", "<|endoftext|>"

Merge = tuple[str, str]


def kept_tokenizer(stored: Path, captions: Iterable[str]) -> CLIPTokenizer:
    """The tokenizer whose merges a file holds; learnt on captions where there is no file yet.

    Kept, because the learner breaks ties between equally common pairs by chance: learnt again, a
    tokenizer could number the words of a half-trained text encoder anew.
    """
    if not stored.exists():
        write_atomic(stored, json.dumps(learn_merges(captions)).encode())
    return build_tokenizer([(one, two) for one, two in json.loads(stored.read_bytes())])


def build_tokenizer(merges: Sequence[Merge]) -> CLIPTokenizer:
    """Whole words for what the merges join, single bytes for all other text.

    The vocabulary holds each of the 256 bytes inside a word and at its end, then the learnt
    merges, then the two special tokens, as in OpenAI's CLIP: no text is unknown to it.
    """
    alphabet = _alphabet()
    words = [*alphabet, *(letter + "</w>" for letter in alphabet)]
    single = set(words)
    words += [one + two for one, two in merges if one + two not in single]
    words += [START, END]
    return CLIPTokenizer(
        vocab={word: number for number, word in enumerate(words)},
        merges=list(merges),  # type: ignore[arg-type]  # annotated as str; read as pairs
        model_max_length=LENGTH,
    )


def learn_merges(captions: Iterable[str]) -> list[Merge]:
    """Which neighbours become one token, commonest first: enough for every word of the captions."""
    learnt = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    learnt.pre_tokenizer = CLIPTokenizer().backend_tokenizer.pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=1024,
        initial_alphabet=_alphabet(),
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    learnt.train_from_iterator((caption.lower() for caption in captions), trainer)
    return [(one, two) for one, two in json.loads(learnt.to_str())["model"]["merges"]]


def _alphabet() -> list[str]:
    return sorted(pre_tokenizers.ByteLevel.alphabet())
