"""Patterns of trousers, shorts and skirts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from examples.flatlay.outlines import Curve, Pattern, Piece, closed, hem_lines, ribbon, smooth


@dataclass(frozen=True, slots=True)
class Legs:
    """Measures of trousers or shorts, in px: half widths, the length, and the inner leg."""

    waist: float
    hip: float
    length: float
    hem: float
    inseam: float

    @property
    def top(self) -> float:
        """Y of the waist."""
        return -self.length / 2

    @property
    def end(self) -> float:
        """Y of the hems."""
        return self.length / 2

    @property
    def crotch(self) -> float:
        """Y where the legs meet."""
        return self.end - self.inseam

    @property
    def spread(self) -> float:
        """X of each leg's inner edge at the hem."""
        return 16 + self.inseam * 0.07


def legs_outline(m: Legs) -> Curve:
    """Both legs in one outline, waist to hems."""
    outer = m.spread + 2 * m.hem
    return closed(
        [
            [(0, m.top + 8), (m.waist, m.top)],
            [
                (m.waist, m.top),
                (m.hip, m.top + 110),
                (m.hip + m.spread * 0.4, m.crotch),
                (outer, m.end - 8),
            ],
            [(outer, m.end - 8), (m.spread + m.hem, m.end), (m.spread, m.end)],
            [(m.spread, m.end), (9 + m.spread * 0.3, m.crotch + m.inseam * 0.4), (0, m.crotch)],
        ]
    )


def leg_hem(m: Legs, side: int, up: float) -> Curve:
    """A row of stitching `up` px above the hem of the leg on one side (-1 or 1)."""
    return smooth(
        [
            (side * (m.spread + 3), m.end - up),
            (side * (m.spread + m.hem), m.end - up),
            (side * (m.spread + 2 * m.hem - 3), m.end - 7 - up),
        ]
    )


def pocket_edge(m: Legs, side: int) -> Curve:
    """The slanted edge of the pocket on one side (-1 or 1)."""
    return smooth(
        [
            (side * m.waist * 0.62, m.top + 36),
            (side * (m.hip - 16), m.top + 84),
            (side * (m.hip + 1), m.top + 104),
        ]
    )


def legs_front(m: Legs) -> Piece:
    """The front with fly, pockets and hems."""
    pockets = tuple(pocket_edge(m, side) for side in (-1, 1))
    fly = smooth([(26, m.top + 40), (25, m.top + 110), (2, m.top + 138)])
    hems = tuple(leg_hem(m, side, up) for side in (-1, 1) for up in (14, 18))
    return Piece(
        legs_outline(m),
        seams=(smooth([(0, m.top + 36), (0, m.crotch)]), *pockets),
        stitches=(*hems, fly, *(pocket + np.array([0, 6]) for pocket in pockets)),
        thickness=6.0,
    )


def waistband(waist: float, top: float) -> Piece:
    """The band at the waist, stitched along both edges."""
    return Piece(
        closed(
            [
                [(0, top + 5), (waist, top - 3)],
                [(waist, top - 3), (waist + 4, top + 30)],
                [(waist + 4, top + 30), (0, top + 38)],
            ]
        ),
        thickness=4.0,
        stitches=(
            smooth([(-waist, top + 3), (0, top + 10), (waist, top + 3)]),
            smooth([(-waist, top + 26), (0, top + 33), (waist, top + 26)]),
        ),
    )


def waist_inside(waist: float, top: float) -> Piece:
    """The inside of the back that is seen above the waistband."""
    return Piece(
        closed(
            [
                [(0, top - 12), (waist - 6, top - 10)],
                [(waist - 6, top - 10), (waist, top + 4)],
                [(waist, top + 4), (0, top + 10)],
            ]
        ),
        part="inside",
        thickness=1.0,
    )


def belt_loop(x: float, top: float) -> Piece:
    """A strip over the waistband at `x`."""
    return Piece(ribbon([(x, top - 6), (x * 1.01, top + 34)], 5.0), thickness=3.0)


def trousers(m: Legs) -> Pattern:
    """Trousers or shorts: waistband, fly, slanted pockets; folds start at crotch and knees."""
    knee = m.spread + m.hem
    folds = (
        (4, m.crotch - 4, -66, 110),
        (-4, m.crotch - 4, 66, 110),
        (6, m.crotch + 10, -30, 120),
        (-6, m.crotch + 10, 32, 120),
        (knee, m.crotch + m.inseam * 0.45, -80, 80),
        (-knee, m.crotch + m.inseam * 0.5, 76, 80),
    )
    pieces = (
        waist_inside(m.waist, m.top),
        legs_front(m),
        waistband(m.waist, m.top),
        *(belt_loop(x, m.top) for x in (-m.waist * 0.62, m.waist * 0.62)),
    )
    return Pattern(pieces, folds, ((0.0, m.top + 19.0),))


def skirt(*, waist: float, hem: float, length: float, pleats: int) -> Pattern:
    """A skirt from waistband to a curved hem; pleats hang from the band."""
    top, end = -length / 2, length / 2
    front = Piece(
        closed(
            [
                [(0, top + 20), (waist, top + 14)],
                [
                    (waist, top + 14),
                    ((waist * 1.1 + hem) / 2 + 8, top + length * 0.45),
                    (hem, end - 22),
                ],
                [(hem, end - 22), (hem * 0.52, end + 1), (0, end + 6)],
            ]
        ),
        stitches=hem_lines(hem - 8, end - 26, 30, 12),
    )
    band = Piece(
        closed(
            [
                [(0, top + 4), (waist, top - 3)],
                [(waist, top - 3), (waist + 3, top + 26)],
                [(waist + 3, top + 26), (0, top + 33)],
            ]
        ),
        thickness=3.0,
        stitches=(smooth([(-waist, top + 22), (0, top + 29), (waist, top + 22)]),),
    )
    hang = tuple(
        (x, top + 32, -x * (hem - waist) / waist * 0.22, length * 0.86)
        for x in np.linspace(-waist * 0.85, waist * 0.85, pleats)
    )
    return Pattern((front, band), hang)
