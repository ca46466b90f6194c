"""Hundreds of broken files through the guarded decoder: each is a picture or a refusal, in time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest
from pillow_heif import register_heif_opener

from muslin.domain.errors import UnreadablePhoto
from muslin.imaging.guard import PhotoDecoder
from muslin.imaging.open import FORMATS, SMALLEST_SIDE_PX
from tests.imaging.pictures import a_picture, as_file

REASONS = {"broken", "too_small", "too_large", "unsupported"}
CUTS, MUTATIONS, SPLICES = 16, 16, 8


def torn(data: bytes, chance: random.Random) -> Iterator[bytes]:
    """Truncations, flipped bytes, and pieces that are missing, doubled or set to 0xFF."""
    yield b""
    for k in range(CUTS):
        yield data[: len(data) * k // CUTS]
    for _ in range(MUTATIONS):
        changed = bytearray(data)
        for place in chance.sample(range(len(data)), min(len(data), chance.choice((1, 4, 32)))):
            changed[place] = chance.randrange(256)
        yield bytes(changed)
    for _ in range(SPLICES):
        start, end = sorted(chance.sample(range(len(data)), 2))
        piece = chance.choice((b"", data[start:end] * 2, b"\xff" * (end - start)))
        yield data[:start] + piece + data[end:]


def head_mutations(data: bytes, chance: random.Random) -> Iterator[bytes]:
    """Changes in the first 64 bytes, where sizes, offsets and types are."""
    for _ in range(MUTATIONS):
        changed = bytearray(data)
        changed[chance.randrange(min(64, len(data)))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
        yield bytes(changed)


def outcome(decoder: PhotoDecoder, data: bytes) -> str:
    """`opened`, or the reason of a refusal that has words and a hint."""
    try:
        picture = decoder.open(data).picture
    except UnreadablePhoto as refusal:
        return refusal.reason_code if str(refusal) and refusal.hint else "wordless"
    return "opened" if min(picture.shape[:2]) >= SMALLEST_SIDE_PX else "senseless"


@pytest.mark.parametrize("name", FORMATS)
def test_every_malformed_file_is_reported_and_none_stops_the_next(name: str) -> None:
    register_heif_opener()  # to write one
    whole = as_file(a_picture(96, 72), name)
    chance = random.Random(name)
    files = [*torn(whole, chance), *head_mutations(whole, chance)]
    told: Counter[str] = Counter()
    with PhotoDecoder() as decoder:
        for data in files:
            told[outcome(decoder, data)] += 1
        assert decoder.open(whole).picture.shape == (96, 72, 3)

    assert told.total() == len(files) >= 57
    assert set(told) - {"opened"} <= REASONS
    assert told["broken"] + told["unsupported"] >= CUTS
