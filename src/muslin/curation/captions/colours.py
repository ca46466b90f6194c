"""Whether the colour that a caption names can be the colour that was measured."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from muslin.domain.findings import Measures
from muslin.imaging.colour import COLOUR_NAMES, Floats, delta_e_2000, name_colours, to_lab

FARTHEST = 12.0
"""ΔE00 between the garment's median and the nearest shade of the named colour that still is the
eye's matter. Light and camera shift a cloth by about 5 within one shoot (`COLOUR_WIDTH` of
`curation.backdrop`), and people draw the line between two colours elsewhere than we do."""
_SPELT = {"gray": "grey"}


def named_colours(text: str, brand: Mapping[str, str]) -> tuple[str, ...]:
    """The colours that a text names, in the studio's words and in the text's order.

    `brand` is what the brand calls each of the studio's colours.
    """
    meant = {word.casefold(): own for own, word in brand.items()} | _SPELT
    meant |= {name: name for name in COLOUR_NAMES}
    either = "|".join(re.escape(word) for word in sorted(meant, key=len, reverse=True))
    found = re.findall(rf"(?<![\w-])({either})(?![\w-])", text.casefold())
    return tuple(dict.fromkeys(meant[word] for word in found))


def contradicts(said: Sequence[str], measures: Measures) -> bool:
    """Whether not one of the named colours can be one of the garment's; False where none is."""
    return bool(said) and not any(
        colour in measures.garment_colours or distance(colour, measures) <= FARTHEST
        for colour in said
    )


def distance(colour: str, measures: Measures) -> float:
    """ΔE00 between a garment's median colour and the nearest shade of a named colour."""
    return float(delta_e_2000(measures.garment, _shades()[colour]).min())


@cache
def _shades() -> dict[str, Floats]:
    """CIELAB (N, 3) of every colour's shades, 18 levels of each channel of sRGB."""
    steps = np.arange(0, 256, 15, dtype=np.uint8)
    lab = to_lab(np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3))
    names = name_colours(lab)
    return {name: lab[names == n] for n, name in enumerate(COLOUR_NAMES)}
