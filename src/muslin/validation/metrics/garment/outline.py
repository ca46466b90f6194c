"""Outline distance: has the garment the length, width and sleeves of the reference?

A garment's mask becomes an envelope that neither size nor place changes: how wide it is at every
height, as a share of its length. A body that is stretched changes all of it; a sleeve that is cut
short changes the widths at its height; a longer hem adds rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muslin.imaging.types import Alpha

NAME = "outline"
ROWS = 48
"""Heights that the envelope is read at: a sleeve is several of them."""
TRIM = 0.005
"""Share of the garment's pixels that may stick out at either end without counting: threads,
noise."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Widths (ROWS,) from top to bottom over the length, and the garment's share of that box."""

    widths: Floats
    spans: Floats

    @property
    def aspect(self) -> float:
        """Greatest span over length."""
        return float(np.quantile(self.spans, 0.95))


def envelope_of(mask: Alpha) -> Envelope | None:
    """The envelope of a garment; None where there is none."""
    inside = mask > 0.5
    if not inside.any():
        return None
    top, bottom = _ends(inside.sum(axis=1))
    length = bottom - top
    if length < ROWS:
        return None
    rows = inside[np.linspace(top, bottom - 1, ROWS).round().astype(int)]
    spans = np.array([_span(row) for row in rows], np.float64)
    return Envelope(widths=rows.sum(axis=1) / length, spans=spans / length)


def outline_distance(one: Envelope, other: Envelope) -> float:
    """How far two outlines differ, as a share of the mean span; 0 = the same.

    The spans at every height, from the leftmost to the rightmost pixel, are compared in either
    direction, since a mirrored garment is the same garment.
    """
    mean = (one.spans.mean() + other.spans.mean()) / 2
    return float(np.abs(one.spans - other.spans).mean() / mean)


def stretch(one: Envelope, other: Envelope) -> float:
    """By how much one garment is wider for its length than the other: 0.08 = 8 % wider."""
    return float(one.spans.mean() / other.spans.mean() - 1)


def _ends(counts: NDArray[np.int_]) -> tuple[int, int]:
    summed = np.cumsum(counts) / counts.sum()
    return int(np.searchsorted(summed, TRIM)), int(np.searchsorted(summed, 1 - TRIM)) + 1


def _span(row: NDArray[np.bool_]) -> int:
    places = np.flatnonzero(row)
    return int(places[-1] - places[0] + 1) if len(places) else 0
