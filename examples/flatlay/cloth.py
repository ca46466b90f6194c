"""Cloth in numbers: weave, colour, print, and the relief that light falls on.

Pictures here are linear light, float32 (H, W, 3); relief is height in pixels, float32 (H, W).
Everything is drawn at `SCALE` times the photo's size and made smaller at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Mask = NDArray[np.float32]
Rgb = tuple[int, int, int]
SCALE = 2

Weave = Literal["jersey", "poplin", "denim", "knit", "fleece", "linen"]
Print = Literal["plain", "stripes", "check", "dots", "melange", "pinstripe"]


@dataclass(frozen=True, slots=True)
class Cloth:
    """What a garment is made of: sRGB colours, weave, print, and how much it creases (0 to 1)."""

    colour: Rgb
    weave: Weave = "jersey"
    print: Print = "plain"
    second: Rgb = (240, 238, 232)
    creases: float = 0.5


def to_linear(colour: Rgb) -> Field:
    """SRGB 0..255 to linear light 0..1, (3,). Source: IEC 61966-2-1."""
    c = np.asarray(colour, dtype=np.float32) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_srgb(linear: Field) -> NDArray[np.uint8]:
    """Linear light to sRGB bytes, clipped. Source: IEC 61966-2-1."""
    c = np.clip(linear, 0, 1)
    coded = np.where(c <= 0.0031308, 12.92 * c, 1.055 * np.power(c, 1 / 2.4) - 0.055)
    return np.asarray(np.rint(coded * 255), dtype=np.uint8)


def blur(field: Field, sigma_x: float, sigma_y: float | None = None) -> Field:
    """Gaussian blur; a sigma of 0 leaves that direction as it is."""
    across = sigma_y if sigma_y is not None else sigma_x
    out = cv2.GaussianBlur(
        field, (0, 0), max(sigma_x, 0.01), sigmaY=max(across, 0.01), borderType=cv2.BORDER_REFLECT
    )
    return np.asarray(out, dtype=np.float32)


def noise(
    rng: np.random.Generator,
    shape: tuple[int, int],
    along: float,
    across: float,
    angle: float = 0.0,
) -> Field:
    """Smooth noise of mean 0 and deviation 1; `along` the vertical turned by `angle` degrees.

    Coarse noise is drawn small and enlarged: blurring costs with sigma, enlarging does not.
    """
    shrink = max(1.0, min(along, across) / 2)
    if angle == 0:
        size = (round(shape[0] / shrink) + 1, round(shape[1] / shrink) + 1)
        straight = blur(
            rng.standard_normal(size).astype(np.float32), across / shrink, along / shrink
        )
        return standard(cv2.resize(straight, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC))
    side = int(np.ceil(np.hypot(*shape) / shrink)) + 8
    fine = rng.standard_normal((side, side)).astype(np.float32)
    fine = blur(fine, across / shrink, along / shrink)
    middle = (side - 1) / 2
    turn = cv2.getRotationMatrix2D((middle, middle), angle, shrink)
    turn[0, 2] += (shape[1] - 1) / 2 - middle
    turn[1, 2] += (shape[0] - 1) / 2 - middle
    out = cv2.warpAffine(
        fine, turn, (shape[1], shape[0]), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    return standard(out)


def standard(field: Field | cv2.typing.MatLike) -> Field:
    """The same field with mean 0 and deviation 1."""
    centred = field - np.mean(field)
    return np.asarray(centred / (np.std(centred) + 1e-6), dtype=np.float32)


def creases(rng: np.random.Generator, shape: tuple[int, int], grain: float) -> Field:
    """Creases as cloth has them after folding and a hand's smoothing: few, long, sharp on top.

    Ridged noise (1 - |n|) along the grain, its coordinates bent by coarser noise so that no line
    is straight, faded in and out by coarser noise still.
    """
    bend_x = noise(rng, shape, 80, 80) * 14
    bend_y = noise(rng, shape, 80, 80) * 14
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    total = np.zeros(shape, np.float32)
    for along, across, angle, weight in (
        (150, 34, 8, 1.0),
        (90, 20, -24, 0.55),
        (60, 13, 38, 0.35),
    ):
        plain = noise(rng, shape, along, across, grain + angle)
        bent = cv2.remap(
            plain, x + bend_x, y + bend_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        ridge = np.exp(-np.abs(bent) * 2.2)
        fade = 1 / (1 + np.exp(-2.5 * (noise(rng, shape, 110, 110) - 0.35)))
        total += weight * np.asarray(ridge * fade, np.float32) * across / 13
    soft = noise(rng, shape, 120, 55, grain) * 1.6 + noise(rng, shape, 50, 26, grain + 15) * 0.5
    return blur(total, 1.6) * 1.35 + np.asarray(soft, np.float32)


def fold(shape: tuple[int, int], start: tuple[float, float], angle: float, length: float) -> Field:
    """One fold from `start` (x, y): a soft ridge, steep on one side, fading towards its end."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    turn = np.radians(angle)
    dx, dy = x - start[0], y - start[1]
    along = (dx * -np.sin(turn) + dy * np.cos(turn)) / length
    sideways = dx * np.cos(turn) + dy * np.sin(turn) + 10 * np.sin(along * 2.4) * along
    width = 5.0 + 15.0 * np.clip(along, 0, 1)
    profile = np.where(
        sideways > 0, np.exp(-((sideways / (1.7 * width)) ** 2)), np.exp(-((sideways / width) ** 2))
    )
    window = np.clip(along * 6, 0, 1) * np.clip(1.0 - along, 0, 1)
    return np.asarray(profile * np.where((along > 0) & (along < 1), window, 0), dtype=np.float32)


