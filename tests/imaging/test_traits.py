"""Each trait against a picture whose trait is known, because it was drawn with it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from muslin.imaging.colour import to_lab
from muslin.imaging.open import open_photo
from muslin.imaging.sharpness import steepness
from muslin.imaging.traits.frame import parts, read_frame
from muslin.imaging.traits.grain import blocking, noise
from muslin.imaging.traits.keypoints import SAME_PLACES, corners, keypoints, same_places
from muslin.imaging.traits.lettering import lettering
from muslin.imaging.traits.light import read_light
from muslin.imaging.traits.tilt import tilt
from muslin.imaging.types import Picture
from tests.imaging.pictures import as_file

Floats = NDArray[np.float32]
SHAPE = (256, 192)
NOWHERE = np.zeros(SHAPE, np.bool_)


def a_slope() -> Floats:
    """Light that falls off evenly, (256, 192)."""
    return np.asarray(np.linspace(80, 160, 192)[None] + np.zeros((256, 1)), np.float32)


def a_box(left: int = 56, top: int = 64, right: int = 136, bottom: int = 192) -> NDArray[np.bool_]:
    found = NOWHERE.copy()
    found[top:bottom, left:right] = True
    return found


def a_photo(found: NDArray[np.bool_]) -> Picture:
    """A navy garment on beige."""
    return np.where(found[..., None], (30, 40, 90), (225, 205, 170)).astype(np.uint8)


def a_scene(seed: int) -> Picture:
    """A photo full of corners, unlike any other."""
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", (480, 640), (225, 205, 170))
    pen = ImageDraw.Draw(picture)
    for _ in range(80):
        x, y, size = (int(v) for v in rng.integers((0, 0, 10), (480, 640, 60)))
        pen.rectangle(
            (x, y, x + size, y + size // 2), tuple(int(v) for v in rng.integers(0, 255, 3))
        )
    return np.asarray(picture, np.uint8)


def points(picture: Picture) -> str:
    small = cv2.resize(picture, (192, 256), interpolation=cv2.INTER_AREA)
    return keypoints(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8))


@pytest.mark.parametrize("sigma", [2.0, 10.0])
def test_noise_reads_the_grain_that_was_added_and_neither_slopes_nor_edges(sigma: float) -> None:
    grain = np.random.default_rng(0).normal(0, sigma, SHAPE).astype(np.float32)
    edged = a_slope() + 60 * a_box()

    assert noise(np.asarray(edged, np.float32)) < 0.1
    assert noise(np.asarray(edged + grain, np.float32)) == pytest.approx(sigma, rel=0.1)


def test_the_blocks_of_a_poor_jpeg_stand_out_and_those_of_a_good_one_do_not() -> None:
    soft = np.random.default_rng(0).normal(0, 1, (64, 48, 3))
    cloud = cv2.resize(soft, (384, 512), interpolation=cv2.INTER_CUBIC) * 20 + 128
    photo = np.clip(cloud, 0, 255).astype(np.uint8)

    def blocks(quality: int) -> float:
        decoded = open_photo(as_file(photo, "JPEG", quality=quality)).picture
        return blocking(np.asarray(cv2.cvtColor(decoded, cv2.COLOR_RGB2GRAY), np.float32))

    assert blocks(10) > blocks(40) > blocks(95)
    assert blocks(10) > 2.5
    assert blocks(95) < 0.5


@pytest.mark.parametrize("sigma", [1.5, 3.0, 4.0])
def test_a_soft_step_is_as_steep_as_its_lens_allows(sigma: float) -> None:
    step = np.where(np.arange(192) < 96, 40.0, 200.0)[None] + np.zeros((256, 1))
    drawn = cv2.GaussianBlur(step, (0, 0), sigma).astype(np.float32)

    found = steepness(drawn, ~NOWHERE)

    # over the window's 13 px a wide step does not come to its end: erf(6 / (σ √2)) of it
    assert found == pytest.approx(1 / (sigma * np.sqrt(2 * np.pi)), rel=0.25)


def test_a_flat_picture_has_no_step_to_judge() -> None:
    assert steepness(a_slope() * 0 + 99, ~NOWHERE) is None


def test_one_garment_is_one_part_and_two_that_lie_apart_are_two() -> None:
    assert parts(NOWHERE) == 0
    assert parts(a_box()) == 1
    assert parts(a_box(right=90) | a_box(left=110)) == 2
    assert parts(a_box() | a_box(4, 4, 8, 8)) == 1


def test_a_mask_that_bridges_two_garments_does_not_make_them_one() -> None:
    apart = a_box(left=20, right=80) | a_box(left=110, right=170)
    bridge = a_box(left=20, top=110, right=170, bottom=140)

    assert parts(apart | bridge) == 1
    assert read_frame(to_lab(a_photo(apart)), apart | bridge).parts == 2


def test_a_garment_that_runs_out_of_the_frame_touches_it() -> None:
    whole, cut = a_box(), a_box(left=0)

    assert read_frame(to_lab(a_photo(whole)), whole).touching == 0
    assert read_frame(to_lab(a_photo(cut)), cut).touching == pytest.approx(0.5, abs=0.05)


def test_a_mask_that_shrinks_at_the_edge_does_not_hide_that_the_garment_is_cut_off() -> None:
    drawn, seen = a_box(left=0), a_box(left=14)

    assert read_frame(to_lab(a_photo(drawn)), seen).touching == pytest.approx(0.5, abs=0.08)


def test_a_thing_beside_the_garment_is_clutter_and_its_shadow_is_not() -> None:
    picture = a_photo(a_box())
    shadow = picture.copy()
    shadow[200:230, 40:140] = (187, 170, 141)
    shoe = picture.copy()
    shoe[10:40, 140:180] = (20, 120, 60)

    assert read_frame(to_lab(picture), a_box()).clutter == 0
    assert read_frame(to_lab(shadow), a_box()).clutter == 0
    assert read_frame(to_lab(shoe), a_box()).clutter == pytest.approx(1200 / 49152, rel=0.3)


@pytest.mark.parametrize(("ink", "paper"), [(250, 120), (20, 200)])
def test_a_shop_name_beside_the_garment_is_read_as_letters(ink: int, paper: int) -> None:
    picture = Image.new("L", (400, 533), paper)
    words = ImageDraw.Draw(picture)
    words.text((60, 490), "www.shop.example", ink, font=ImageFont.load_default(24))
    plain = np.full((533, 400), paper, np.float32)
    nowhere = np.zeros((533, 400), np.bool_)

    assert lettering(plain, nowhere) == 0
    assert 4 <= lettering(np.asarray(picture, np.float32), nowhere) <= 20
    assert lettering(np.asarray(picture, np.float32), ~nowhere) == 0  # a print on the garment


@pytest.mark.parametrize("degrees", [-8.0, -4.0, 0.0, 4.0, 8.0])
def test_a_turned_garment_is_tilted_by_that_much(degrees: float) -> None:
    turn = cv2.getRotationMatrix2D((96, 128), -degrees, 1)
    turned = cv2.warpAffine(a_box().astype(np.float32), turn, (192, 256)) > 0.5

    assert tilt(turned) == pytest.approx(degrees, abs=0.6)


def test_what_has_no_axis_has_no_tilt() -> None:
    rows, columns = np.indices(SHAPE)
    triangle = (rows > 60) & (columns > 40) & (rows + 2 * columns < 330)

    assert tilt(triangle) is None
    assert tilt(NOWHERE) is None


@pytest.mark.parametrize(
    ("shift", "degrees"), [((0, 16), 0), ((16, 0), 270), ((0, -16), 180), ((-16, 0), 90)]
)
def test_light_comes_from_where_the_shadow_is_not(shift: tuple[int, int], degrees: float) -> None:
    right, down = shift
    shade = np.roll(a_box(), (down, right), axis=(0, 1)) & ~a_box()
    lightness = np.where(shade, 60.0, 90.0)

    found = read_light(lightness, a_box(), texture=0.2)

    assert found.degrees is not None
    assert abs((found.degrees - degrees + 180) % 360 - 180) < 20


def test_a_hard_shadow_is_harder_than_a_soft_one_and_no_shadow_is_neither() -> None:
    shade = np.roll(a_box(), (8, 8), axis=(0, 1)) & ~a_box()
    hard = np.where(shade, 60.0, 90.0)
    soft = np.asarray(cv2.GaussianBlur(hard, (0, 0), 5), np.float64)

    crisp, blurred = (read_light(light, a_box(), 0.2).hardness for light in (hard, soft))

    assert crisp is not None
    assert blurred is not None
    assert crisp > 2 * blurred
    assert read_light(np.full(SHAPE, 90.0), a_box(), 0.2).hardness is None
    assert read_light(hard, a_box(), texture=15.0).hardness is None


def test_a_crop_is_found_again_and_another_scene_is_not() -> None:
    scene, crop = a_scene(1), a_scene(1)[40:600, 60:470]

    assert same_places(corners(points(scene)), corners(points(crop))) >= SAME_PLACES
    assert same_places(corners(points(scene)), corners(points(a_scene(2)))) < SAME_PLACES
    assert points(np.full((640, 480, 3), 99, np.uint8)) == ""
    assert same_places(corners(""), corners(points(scene))) == 0
