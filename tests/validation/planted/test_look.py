"""Faults planted in real series: light from another side, odd ones out, another brand's look."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from muslin.imaging.types import Alpha, Picture
from muslin.networks.vision.garment import GarmentReader
from muslin.validation.metrics.look.consistency import outliers
from muslin.validation.metrics.look.light import light_distance
from muslin.validation.metrics.look.recognition import nearest_look
from muslin.validation.metrics.look.traits import (
    LEAST_SPREAD,
    TRAITS,
    Floats,
    Look,
    deviations,
    look_of,
    traits_of,
)
from tests.validation.planted.shop import read

EACH = 30


@pytest.fixture(scope="module")
def shoots(shared_brands: Path) -> dict[str, list[tuple[Picture, Alpha]]]:
    reader = GarmentReader()
    found = {}
    for folder in sorted(p for p in shared_brands.iterdir() if p.is_dir()):
        pictures = [read(path, 256) for path in sorted(folder.glob("*.jpg"))[:EACH]]
        found[folder.name] = [(p, np.asarray(reader.read(p).mask, np.float32)) for p in pictures]
    return found


@pytest.fixture(scope="module")
def traits(shoots: dict[str, list[tuple[Picture, Alpha]]]) -> dict[str, list[Floats]]:
    return {name: [traits_of(*one) for one in series] for name, series in shoots.items()}


def test_traits_of_a_drawn_scene_in_closed_form() -> None:
    picture = np.full((128, 128, 3), 119, np.uint8)  # L* 50.03
    mask = np.zeros((128, 128), np.float32)
    mask[32:96, 48:80] = 1
    found = dict(zip(TRAITS, traits_of(picture, mask), strict=True))

    assert found["backdrop L*"] == pytest.approx(50.03, abs=0.01)
    assert found["light across"] == pytest.approx(0, abs=1e-6)
    assert found["contrast"] == pytest.approx(0, abs=1e-9)
    assert found["garment share"] == 64 * 32 / 128**2
    assert (found["garment left"], found["garment top"]) == (63.5 / 128, 63.5 / 128)


def test_the_spread_of_a_steady_series_is_what_an_eye_tells() -> None:
    look = look_of([np.arange(12.0)] * 5)

    assert (look.spread == LEAST_SPREAD).all()
    assert deviations(np.arange(12.0) + 2 * LEAST_SPREAD, look) == pytest.approx(np.full(12, 2.0))


def test_light_from_the_other_side_is_farther_than_the_brands_own(
    shoots: dict[str, list[tuple[Picture, Alpha]]], traits: dict[str, list[Floats]]
) -> None:
    caught = []
    for name, series in shoots.items():
        look = look_of(traits[name])
        own = np.median([light_distance(one, look) for one in traits[name]])
        assert own < 1.5  # about 1 by its definition
        for picture, mask in series[:10]:
            ramp = np.linspace(-40, 40, picture.shape[1])[None, :, None]
            lit = np.clip(picture + ramp, 0, 255).astype(np.uint8)
            caught.append(light_distance(traits_of(lit, mask), look) > own)

    assert np.mean(caught) >= 0.95


def test_a_photo_finds_its_own_brand_among_decoys(traits: dict[str, list[Floats]]) -> None:
    right = [
        nearest_look(one, without(one, name, traits)) == name
        for name, series in traits.items()
        for one in series
    ]

    assert np.mean(right) >= 0.75  # of four by lot: 0.25; measured on 240 photos: 0.83


def without(left_out: Floats, name: str, traits: dict[str, list[Floats]]) -> dict[str, Look]:
    return {
        other: look_of([t for t in series if other != name or t is not left_out])
        for other, series in traits.items()
    }


def test_planted_odd_ones_out_of_a_catalogue_are_named(shared_photos: Path) -> None:
    """One picture among about thirty: another white balance, a third of the light, or half the
    frame. The three studios of most photos, without the photos that fall out by themselves."""
    reader, caught, alarms = GarmentReader(), [], []
    for names in busiest_studios(shared_photos, studios=3, photos_each=36):
        pictures = [read(shared_photos / name, 256) for name in names]
        shown = [(p, np.asarray(reader.read(p).mask, np.float32)) for p in pictures]
        series = [traits_of(*one) for one in shown]
        steady = [k for k, odd in enumerate(outliers(series)) if not odd]
        for place in steady[:8]:
            for fault in (cast, dark, zoomed):
                odd = traits_of(*fault(*shown[place]))
                found = outliers([*(series[k] for k in steady), odd])
                caught.append(bool(found[-1]))
                alarms += [bool(one) for one in found[:-1]]

    assert np.mean(caught) >= 0.95
    assert np.mean(alarms) <= 0.15


def busiest_studios(photos: Path, *, studios: int, photos_each: int) -> list[list[str]]:
    rows = [json.loads(x) for x in (photos / "metadata.jsonl").read_text("utf-8").splitlines()]
    most = Counter(row["source"] for row in rows).most_common(studios)
    return [[r["file_name"] for r in rows if r["source"] == s][:photos_each] for s, _ in most]


def cast(picture: Picture, mask: Alpha) -> tuple[Picture, Alpha]:
    return np.clip(picture * np.array([1.0, 0.85, 0.45]), 0, 255).astype(np.uint8), mask


def dark(picture: Picture, mask: Alpha) -> tuple[Picture, Alpha]:
    return (picture * 0.3).astype(np.uint8), mask


def zoomed(picture: Picture, mask: Alpha) -> tuple[Picture, Alpha]:
    height, width = (side // 4 for side in mask.shape)
    cut = np.s_[height:-height, width:-width]
    return np.ascontiguousarray(picture[cut]), np.ascontiguousarray(mask[cut])
