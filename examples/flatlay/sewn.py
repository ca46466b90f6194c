"""Tops that are sewn from more parts: a hood, a pouch, a collar, a placket."""

from __future__ import annotations

import numpy as np

from examples.flatlay.outlines import Pattern, Piece, closed, loop, pair, ribbon, smooth
from examples.flatlay.tops import Top, body, cuff, ribbed_hem, sleeve, top_folds


def hood(top: float) -> Piece:
    """A hood laid up above the neck at y = `top`."""
    return Piece(
        closed(
            [
                [(0, top - 92), (58, top - 84), (96, top - 42), (92, top + 6), (70, top + 30)],
                [(70, top + 30), (40, top + 62), (0, top + 76)],
            ]
        ),
        thickness=5.0,
        stitches=(
            smooth(
                [(-84, top + 12), (-66, top - 40), (0, top - 66), (66, top - 40), (84, top + 12)]
            ),
        ),
    )


def opening(top: float) -> Piece:
    """The inside of a hood, deeper than its edge."""
    return Piece(
        closed(
            [
                [(0, top - 58), (40, top - 44), (60, top + 2)],
                [(60, top + 2), (34, top + 40), (0, top + 60)],
            ]
        ),
        part="inside",
        thickness=-4.0,
    )


def pouch(end: float) -> Piece:
    """A pocket for both hands above the hem at y = `end`."""
    return Piece(
        closed(
            [
                [(0, end - 170), (58, end - 170)],
                [(58, end - 170), (80, end - 130), (104, end - 96)],
                [(104, end - 96), (102, end - 34)],
                [(102, end - 34), (0, end - 32)],
            ]
        ),
        thickness=3.5,
        stitches=(
            smooth([(53, end - 165), (75, end - 127), (98, end - 94)]),
            smooth([(-53, end - 165), (-75, end - 127), (-98, end - 94)]),
        ),
    )


def hoodie(m: Top) -> Pattern:
    """A sweatshirt with a hood laid up, a pouch pocket and two cords."""
    top, end = -m.length / 2, m.length / 2
    line = ribbon([(30, top + 46), (34, top + 90), (28, top + 140)], 3.2)
    pieces = (
        *pair(sleeve(m)),
        body(m),
        hood(top),
        opening(top),
        pouch(end),
        *pair(cuff(m)),
        ribbed_hem(m),
        *pair(Piece(line, part="rib", thickness=3.0)),
    )
    return Pattern(pieces, top_folds(m))


def placket(top: float, end: float) -> Piece:
    """The strip of a shirt's front that holds the buttons."""
    return Piece(
        loop(
            [
                [(-13, top + 40), (13, top + 40)],
                [(13, top + 40), (13, end + 2)],
                [(13, end + 2), (-13, end + 2)],
                [(-13, end + 2), (-13, top + 40)],
            ]
        ),
        thickness=2.0,
        stitches=(smooth([(-9, top + 52), (-9, end)]), smooth([(9, top + 52), (9, end)])),
    )


def collar_leaf(neck: float, top: float) -> Piece:
    """The right leaf of a shirt's collar."""
    return Piece(
        loop(
            [
                [(2, top + 44), (30, top + 18), (neck - 4, top - 20)],
                [(neck - 4, top - 20), (neck + 12, top + 6)],
                [(neck + 12, top + 6), (64, top + 62)],
                [(64, top + 62), (30, top + 54), (2, top + 44)],
            ]
        ),
        grain=30,
        thickness=5.0,
        stitches=(smooth([(8, top + 43), (34, top + 49), (60, top + 56), (neck + 7, top + 5)]),),
    )


def collar_stand(neck: float, top: float) -> Piece:
    """The inside of a shirt's collar."""
    return Piece(
        closed(
            [
                [(0, top - 26), (34, top - 27), (neck - 2, top - 20)],
                [(neck - 2, top - 20), (34, top + 22), (0, top + 46)],
            ]
        ),
        part="inside",
        thickness=1.0,
    )


def breast_pocket(top: float) -> Piece:
    """A pocket on the wearer's left."""
    return Piece(
        loop(
            [
                [(42, top + 150), (104, top + 150)],
                [(104, top + 150), (104, top + 208)],
                [(104, top + 208), (73, top + 224)],
                [(73, top + 224), (42, top + 208)],
                [(42, top + 208), (42, top + 150)],
            ]
        ),
        thickness=2.0,
        stitches=(smooth([(46, top + 162), (100, top + 162)]),),
    )


def shirt(m: Top) -> Pattern:
    """A woven shirt: collar, placket, buttons, a pocket, long or short sleeves."""
    top, end = -m.length / 2, m.length / 2
    pieces = (
        collar_stand(m.neck, top),
        *pair(sleeve(m)),
        body(m),
        placket(top, end),
        breast_pocket(top),
        *pair(collar_leaf(m.neck, top)),
    )
    buttons = tuple((0.0, float(y)) for y in np.linspace(top + 74, end - 54, 6))
    return Pattern(pieces, top_folds(m), buttons)
