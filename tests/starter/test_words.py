from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from transformers.models.clip.tokenization_clip import CLIPTokenizer

from muslin.imaging.colour import COLOUR_NAMES
from starter.captions import Said, compose, read_said, sample_captions
from starter.networks.garment import CATEGORIES
from starter.networks.tokenizer import LENGTH, build_tokenizer, kept_tokenizer, learn_merges

LONGEST = Said(
    "long-sleeve top", ("turquoise", "orange"), "patterned", "hanger", "purple", "textured"
)
PLAIN = Said("shoes", ("navy",), "", "", "", "")


def everything_said() -> list[Said]:
    """Photos that between them say every word of the grammar."""
    return [
        Said(category, (colour, "white"), "patterned", way, backdrop, "textured")
        for category, colour, way, backdrop in zip(
            [*CATEGORIES, ""], [*COLOUR_NAMES, "red", "blue"], ["hanger", "flat_lay"] * 8,
            [*COLOUR_NAMES, "red", "blue"], strict=True,
        )
    ]  # fmt: skip


@pytest.fixture(scope="module")
def tokenizer() -> CLIPTokenizer:
    return build_tokenizer(learn_merges(sample_captions(everything_said())))


def content(tokenizer: CLIPTokenizer, text: str) -> list[int]:
    ids: list[int] = tokenizer(text, add_special_tokens=False).input_ids
    return ids


@pytest.mark.parametrize(
    "text",
    ["a navy t-shirt, on a hanger", "Ärmel: 100 % Bœuf-Wolle", "袖なし 👗 №5", "x" * 90, ""],
)
def test_no_text_is_unknown_to_the_tokenizer(tokenizer: CLIPTokenizer, text: str) -> None:
    ids = content(tokenizer, text)

    assert str(tokenizer.decode(ids)).replace(" ", "") == text.lower().replace(" ", "")
    assert set(ids).isdisjoint(tokenizer.all_special_ids)


def test_every_word_of_a_caption_is_one_token(tokenizer: CLIPTokenizer) -> None:
    split = tokenizer.backend_tokenizer.pre_tokenizer.pre_tokenize_str
    rng = np.random.default_rng(1)
    for said in everything_said():
        caption = compose(said, rng)

        assert len(content(tokenizer, caption)) == len(split(caption))


def test_the_longest_caption_fits(tokenizer: CLIPTokenizer) -> None:
    rng = np.random.default_rng(0)
    lengths = [len(tokenizer(compose(LONGEST, rng)).input_ids) for _ in range(200)]

    assert max(lengths) == 21 < LENGTH
    assert len(tokenizer("coat " * 99, truncation=True).input_ids) == LENGTH


def test_a_tokenizer_keeps_its_numbers_when_other_captions_come(tmp_path: Path) -> None:
    first = kept_tokenizer(tmp_path / "merges.json", ["a red dress", "a red hat"])

    again = kept_tokenizer(tmp_path / "merges.json", ["a blue skirt"])

    assert again.get_vocab() == first.get_vocab()
    assert content(again, "a red hat, a blue skirt") == content(first, "a red hat, a blue skirt")


def test_a_caption_leaves_parts_out_but_never_lies() -> None:
    rng = np.random.default_rng(0)
    captions = [compose(LONGEST, rng) for _ in range(400)]

    full = "a turquoise and orange patterned long-sleeve top, on a hanger, "
    full += "on a purple textured background"
    assert full in captions
    for words in ("turquoise and orange", "patterned", "on a hanger", "purple", "textured"):
        assert 0 < sum(words in caption for caption in captions) < len(captions)
    for caption in captions:
        assert set(caption.replace(",", "").split()) <= set(full.replace(",", "").split())
        assert "long-sleeve top" in caption
        assert ("textured" in caption) <= ("background" in caption)


def test_what_is_not_known_is_never_said() -> None:
    rng = np.random.default_rng(0)

    assert {compose(PLAIN, rng) for _ in range(100)} == {"navy shoes", "shoes"}


def test_what_is_said_of_a_photo_comes_from_its_studio_its_label_and_its_pixels(
    trained: Path,
) -> None:
    said = read_said(trained)

    assert [s.category for s in said[:4]] == ["t-shirt", "pants", "", "top"]
    assert [s.presentation for s in said[:5]] == [
        "hanger", "flat_lay", "hanger", "flat_lay", "flat_lay",
    ]  # fmt: skip
    assert all(colour in COLOUR_NAMES for s in said for colour in (*s.colours, s.backdrop))
