"""The table, the window and the camera: a garment laid on linen becomes a photo.

Light is one window at the top left (a key light with a soft edge) and the room's reflection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.flatlay.cloth import (
    SCALE,
    Cloth,
    Field,
    Mask,
    Rgb,
    blur,
    creases,
    fold,
    noise,
    printed,
    rib_relief,
    to_linear,
    to_srgb,
    weave_relief,
)
from examples.flatlay.outlines import Curve, Pattern, Piece

WIDTH, HEIGHT = 600, 800
SHAPE = (HEIGHT * SCALE, WIDTH * SCALE)
KEY = np.array([-0.50, -0.58, 0.64])  # towards the window: left, up, above the table
KEY_COLOUR = np.array([1.03, 1.0, 0.95], np.float32)  # morning sun through a thin curtain
ROOM_COLOUR = np.array([0.95, 1.0, 1.06], np.float32)  # sky from the rest of the room


@dataclass(frozen=True, slots=True)
class Laying:
    """How a garment lies: turned (degrees), shifted (px) and scaled."""

    turn: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0


@dataclass
class Pile:
    """What has been laid so far: colour (H, W, 3) linear, relief (H, W) px, cover (H, W)."""

    colour: Field
    relief: Field
    cover: Mask
    gloom: Field  # 1 = open to the room, less inside a neck


def placed(curve: Curve, laying: Laying) -> Curve:
    """Garment coordinates to canvas pixels at drawing size."""
    turn = np.radians(laying.turn)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.array([WIDTH / 2, HEIGHT / 2]) + laying.shift
    return np.asarray((curve @ rotation.T * laying.scale + middle) * SCALE, dtype=np.float64)


def box_of(outline: Curve, air: int = 24) -> tuple[slice, slice]:
    """Rows and columns of the canvas that an outline needs, with `air` px around it."""
    low, high = outline.min(axis=0) - air, outline.max(axis=0) + air
    rows = slice(max(0, int(low[1])), min(SHAPE[0], int(high[1]) + 1))
    return rows, slice(max(0, int(low[0])), min(SHAPE[1], int(high[0]) + 1))


def filled(outline: Curve, wobble: tuple[Field, Field]) -> Mask:
    """Mask of a closed outline whose edge is a little uneven, as cut and laid cloth is."""
    shape = wobble[0].shape
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.rint(outline * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    bent = cv2.remap(mask, x + wobble[0], y + wobble[1], cv2.INTER_LINEAR)
    return np.asarray(bent / np.float32(255), dtype=np.float32)


def drawn(
    curves: Sequence[Curve],
    shape: tuple[int, int],
    width: float,
    dash: tuple[int, int] | None = None,
) -> Mask:
    """Lines as a mask; `dash` gives the points drawn and left out in turn, for stitches."""
    mask = np.zeros(shape, np.uint8)
    thick = max(1, round(width * SCALE))
    for curve in curves:
        points = evenly(curve, 2.0)
        step, gap = dash if dash is not None else (len(points), 0)
        for start in range(0, len(points) - 1, step + gap):
            run = np.rint(points[start : start + step + 1] * 16).astype(np.int32)
            cv2.polylines(mask, [run], False, 255, thick, cv2.LINE_AA, 4)
    return np.asarray(mask / np.float32(255), dtype=np.float32)


def evenly(curve: Curve, step: float) -> Curve:
    """The same curve with a point every `step` px."""
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    at = np.arange(0, lengths[-1], step)
    return np.stack([np.interp(at, lengths, curve[:, k]) for k in (0, 1)], axis=1)


def rounded(mask: Mask, thickness: float) -> Field:
    """Height of a laid piece: flat on top, rounded at its edge like a thin pillow."""
    inside = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    edge = np.sqrt(np.clip(inside / (7.0 * SCALE), 0, 1))
    swell = np.clip(inside / (70.0 * SCALE), 0, 1)
    return np.asarray(thickness * edge + 5.0 * swell, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Cut:
    """One piece as it will lie: its place on the canvas, mask, colour and relief."""

    place: tuple[slice, slice]
    mask: Mask
    colour: Field
    relief: Field


def cut(piece: Piece, laying: Laying, cloth: Cloth, rng: np.random.Generator) -> Cut:
    """Cut a piece out of cloth and sew what is on it: relief of folds, weave, seams, stitches."""
    outline = placed(piece.outline, laying)
    place = box_of(outline)
    corner = np.array([place[1].start, place[0].start])
    shape = (place[0].stop - place[0].start, place[1].stop - place[1].start)
    wobble = (noise(rng, shape, 36, 36) * 1.6, noise(rng, shape, 36, 36) * 1.6)
    mask = filled(outline - corner, wobble)
    grain = piece.grain + laying.turn
    colour = printed(rng, shape, cloth, grain)
    relief = rounded(mask, piece.thickness)
    if piece.part == "rib":
        relief += rib_relief(shape, grain) * np.float32(0.9)
        colour *= np.float32(0.95)
    else:
        relief += weave_relief(rng, shape, cloth.weave, grain) * np.float32(0.22)
        relief += creases(rng, shape, grain) * np.float32(5.2 * cloth.creases)
    seams = drawn([placed(s, laying) - corner for s in piece.seams], shape, 1.0)
    stitches = drawn([placed(s, laying) - corner for s in piece.stitches], shape, 0.6, dash=(5, 2))
    relief -= 3.2 * blur(seams, 2.4) * SCALE + 0.6 * blur(stitches, 0.7)
    colour *= (1 - 0.22 * blur(seams, 1.1) - 0.16 * blur(stitches, 0.6))[..., None]
    return Cut(place, mask, colour, relief)


def lay_piece(pile: Pile, piece: Cut, gloom: float) -> None:
    """Lay a cut piece on what is there; it takes on half of the height below it."""
    mask = piece.mask
    below = blur(pile.relief[piece.place], 3.0) * 0.5
    for field, value in (
        (pile.relief, below + piece.relief),
        (pile.gloom, np.full_like(mask, gloom)),
        (pile.cover, np.ones_like(mask)),
    ):
        field[piece.place] += (value - field[piece.place]) * mask
    pile.colour[piece.place] += (piece.colour - pile.colour[piece.place]) * mask[..., None]


def lay_fold(
    pile: Pile, start: tuple[float, float], angle: float, length: float, height: float
) -> None:
    """Raise one fold on the garment, from `start` (canvas x, y) over `length` px."""
    around = np.array(start) + length * np.array([[-1.2, -1.2], [1.2, 1.2]])
    place = box_of(around, air=0)
    shape = (place[0].stop - place[0].start, place[1].stop - place[1].start)
    inside = (start[0] - place[1].start, start[1] - place[0].start)
    pile.relief[place] += (
        fold(shape, inside, angle, length) * pile.cover[place] * np.float32(height)
    )


def lay_buttons(pile: Pile, pattern: Pattern, laying: Laying, colour: Rgb) -> None:
    """Sew small round buttons on."""
    for button in pattern.buttons:
        x, y = placed(np.array([button]), laying)[0]
        disc = np.zeros(SHAPE, np.uint8)
        cv2.circle(
            disc, (round(x * 16), round(y * 16)), round(4.2 * SCALE * 16), 255, -1, cv2.LINE_AA, 4
        )
        mask = np.asarray(disc / np.float32(255), dtype=np.float32)
        pile.relief += 3.0 * blur(mask, 1.4)
        pile.colour += (to_linear(colour) - pile.colour) * mask[..., None]


def linen(colour: Rgb, rng: np.random.Generator) -> tuple[Field, Field]:
    """Colour and relief of the table cloth: uneven threads, thick places, a few soft waves."""
    threads = noise(rng, SHAPE, 30, 1.0) + noise(rng, SHAPE, 1.0, 30)
    slubs = np.clip(noise(rng, SHAPE, 60, 1.3) - 1.6, 0, 3) + np.clip(
        noise(rng, SHAPE, 1.3, 60) - 1.6, 0, 3
    )
    shade = 1 + 0.035 * threads + 0.05 * slubs + 0.02 * noise(rng, SHAPE, 1.2, 1.2)
    albedo = to_linear(colour) * shade[..., None]
    waves = noise(rng, SHAPE, 260, 120, 25) * 2.4 + creases(rng, SHAPE, 80) * 0.7
    return np.asarray(albedo, np.float32), np.asarray(
        0.28 * threads + 0.5 * slubs + waves, np.float32
    )


def window_light() -> Field:
    """How much of the window each place of the table sees: brightest at the top left, (H, W)."""
    y, x = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]].astype(np.float32)
    far = np.hypot(x / SHAPE[1] + 0.25, (y / SHAPE[0] + 0.20) * 1.2)
    return np.asarray(1.10 - 0.20 * far, dtype=np.float32)


def shadow(relief: Field, cover: Mask) -> Field:
    """Share of the key light kept from the table: contact, and a soft edge away from the window."""
    tall = np.asarray(cover * np.clip(relief, 0, 24) / 12, dtype=np.float32)
    total = np.zeros(SHAPE, np.float32)
    for reach, softness, weight in ((3, 2.0, 0.36), (9, 6.0, 0.40), (20, 14.0, 0.34)):
        right, down = 0.62 * reach * SCALE, 0.74 * reach * SCALE
        moved = np.array([[1, 0, right], [0, 1, down]], np.float32)
        cast = cv2.warpAffine(tall, moved, (SHAPE[1], SHAPE[0]))
        total += weight * blur(np.clip(np.asarray(cast, np.float32), 0, 1), softness * SCALE / 2)
    return np.asarray(np.clip(total, 0, 0.85), dtype=np.float32)


def lit(pile: Pile) -> Field:
    """Light the relief: Lambert's law for the window, hollows darker for the room's light."""
    relief = blur(pile.relief, 0.8)
    slope_x = cv2.Sobel(relief, cv2.CV_32F, 1, 0, ksize=3) / 8
    slope_y = cv2.Sobel(relief, cv2.CV_32F, 0, 1, ksize=3) / 8
    length = np.sqrt(1 + slope_x**2 + slope_y**2)
    facing = (KEY[0] * -slope_x + KEY[1] * -slope_y + KEY[2]) / length
    key = np.clip(facing / KEY[2], 0, 1.9) * window_light()
    key = key * (1 - shadow(pile.relief, pile.cover) * (1 - pile.cover))
    hollow = np.clip((blur(relief, 9.0 * SCALE) - relief) / 14, -0.15, 0.5)
    room = (1 - hollow) * pile.gloom
    light = (
        0.62 * key[..., None] * KEY_COLOUR * pile.gloom[..., None]
        + 0.38 * room[..., None] * ROOM_COLOUR
    )
    return np.asarray(pile.colour * light, dtype=np.float32)


def developed(light: Field, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The camera: lens blur, reduction to the photo's size, sensor noise, sRGB."""
    small = cv2.resize(blur(light, 0.9), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    grain = rng.standard_normal((HEIGHT, WIDTH, 3)).astype(np.float32)
    noisy = small + grain * (0.004 + 0.008 * np.sqrt(np.clip(small, 0, 1)))
    return to_srgb(np.asarray(noisy, np.float32))


def photograph(
    pattern: Pattern, cloth: Cloth, backdrop: Rgb, laying: Laying, seed: int
) -> NDArray[np.uint8]:
    """A photo of one garment on linen, (800, 600, 3) sRGB; the same seed, the same photo."""
    rng = np.random.default_rng(seed)
    albedo, ground = linen(backdrop, rng)
    pile = Pile(
        albedo, np.zeros(SHAPE, np.float32), np.zeros(SHAPE, np.float32), np.ones(SHAPE, np.float32)
    )
    for piece in pattern.pieces:
        gloom = 0.42 if piece.part == "inside" else 1.0
        lay_piece(pile, cut(piece, laying, cloth, rng), gloom)
    for x, y, angle, length in pattern.folds:
        start = placed(np.array([[x, y]]), laying)[0]
        turn = angle + laying.turn + rng.normal(0, 6)
        height = (6.5 + rng.normal(0, 1.5)) * (0.4 + cloth.creases)
        lay_fold(pile, (start[0], start[1]), turn, length * laying.scale * SCALE, height)
    lay_buttons(pile, pattern, laying, (236, 232, 222))
    pile.relief = np.asarray(pile.relief + ground * (1 - 0.75 * pile.cover), np.float32)
    return developed(lit(pile), rng)
