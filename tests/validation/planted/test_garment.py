"""Faults planted in real garments: colour, cut, cloth and print. Bars are those of the product."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from muslin.imaging.colour import to_lab
from muslin.imaging.types import Alpha, Picture
from muslin.networks.vision.garment import GarmentReader
from muslin.validation.metrics.garment import fabric, outline, palette, prints, tint
from tests.validation.planted.shop import Garment, garments, jpeg, taken_again, tinted

COLOUR_LIMIT = 2.5
"""ΔE00 of hue and chroma: what other light and JPEG do stays below it, a shift of 5 does not."""
STRETCH_LIMIT = 0.04
SLEEVE_LIMIT = 0.04
PRINT_LIMIT = 0.15


@pytest.fixture(scope="module")
def shop(shared_photos: Path, shared_masks: Path) -> list[Garment]:
    return list(garments(shared_photos, shared_masks, 60))


def lab_of(picture: Picture, mask: Alpha) -> tuple[float, float, float]:
    found = tint.garment_lab(picture, mask)
    assert found is not None
    return found


def test_colour_errors_in_closed_form() -> None:
    assert tint.chroma_error((50, 20, 30), (70, 20, 30)) == 0.0
    assert tint.colour_error((50, 20, 30), (70, 20, 30)) > 10
    # Sharma et al. 2005, pair 1: both lightnesses are 50
    pair = (50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485)
    assert tint.chroma_error(*pair) == pytest.approx(2.0425, abs=5e-5)


def test_a_garment_without_pixels_has_no_colour() -> None:
    picture = np.full((64, 64, 3), 99, np.uint8)
    assert tint.garment_lab(picture, np.zeros((64, 64), np.float32)) is None
    assert palette.palette_of(picture, np.zeros((64, 64), np.float32)) is None
    assert fabric.fabric_of(picture, np.zeros((64, 64), np.float32)) is None
    assert outline.envelope_of(np.zeros((64, 64), np.float32)) is None


def test_planted_tints_of_5_and_10_are_caught_and_other_light_is_not(shop: list[Garment]) -> None:
    rng = np.random.default_rng(0)
    same: list[float] = []
    found: dict[float, list[float]] = {5.0: [], 10.0: []}
    for garment in shop:
        own = lab_of(garment.picture, garment.mask)
        again = taken_again(garment.picture, rng)
        same.append(tint.chroma_error(own, lab_of(again, garment.mask)))
        for error, values in found.items():
            shown = taken_again(tinted(garment, error, rng), rng)
            values.append(tint.chroma_error(own, lab_of(shown, garment.mask)))

    assert np.mean(np.array(same) > COLOUR_LIMIT) <= 0.02
    for values in found.values():
        assert np.mean(np.array(values) > COLOUR_LIMIT) >= 0.95


def test_palettes_in_closed_form() -> None:
    black, white = np.array([[0.0, 0, 0]]), np.array([[100.0, 0, 0]])
    both = palette.Palette(np.vstack([black, white]), np.array([0.25, 0.75]))
    whole = palette.Palette(white, np.ones(1))

    assert palette.palette_distance(both, both) == pytest.approx(0)
    # a quarter moves from black to white, ΔE00 = 100
    assert palette.palette_distance(both, whole) == pytest.approx(25.0)


def test_a_palette_knows_its_garment_again_among_others(shop: list[Garment]) -> None:
    rng = np.random.default_rng(1)
    some = shop[:30]
    own = [palette.palette_of(g.picture, g.mask) for g in some]
    again = [palette.palette_of(taken_again(g.picture, rng), g.mask) for g in some]
    known = [p for p in own if p is not None]
    seen = [p for p in again if p is not None]

    right = [
        palette.palette_distance(known[k], seen[k])
        < palette.palette_distance(known[k], seen[(k + 1) % len(seen)])
        for k in range(len(known))
    ]
    assert np.mean(right) >= 0.95


def test_envelopes_in_closed_form() -> None:
    box = np.zeros((200, 200), np.float32)
    box[40:140, 60:110] = 1
    wide = np.zeros((200, 200), np.float32)
    wide[40:140, 60:115] = 1
    one, other = outline.envelope_of(box), outline.envelope_of(wide)
    assert one is not None
    assert other is not None

    assert one.aspect == pytest.approx(0.5, abs=0.011)
    assert outline.stretch(other, one) == pytest.approx(0.10, abs=1e-6)
    assert outline.outline_distance(one, other) == pytest.approx(5 / 52.5)
    assert outline.outline_distance(one, one) == 0


def envelope(reader: GarmentReader, picture: Picture) -> outline.Envelope | None:
    return outline.envelope_of(reader.read(picture).mask)


def test_a_body_stretched_by_8_to_10_percent_is_found_and_another_size_is_not(
    shared_photos: Path, shared_masks: Path
) -> None:
    rng, reader = np.random.default_rng(2), GarmentReader()
    same, stretched = [], []
    for garment in garments(shared_photos, shared_masks, 60, side_px=533):
        own = envelope(reader, garment.picture)
        size, factor = rng.uniform(0.9, 1.1), rng.choice([1.08, 1.1, 1 / 1.08, 1 / 1.1])
        lit = taken_again(garment.picture, rng)
        larger = envelope(reader, resized(lit, size, size))
        wider = envelope(reader, resized(lit, factor, 1.0))
        if own and larger and wider:
            same.append(abs(outline.stretch(larger, own)))
            stretched.append(abs(outline.stretch(wider, own)))

    assert len(same) > 50
    assert np.mean(np.array(stretched) > STRETCH_LIMIT) >= 0.95
    assert np.mean(np.array(same) > STRETCH_LIMIT) <= 0.02


def resized(picture: Picture, across: float, down: float) -> Picture:
    shown = cv2.resize(picture, None, fx=across, fy=down, interpolation=cv2.INTER_AREA)
    return np.asarray(shown, np.uint8)


def without_sleeves(mask: Alpha) -> Alpha | None:
    """The mask with everything cut off that reaches beyond the body; None for hanging sleeves."""
    inside = mask > 0.5
    rows = np.flatnonzero(inside.any(axis=1))
    lower = inside[(rows[0] + rows[-1]) // 2 : rows[-1]]
    body = np.flatnonzero(lower.mean(axis=0) > 0.35)
    if len(body) < 5:
        return None
    air = int(0.12 * (body[-1] - body[0]))
    cut = inside.copy()
    cut[:, : max(0, body[0] - air)] = False
    cut[:, body[-1] + air :] = False
    return cut.astype(np.float32) if cut.sum() < 0.95 * inside.sum() else None


def softened(mask: Alpha) -> Alpha:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.5), np.float32)


def test_long_sleeves_that_became_short_are_found(shared_photos: Path, shared_masks: Path) -> None:
    kinds = frozenset({"long-sleeve top", "shirt", "hoodie", "outerwear", "blazer"})
    found, same = [], []
    for garment in garments(shared_photos, shared_masks, 400, side_px=533, among=kinds):
        short = without_sleeves(garment.mask)
        if short is None:
            continue
        own = outline.envelope_of(garment.mask)
        cut, soft = (outline.envelope_of(softened(m)) for m in (short, garment.mask))
        if own and cut and soft:
            found.append(outline.outline_distance(own, cut))
            same.append(outline.outline_distance(own, soft))

    assert len(found) >= 15
    assert np.mean(np.array(found) > SLEEVE_LIMIT) >= 0.95
    assert np.mean(np.array(same) > SLEEVE_LIMIT) <= 0.02


def test_patterns_and_spectrum_in_closed_form() -> None:
    flat = np.full((fabric.PATCH_PX, fabric.PATCH_PX), 50.0)
    # On a flat patch every neighbour equals the centre: one pattern only, at each of three radii.
    assert np.count_nonzero(fabric.patterns(flat)) == 3
    assert np.square(fabric.patterns(flat)).sum() == pytest.approx(3)
    assert fabric.spectrum(flat) == pytest.approx(np.log(1e-3))
    # A stripe of 8 px is one frequency, 1/8: its band holds all of the power.
    stripes = 50 + 10 * np.sin(2 * np.pi * np.arange(fabric.PATCH_PX) / 8)[None] + 0 * flat
    edges = np.geomspace(1.5 / fabric.PATCH_PX, 0.5, fabric.BANDS + 1)
    assert np.argmax(fabric.spectrum(stripes)) == np.digitize(1 / 8, edges) - 1
    turned = np.ascontiguousarray(stripes.T)
    assert fabric.spectrum(turned) == pytest.approx(fabric.spectrum(stripes))


def test_a_swapped_fabric_is_ranked_behind_the_garments_own(
    shared_photos: Path, shared_masks: Path
) -> None:
    halves = []
    for garment in garments(shared_photos, shared_masks, 50, side_px=533):
        corners = fabric.places(garment.mask)
        if len(corners) >= 4:
            sides = [cloth_at(garment, corners[k::2]) for k in (0, 1)]
            halves.append(sides)

    right = [
        fabric.fabric_distance(one[0], one[1]) < fabric.fabric_distance(one[0], other[1])
        for k, one in enumerate(halves)
        for other in halves[:k] + halves[k + 1 :]
    ]
    own = [fabric.fabric_distance(one, other) for one, other in halves]

    assert len(halves) > 30
    assert np.mean(right) >= 0.90
    assert 0.6 < np.median(own) < 1.4  # 1 is what two places on one garment differ by


def cloth_at(garment: Garment, corners: list[tuple[int, int]]) -> fabric.Fabric:
    light = to_lab(garment.picture)[..., 0]
    side = fabric.PATCH_PX
    cut = [light[top : top + side, left : left + side] for top, left in corners]
    return fabric.Fabric(
        np.mean([fabric.patterns(c) for c in cut], axis=0),
        np.mean([fabric.spectrum(c) for c in cut], axis=0),
    )


def printed(photos: Path, masks: Path) -> list[Picture]:
    """Squares inside garments that hold enough detail to be recognised by."""
    found, side = [], 140
    for garment in garments(photos, masks, 150, side_px=533):
        depth = cv2.distanceTransform((garment.mask > 0.5).astype(np.uint8), cv2.DIST_C, 3)
        y, x = (int(v) for v in np.unravel_index(int(depth.argmax()), depth.shape))
        top, left = max(0, y - side // 2), max(0, x - side // 2)
        square = garment.picture[top : top + side, left : left + side]
        if square.shape == (side, side, 3) and (prints.print_match(square, square) or 0) > 0.9:
            found.append(np.ascontiguousarray(square))
    return found[:45]


def test_mirrored_blurred_and_swapped_prints_are_told_from_the_real_one(
    shared_photos: Path, shared_masks: Path
) -> None:
    rng = np.random.default_rng(3)
    wanted = printed(shared_photos, shared_masks)
    shown: dict[str, list[Picture]] = {
        name: [] for name in ("same", "mirrored", "blurred", "swapped")
    }
    for k, one in enumerate(wanted):
        turn = cv2.getRotationMatrix2D((70, 70), rng.uniform(-5, 5), rng.uniform(0.92, 1.08))
        moved = cv2.warpAffine(one, turn, (140, 140), borderMode=cv2.BORDER_REFLECT)
        again = jpeg(np.asarray(moved, np.uint8), 75)
        shown["same"].append(again)
        shown["mirrored"].append(np.ascontiguousarray(again[:, ::-1]))
        shown["blurred"].append(np.asarray(cv2.GaussianBlur(again, (0, 0), 3), np.uint8))
        shown["swapped"].append(wanted[(k + 1) % len(wanted)])

    match = {
        name: np.array([prints.print_match(a, b) or 0.0 for a, b in zip(wanted, seen, strict=True)])
        for name, seen in shown.items()
    }

    assert len(wanted) >= 40
    assert np.mean(match["same"] < PRINT_LIMIT) <= 0.05
    for fault in ("mirrored", "blurred", "swapped"):
        assert np.mean(match[fault] < PRINT_LIMIT) >= 0.95, fault


def test_a_plain_cloth_holds_no_print_to_look_for() -> None:
    plain = np.full((99, 99, 3), 90, np.uint8)

    assert prints.print_match(plain, plain) is None
