"""Silhouettes of garments laid flat, as smooth closed curves.

Coordinates are pixels on a 600 × 800 canvas with its origin in the garment's middle, x to the
right, y down. Each garment is drawn for its right half and mirrored, then laid with small
differences left and right by `scene.lay`. A `Piece` is one cut of cloth; later pieces lie on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]
"""(N, 2) points x, y."""
Corner = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Piece:
    """One cut of cloth: closed outline, the angle of its grain, seams drawn on it, its part."""

    outline: Curve
    grain: float = 0.0  # degrees from vertical; folds run along it
    seams: tuple[Curve, ...] = ()
    stitches: tuple[Curve, ...] = ()
    part: str = "shell"  # "shell", "rib" or "inside"
    thickness: float = 5.0  # px of height that the piece stands above what is below it


@dataclass(frozen=True, slots=True)
class Pattern:
    """All pieces of a garment, buttons, and where folds start (x, y, angle in degrees, length)."""

    pieces: tuple[Piece, ...]
    folds: tuple[tuple[float, float, float, float], ...] = ()
    buttons: tuple[tuple[float, float], ...] = field(default=())


def beyond(end: Curve, neighbour: Curve) -> Curve:
    """The point that a curve would reach past its end; on the middle line, its mirror image."""
    if end[0] == 0 and neighbour[0] != 0:
        return np.array([-neighbour[0], neighbour[1]])
    return np.asarray(2 * end - neighbour, dtype=np.float64)


def smooth(points: Corner, samples: int = 24) -> Curve:
    """Catmull-Rom curve through the points, without a kink where it meets its mirror image.

    E. Catmull, R. Rom, "A class of local interpolating splines" (1974).
    """
    p = np.asarray(points, dtype=np.float64)
    padded = np.vstack([beyond(p[0], p[1]), p, beyond(p[-1], p[-2])])
    t = np.linspace(0, 1, samples, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(padded[:-3], padded[1:-2], padded[2:-1], padded[3:], strict=True):
        parts.append(
            0.5
            * (
                2 * b
                + (c - a) * t
                + (2 * a - 5 * b + 4 * c - d) * t**2
                + (3 * b - a - 3 * c + d) * t**3
            )
        )
    return np.asarray(np.vstack([*parts, p[-1:]]), dtype=np.float64)


def mirrored(curve: Curve) -> Curve:
    """The same curve on the left."""
    return np.asarray(curve * np.array([-1.0, 1.0]), dtype=np.float64)


def closed(half: Sequence[Corner]) -> Curve:
    """A symmetric outline from the smooth runs of its right half, top to bottom."""
    right = np.vstack([smooth(run) for run in half])
    return np.vstack([right, mirrored(right)[::-1]])


def loop(runs: Sequence[Corner]) -> Curve:
    """A closed outline from smooth runs, each starting where the one before ended."""
    return np.vstack([smooth(run) for run in runs])


def pair(right: Piece) -> tuple[Piece, Piece]:
    """A piece's mirror image, and the piece."""
    left = Piece(
        mirrored(right.outline)[::-1],
        -right.grain,
        tuple(mirrored(s) for s in right.seams),
        tuple(mirrored(s) for s in right.stitches),
        right.part,
        right.thickness,
    )
    return left, right


def hem_lines(half_width: float, y: float, sag: float, up: float) -> tuple[Curve, Curve]:
    """Two rows of stitching above a hem."""
    lower = smooth([(-half_width, y - up), (0, y + sag - up), (half_width, y - up)])
    return lower, lower - np.array([0, 5])


def ribbon(points: Corner, half: float) -> Curve:
    """A strip of cloth of constant width along a curve."""
    line = smooth(points)
    along = np.gradient(line, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return np.vstack([line + normal * half, (line - normal * half)[::-1]])
