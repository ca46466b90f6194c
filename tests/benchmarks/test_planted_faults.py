"""Faults planted into whole photos, drawn and real, through everything that measures them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.curation.faults import CLEAN, Planted, Shot, failed_of, faults, looked_at
from muslin.domain.findings import FindingKind
from muslin.networks.vision.garment import GarmentReader

READER = GarmentReader()
SURE = (
    "blur",
    "noise",
    "JPEG 20",
    "-1.5 EV",
    "+1.5 EV",
    "cut off",
    "watermark at the bottom",
    "duplicate, resized",
    "duplicate, recompressed",
    "duplicate, cropped to 90 %",
    "duplicate, mirrored",
)
"""Faults that are found in nine of ten photos or more; the others are in the benchmark."""
PLANTED = faults(READER)


def read(paths: Sequence[Path]) -> list[Shot]:
    return [looked_at(path.name, path.read_bytes(), READER) for path in paths]


def found_in(shots: Sequence[Shot], place: int, planted: Planted) -> set[FindingKind]:
    """What fails of one photo after a fault was planted in it."""
    shot, other = shots[place], shots[place - 1]
    spoilt = looked_at("spoilt", planted.spoil(shot, other, random.Random(1)), READER)
    left = [s for s in shots if planted.beside or s is not shot]
    return failed_of([s.measures for s in (*left, spoilt)])[spoilt.measures.photo]


@pytest.fixture(scope="module")
def drawn(sample_shoot: Path) -> list[Shot]:
    """Drawn garments without a fault."""
    names = ("dress-blue", "hoodie-purple", "jeans-black", "shirt-check", "shorts-denim",
             "skirt-plum", "sweatshirt-grey", "tee-navy", "tee-sailor", "top-rust")  # fmt: skip
    return read([sample_shoot / f"{name}.jpg" for name in names])


@pytest.fixture(scope="module")
def real(shared_brands: Path) -> list[Shot]:
    """Photos of a messy brand that a person found clean."""
    clean = CLEAN.read_text("utf-8")
    paths = sorted((shared_brands / "magenta-cloth").glob("*.jpg"))
    return read([path for path in paths if path.name in clean][:12])


@pytest.mark.parametrize("name", SURE)
def test_a_fault_planted_in_a_drawing_is_found(name: str, drawn: list[Shot]) -> None:
    assert found_in(drawn, 4, PLANTED[name]) & PLANTED[name].kinds


def test_drawings_without_a_fault_are_left_alone(drawn: list[Shot]) -> None:
    assert set().union(*failed_of([s.measures for s in drawn]).values()) == set()


@pytest.mark.parametrize("name", SURE)
def test_a_fault_planted_in_a_real_photo_is_found(name: str, real: list[Shot]) -> None:
    assert found_in(real, 4, PLANTED[name]) & PLANTED[name].kinds


def test_real_photos_that_a_person_found_clean_are_mostly_left_alone(real: list[Shot]) -> None:
    failed = failed_of([s.measures for s in real])

    assert sum(bool(kinds) for kinds in failed.values()) <= 3
