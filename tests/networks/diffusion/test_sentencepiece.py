"""A tokenizer that is published as SentencePiece alone, as PixArt-Σ's is."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from muslin.networks.diffusion.lean import library

CAPTIONS = [f"a {colour} coat on a grey backdrop" for colour in ("red", "green", "navy", "pink")]


def test_words_of_a_sentencepiece_file_alone_are_told_apart(tmp_path: Path) -> None:
    trainer: Any = import_module("sentencepiece").SentencePieceTrainer
    pieces = BytesIO()
    trainer.train(
        sentence_iterator=iter(CAPTIONS), model_writer=pieces, vocab_size=22, minloglevel=2
    )
    (tmp_path / "spiece.model").write_bytes(pieces.getvalue())

    tokenizer: Any = library("transformers").T5Tokenizer
    read = tokenizer.from_pretrained(tmp_path, local_files_only=True)

    said = [tuple(read(caption).input_ids) for caption in CAPTIONS]
    assert len(set(said)) == len(CAPTIONS)
    assert not any(read.unk_token_id in ids for ids in said)
