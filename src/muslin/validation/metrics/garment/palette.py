"""Palette distance: how far are the colours of a garment of many colours from the reference's?

Each garment becomes a palette of up to five colours with their shares. The distance is what it
takes to turn one palette into the other: the least sum of shares times CIEDE2000, an earth mover's
distance (Rubner, Tomasi, Guibas, IJCV 40, 2000), solved as a linear programme.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from muslin.imaging.colour import delta_e_2000, to_lab
from muslin.imaging.types import Alpha, Picture
from muslin.validation.metrics.garment.tint import LEAST_PX, well_inside

COLOURS = 5
SAMPLE = 4000
ROUNDS = 12

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours (K, 3) in CIELAB and their shares (K,), which add up to 1."""

    colours: Floats
    shares: Floats


def palette_of(picture: Picture, mask: Alpha) -> Palette | None:
    """The palette of a garment; None where too little of it is seen.

    k-means (Lloyd, IEEE Trans. Inf. Theory 28, 1982), each centre started at the pixel farthest
    from those before it, so that the same picture always gives the same palette.
    """
    lab = to_lab(picture[well_inside(mask)])
    if len(lab) < LEAST_PX:
        return None
    lab = lab[:: max(1, len(lab) // SAMPLE)]
    centres = _started(lab)
    for _ in range(ROUNDS):
        member = _nearest(lab, centres)
        centres = np.stack(
            [lab[member == k].mean(0) if (member == k).any() else c for k, c in enumerate(centres)]
        )
    counts = np.bincount(_nearest(lab, centres), minlength=COLOURS)
    return Palette(centres[counts > 0], counts[counts > 0] / counts.sum())


def palette_distance(one: Palette, other: Palette) -> float:
    """ΔE00 by which one palette's colours have to move, in the mean, to become the other's."""
    cost = delta_e_2000(one.colours[:, None], other.colours[None])
    rows, columns = cost.shape
    leaving = np.kron(np.eye(rows), np.ones(columns))
    coming = np.kron(np.ones(rows), np.eye(columns))
    shares = np.concatenate([one.shares, other.shares])
    moved = linprog(
        cost.ravel(), A_eq=np.vstack([leaving, coming])[:-1], b_eq=shares[:-1], method="highs"
    )
    return float(moved.fun)


def _started(lab: Floats) -> Floats:
    centres = [np.median(lab, axis=0)]
    for _ in range(COLOURS - 1):
        away = np.min([np.square(lab - c).sum(-1) for c in centres], axis=0)
        centres.append(lab[int(np.argsort(away)[int(0.99 * (len(away) - 1))])])
    return np.stack(centres)


def _nearest(lab: Floats, centres: Floats) -> NDArray[np.intp]:
    return np.asarray(np.square(lab[:, None] - centres[None]).sum(-1).argmin(axis=1), np.intp)