def weave_relief(
    rng: np.random.Generator, shape: tuple[int, int], weave: Weave, grain: float
) -> Field:
    """Fine relief of the threads, deviation about 1; what makes cloth look woven close up."""
    if weave == "denim":
        return noise(rng, shape, 5, 0.8, grain + 32) * 0.8 + noise(rng, shape, 1.2, 1.2) * 0.6
    if weave == "knit":
        y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
        turn = np.radians(grain)
        u = x * np.cos(turn) + y * np.sin(turn)
        v = -x * np.sin(turn) + y * np.cos(turn)
        purl = np.sin(2 * np.pi * u / 9) + 0.5 * np.sin(
            2 * np.pi * v / 7 + 2 * np.abs(np.sin(np.pi * u / 9))
        )
        return np.asarray(purl * 1.1, np.float32) + noise(rng, shape, 2, 2) * 0.4
    if weave == "fleece":
        return noise(rng, shape, 1.6, 1.6) * 0.8 + noise(rng, shape, 4, 4) * 0.4
    if weave in {"linen", "poplin"}:
        threads = noise(rng, shape, 9, 0.8, grain) + noise(rng, shape, 0.8, 9, grain)
        return threads * (0.6 if weave == "linen" else 0.28)
    return noise(rng, shape, 2.4, 1.0, grain) * 0.5


def rib_relief(shape: tuple[int, int], grain: float) -> Field:
    """Ribs of cuffs, bands and hems: one every 5 px of the photo, along the grain."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    turn = np.radians(grain)
    return (
        np.asarray(
            np.sin(2 * np.pi * (x * np.cos(turn) + y * np.sin(turn)) / (5 * SCALE)), np.float32
        )
        * 1.1
    )


def printed(rng: np.random.Generator, shape: tuple[int, int], cloth: Cloth, grain: float) -> Field:
    """Colour of the cloth, linear (H, W, 3), before light."""
    share = print_share(rng, shape, cloth, grain)[..., None]
    colour = to_linear(cloth.colour) * (1 - share) + to_linear(cloth.second) * share
    uneven = 1 + 0.025 * noise(rng, shape, 40, 40) + 0.02 * noise(rng, shape, 1.0, 1.0)
    if cloth.weave == "denim":
        uneven += 0.10 * noise(rng, shape, 14, 1.0, grain + 32) + 0.05 * noise(
            rng, shape, 120, 60, grain
        )
    return np.asarray(colour * uneven[..., None], dtype=np.float32)


def print_share(
    rng: np.random.Generator, shape: tuple[int, int], cloth: Cloth, grain: float
) -> Field:
    """Share of the second colour, 0 to 1; a print follows the grain and bends with the cloth."""
    if cloth.print == "plain":
        return np.zeros(shape, np.float32)
    if cloth.print == "melange":
        flecks = noise(rng, shape, 5, 0.9, grain) + 0.6 * noise(rng, shape, 9, 1.2, grain + 5)
        return np.asarray(np.clip(0.32 + 0.22 * flecks, 0, 1), np.float32)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    turn = np.radians(grain)
    wave_u, wave_v = noise(rng, shape, 90, 90) * 3.2, noise(rng, shape, 90, 90) * 3.2
    u = (x - shape[1] / 2) * np.cos(turn) + (y - shape[0] / 2) * np.sin(turn) + wave_u
    v = -(x - shape[1] / 2) * np.sin(turn) + (y - shape[0] / 2) * np.cos(turn) + wave_v
    return np.asarray(figure(cloth.print, u / SCALE, v / SCALE), dtype=np.float32)


def figure(kind: Print, u: Field, v: Field) -> Field:
    """A print's figure at cloth coordinates in px of the photo: `u` across, `v` along the grain."""

    def bar(t: Field, period: float, share: float) -> Field:
        distance = np.abs((t / period) % 1 - 0.5) * period
        return np.asarray(np.clip((share * period / 2 - distance) + 0.5, 0, 1), np.float32)

    if kind == "stripes":
        return bar(v, 26, 0.42)
    if kind == "pinstripe":
        return bar(u, 17, 0.10) * np.float32(0.7)
    if kind == "check":
        return np.asarray(0.5 * (bar(u, 40, 0.5) + bar(v, 40, 0.5)) * 0.9, np.float32)
    row = np.floor(v / 22)
    du = ((u + row * 11) % 22) - 11
    dv = (v % 22) - 11
    return np.asarray(np.clip(4.0 - np.hypot(du, dv) + 0.5, 0, 1), np.float32)
