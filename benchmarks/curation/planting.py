"""Faults, planted into photos: what a photographer, a phone or a careless export does to them.

Every fault takes a picture (H, W, 3) uint8 and chance, and gives a picture; all are saved as JPEG
at quality 92 without colour subsampling afterwards, so that saving is not what is found.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from muslin.domain.findings import GarmentBox
from muslin.imaging.types import Alpha, Picture

Fault = Callable[[Picture, random.Random], Picture]

_LINEAR = np.array(
    [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.arange(256) / 255]
)  # IEC 61966-2-1


def saved(picture: Picture, quality: int = 92) -> bytes:
    """A picture as JPEG."""
    file = BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality, subsampling=0)
    return file.getvalue()


def blurred(picture: Picture, _: random.Random) -> Picture:
    """Out of focus: σ = 1 % of the width."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.01 * picture.shape[1]), np.uint8)


def noisy(picture: Picture, chance: random.Random) -> Picture:
    """Grain of σ = 10 levels."""
    grain = np.random.default_rng(chance.getrandbits(32)).normal(0, 10, picture.shape)
    return np.clip(np.rint(picture + grain), 0, 255).astype(np.uint8)


def exposed(stops: float) -> Fault:
    """That many stops over or under, clipped as a sensor clips."""
    return lambda picture, _: _lit(picture, np.full(3, 2.0**stops))


def cast(gains: tuple[float, float, float]) -> Fault:
    """White balance off by gains of red, green and blue."""
    return lambda picture, _: _lit(picture, np.array(gains))


WARM, COOL = (1.25, 1.0, 0.7), (0.78, 1.0, 1.3)
"""A grey of L* 60 moves by 14 and by 12 Δa*b*: lamplight, and shade, at daylight balance."""


def tilted(degrees: float) -> Fault:
    """Turned, either way, and cropped so that no corner is empty."""

    def tilt(picture: Picture, chance: random.Random) -> Picture:
        height, width = picture.shape[:2]
        turn = chance.choice((-degrees, degrees))
        turned = Image.fromarray(picture).rotate(turn, Image.Resampling.BICUBIC)
        edge_x, edge_y = (round(0.0125 * degrees * side) for side in (width, height))
        return np.asarray(turned.crop((edge_x, edge_y, width - edge_x, height - edge_y)), np.uint8)

    return tilt


def cut_off(picture: Picture, box: GarmentBox, chance: random.Random) -> Picture:
    """Cropped so that 15 % of the garment's box is missing on one side."""
    height, width = picture.shape[:2]
    across, down = 0.15 * (box.right - box.left), 0.15 * (box.bottom - box.top)
    side = chance.choice(("left", "right", "top", "bottom"))
    left = round(width * (box.left + across)) if side == "left" else 0
    right = round(width * (box.right - across)) if side == "right" else width
    top = round(height * (box.top + down)) if side == "top" else 0
    bottom = round(height * (box.bottom - down)) if side == "bottom" else height
    return np.ascontiguousarray(picture[top:bottom, left:right])


def second_garment(
    picture: Picture, other: Picture, mask: Alpha, box: GarmentBox, chance: random.Random
) -> Picture:
    """Another photo's garment, two fifths of the picture high or wide, laid into a corner."""
    tall, wide = other.shape[:2]
    rows = slice(int(box.top * tall), int(np.ceil(box.bottom * tall)))
    columns = slice(int(box.left * wide), int(np.ceil(box.right * wide)))
    alpha = np.asarray(cv2.resize(mask, (wide, tall)), np.float32)[rows, columns]
    height, width = picture.shape[:2]
    scale = 0.4 * min(height / alpha.shape[0], width / alpha.shape[1])
    size = (max(8, round(alpha.shape[1] * scale)), max(8, round(alpha.shape[0] * scale)))
    garment = cv2.resize(other[rows, columns], size, interpolation=cv2.INTER_AREA)
    soft = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA))[..., None]
    x = 4 if chance.random() < 0.5 else width - size[0] - 4
    y = 4 if chance.random() < 0.5 else height - size[1] - 4
    laid = picture.copy()
    under = laid[y : y + size[1], x : x + size[0]]
    laid[y : y + size[1], x : x + size[0]] = np.rint(garment * soft + under * (1 - soft))
    return laid


def side_by_side(picture: Picture, other: Picture, _: random.Random) -> Picture:
    """Two garments of the brand on one backdrop: two photos next to each other, the seam blended.

    The seam is a tenth of the width; the photos are brought to one height.
    """
    height, width = picture.shape[:2]
    scaled = cv2.resize(other, (width, height), interpolation=cv2.INTER_AREA)
    seam = max(2, width // 10)
    ramp = np.linspace(1, 0, seam)[None, :, None]
    blended = np.rint(picture[:, -seam:] * ramp + scaled[:, :seam] * (1 - ramp))
    parts = (picture[:, :-seam], blended.astype(np.uint8), np.asarray(scaled, np.uint8)[:, seam:])
    return np.asarray(np.concatenate(parts, axis=1), np.uint8)


def marked(place: float) -> Fault:
    """A shop's name at 60 % opacity and 4.5 % of the height, `place` down; ink that contrasts."""

    def mark(picture: Picture, chance: random.Random) -> Picture:
        height, width = picture.shape[:2]
        font = ImageFont.load_default(round(0.045 * height))
        words = "www.shop.example"
        layer = Image.new("L", (width, height), 0)
        pen = ImageDraw.Draw(layer)
        long = pen.textlength(words, font=font)
        x, y = chance.uniform(8, max(9.0, width - long - 8)), place * height
        pen.text((x, y), words, 153, font=font)
        alpha = np.asarray(layer, np.float64)[..., None] / 255
        under = picture[int(y) : int(y + 0.05 * height), int(x) : int(x + long)].mean()
        ink = 255.0 if under < 150 else 20.0
        marked_picture = np.rint(picture * (1 - alpha) + ink * alpha)
        return np.asarray(marked_picture, np.uint8)

    return mark


def resized(picture: Picture, _: random.Random) -> Picture:
    """Three fifths of its size."""
    return np.asarray(cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA))


def recompressed(picture: Picture, _: random.Random) -> Picture:
    """Once through JPEG 40."""
    return np.asarray(Image.open(BytesIO(saved(picture, 40))).convert("RGB"), np.uint8)


def cropped(keep: float) -> Fault:
    """A rectangle of `keep` times both sides, anywhere."""

    def crop(picture: Picture, chance: random.Random) -> Picture:
        height, width = (round(keep * side) for side in picture.shape[:2])
        y, x = (
            chance.randint(0, whole - part)
            for whole, part in zip(picture.shape[:2], (height, width), strict=True)
        )
        return np.ascontiguousarray(picture[y : y + height, x : x + width])

    return crop


def mirrored(picture: Picture, _: random.Random) -> Picture:
    """Left to right."""
    return np.ascontiguousarray(picture[:, ::-1])


def _lit(picture: Picture, gains: NDArray[np.float64]) -> Picture:
    """Light multiplied by gains (3,), clipped, back to sRGB."""
    light = np.clip(_LINEAR[picture] * gains, 0, 1)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(255 * coded), np.uint8)
