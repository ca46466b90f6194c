"""Patterns of tops: t-shirts, sweatshirts, dresses, all cut from the same measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from examples.flatlay.outlines import (
    Pattern,
    Piece,
    closed,
    hem_lines,
    loop,
    mirrored,
    pair,
    smooth,
)


def neck_inside(width: float, top: float, back: float, front: float) -> Piece:
    """The back of the neck that is seen from the front, between its two edges."""
    return Piece(
        closed(
            [
                [(0, top + back), (width * 0.6, top + back * 0.6), (width, top)],
                [(width, top), (width * 0.74, top + front * 0.66), (0, top + front)],
            ]
        ),
        part="inside",
        thickness=1.0,
    )


def neck_band(width: float, top: float, front: float, band: float) -> Piece:
    """The ribbed band along the front of the neck."""
    outer = smooth([(0, top + front), (width * 0.74, top + front * 0.66), (width, top)])
    inner = smooth(
        [
            (width - band * 0.75, top - band * 0.05),
            (width * 0.74 - band * 0.7, top + front * 0.66 - band * 0.75),
            (0, top + front - band),
        ]
    )
    right = np.vstack([outer, inner])
    left = mirrored(right)
    n = len(outer)
    outline = np.vstack([left[:n][::-1], right[:n], right[n:], left[n:][::-1]])
    return Piece(
        outline, part="rib", thickness=2.0, seams=(np.vstack([mirrored(outer)[::-1], outer]),)
    )


@dataclass(frozen=True, slots=True)
class Top:
    """Measures of a top, in px; every top of the shoot is cut from these."""

    neck: float = 62
    front: float = 52
    shoulder: float = 150
    chest: float = 140
    waist: float = 134
    hem: float = 146
    length: float = 470
    sleeve: float = 150
    cuff: float = 30
    flare: float = 42  # degrees of the sleeve from vertical
    band: float = 13


def body(m: Top) -> Piece:
    """Front of a top, neck to hem."""
    top, armpit, end = -m.length / 2, -m.length / 2 + 138, m.length / 2
    outline = closed(
        [
            [(0, top + m.front), (m.neck * 0.74, top + m.front * 0.66), (m.neck, top)],
            [(m.neck, top), (m.shoulder, top + 32)],
            [(m.shoulder, top + 32), (m.shoulder - 14, top + 84), (m.chest, armpit)],
            [
                (m.chest, armpit),
                ((m.chest + m.waist) / 2, armpit + 60),
                (m.waist, armpit + (end - armpit) * 0.45),
                (m.hem, end - 6),
            ],
            [(m.hem, end - 6), (m.hem * 0.5, end + 2), (0, end + 5)],
        ]
    )
    armholes = smooth([(m.shoulder, top + 32), (m.shoulder - 14, top + 84), (m.chest, armpit)])
    return Piece(
        outline,
        seams=(armholes, mirrored(armholes)),
        stitches=hem_lines(m.hem - 2, end - 5, 9, 14),
    )


def sleeve(m: Top) -> Piece:
    """Right sleeve, from shoulder to cuff, under the body."""
    top, armpit = -m.length / 2, -m.length / 2 + 138
    angle = np.radians(m.flare)
    down = np.array([np.sin(angle), np.cos(angle)])
    across = np.array([np.cos(angle), -np.sin(angle)])
    shoulder, pit = np.array([m.shoulder - 3, top + 31]), np.array([m.chest - 16, armpit + 4])
    outer = shoulder + down * m.sleeve
    inner = outer - across * (2 * m.cuff)
    elbow = shoulder + down * m.sleeve * 0.5 + across * 6
    under = (pit + inner) / 2 - across * 3
    outline = loop(
        [
            [tuple(shoulder), tuple(elbow), tuple(outer)],
            [tuple(outer), tuple((outer + inner) / 2 + down * 3), tuple(inner)],
            [tuple(inner), tuple(under), tuple(pit)],
            [tuple(pit), tuple((pit + shoulder) / 2 - across * 20), tuple(shoulder)],
        ]
    )
    rows = tuple(
        smooth(
            [
                tuple(outer - down * u),
                tuple((outer + inner) / 2 - down * (u - 3)),
                tuple(inner - down * u),
            ]
        )
        for u in (11.0, 15.0)
    )
    return Piece(outline, grain=-m.flare, stitches=rows, thickness=4.0)


def top_folds(m: Top) -> tuple[tuple[float, float, float, float], ...]:
    """Where cloth pulls on a top: armpits to the middle, and above the hem."""
    pit = -m.length / 2 + 138
    return (
        (-m.chest + 8, pit, 62, 120),
        (m.chest - 8, pit, -62, 120),
        (-m.chest + 4, pit + 14, 30, 150),
        (m.chest - 4, pit + 10, -34, 140),
        (-40, m.length / 2 - 30, 172, 130),
        (60, m.length / 2 - 24, -170, 150),
        (m.waist - 10, 40, -84, 90),
        (-m.waist + 10, 60, 80, 80),
    )


def tee(m: Top) -> Pattern:
    """T-shirt or long-sleeved top with a ribbed neck, as its measures say."""
    top = -m.length / 2
    pieces = (
        neck_inside(m.neck, top, 12, m.front),
        *pair(sleeve(m)),
        body(m),
        neck_band(m.neck, top, m.front, m.band),
    )
    return Pattern(pieces, top_folds(m))


def ribbed_hem(m: Top) -> Piece:
    """A rib at the bottom of a sweatshirt or hoodie."""
    end = m.length / 2
    return Piece(
        closed(
            [
                [(0, end - 30), (m.hem - 6, end - 36)],
                [(m.hem - 6, end - 36), (m.hem - 14, end - 2)],
                [(m.hem - 14, end - 2), (0, end + 6)],
            ]
        ),
        part="rib",
        thickness=3.0,
        seams=(smooth([(-m.hem + 6, end - 36), (0, end - 30), (m.hem - 6, end - 36)]),),
    )


def cuff(m: Top) -> Piece:
    """A rib at the end of a long sleeve."""
    top = -m.length / 2
    angle = np.radians(m.flare)
    down = np.array([np.sin(angle), np.cos(angle)])
    across = np.array([np.cos(angle), -np.sin(angle)])
    outer = np.array([m.shoulder - 3, top + 31]) + down * (m.sleeve - 2) - across * 3
    inner = outer - across * (2 * m.cuff - 6)
    end = down * 30
    outline = loop(
        [
            [tuple(outer), tuple(outer + end - across * 3)],
            [tuple(outer + end - across * 3), tuple(inner + end + across * 3)],
            [tuple(inner + end + across * 3), tuple(inner)],
            [tuple(inner), tuple(outer)],
        ]
    )
    return Piece(
        outline,
        grain=-m.flare,
        part="rib",
        seams=(smooth([tuple(outer), tuple(inner)]),),
        thickness=3.0,
    )


def sweatshirt(m: Top) -> Pattern:
    """A top with ribbed cuffs and hem."""
    plain = tee(m)
    return Pattern((*plain.pieces, *pair(cuff(m)), ribbed_hem(m)), plain.folds)


def dress(m: Top, *, skirt: float, waist_y: float) -> Pattern:
    """A top that goes on as a skirt, `skirt` px wide at half its hem."""
    top, end = -m.length / 2, m.length / 2
    armpit = top + 120
    side = [
        (m.chest, armpit),
        (m.waist, waist_y),
        ((m.waist + skirt) / 2 + 6, (waist_y + end) / 2),
        (skirt, end - 14),
    ]
    front = Piece(
        closed(
            [
                [(0, top + m.front), (m.neck * 0.74, top + m.front * 0.66), (m.neck, top)],
                [(m.neck, top), (m.shoulder, top + 20)],
                [(m.shoulder, top + 20), (m.shoulder - 16, top + 70), (m.chest, armpit)],
                side,
                [(skirt, end - 14), (skirt * 0.5, end + 2), (0, end + 7)],
            ]
        ),
        seams=(smooth([(-m.waist, waist_y), (0, waist_y + 6), (m.waist, waist_y)]),),
        stitches=(smooth([(-skirt + 6, end - 30), (0, end - 8), (skirt - 6, end - 30)]),),
    )
    arms = pair(sleeve(m)) if m.sleeve > 0 else ()
    pleats = tuple(
        (x, waist_y + 8, -x * 0.14, (end - waist_y) * 0.85)
        for x in np.linspace(-m.waist * 0.8, m.waist * 0.8, 8)
    )
    pieces = (
        neck_inside(m.neck, top, 10, m.front),
        *arms,
        front,
        neck_band(m.neck, top, m.front, m.band),
    )
    return Pattern(
        pieces, ((-m.chest + 8, armpit, 55, 90), (m.chest - 8, armpit, -55, 90), *pleats)
    )
