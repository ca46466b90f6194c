"""Colour obedience: is the garment of the colour that was asked for?"""

from __future__ import annotations

import numpy as np

from muslin.imaging.colour import main_colours, to_lab
from muslin.imaging.types import Alpha, Picture
from muslin.validation.criteria import Criterion
from muslin.validation.metrics.obedience import against_base

NAME = "colour_obedience"
INSIDE = 0.5
LEAST_GARMENT = 0.01
"""Share of a picture below which there is no garment to name the colour of."""


def garment_found(mask: Alpha) -> bool:
    """Whether a mask holds enough of a garment to measure."""
    return float((mask > INSIDE).mean()) >= LEAST_GARMENT


def colour_obeyed(picture: Picture, mask: Alpha, asked: str) -> bool | None:
    """Whether the asked name is among the garment's main colours.

    None = no garment was found, or no colour was asked for.
    """
    if not asked or not garment_found(mask):
        return None
    pixels = np.asarray(to_lab(picture[mask > INSIDE]), np.float64)
    return asked in main_colours(pixels)


def criterion(base_share: float | None) -> Criterion:
    """The share of probes in the asked colour, against the base's share on the same probes."""
    return against_base(NAME, "in the colour that was asked for", base_share)
