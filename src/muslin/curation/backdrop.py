"""The scene that most photos of a shoot share: its backdrop, and how garments are shown on it.

A shoot is messy: some photos are on another cloth, another floor, another wall. A mean would lie
between two cloths where no photo is, so the scene is the densest spot: the photo with most others
near it, near meaning alike in backdrop colour, in backdrop texture and in presentation at once. A
white wall and a pale quilt differ in the last two only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from muslin.domain.catalog import Presentation
from muslin.domain.dataset import Backdrop
from muslin.domain.errors import NotEnoughPhotos
from muslin.domain.fact import Lab
from muslin.domain.findings import Measures, presentation_of
from muslin.imaging.colour import colour_name, delta_e_2000

Floats = NDArray[np.float64]

COLOUR_WIDTH = 5.0
"""ΔE00 over which two backdrops still count as one: the middle photo of a home studio's cloth
lies about as far from its densest spot (five studios; windows and clouds do that)."""
TEXTURE_WIDTH = 0.35
"""The same for the natural logarithm of texture: wrinkles of one cloth vary by a third or so."""
SMOOTH = 0.6
"""L* of texture below which a backdrop is smooth; differences further down are camera noise."""
OTHER_PRESENTATION = 0.25
"""How much a photo that surely shows its garment another way still supports a scene."""
LEAST_TEXTURE_RATIO, MOST_TEXTURE_RATIO = 1 / 3, 2.0
"""A backdrop more than twice as busy as the scene's, or less than a third, is another surface.
Quilts beside a wall had 2 to 4 times its texture; flat light smooths one crumpled sheet to 0.35."""
WIDEST, NARROWEST = 15.0, 6.0
"""Bounds in ΔE00 of how far a photo may lie from the shoot's backdrop. Wide: beyond 15 other cloths
begin (at 21 to 38 in four messy shoots). Narrow: light on one paper roll varies by 6."""
_MOST_SHIFTS = 30
_MOST_COMPARED = 500
"""Photos that are held against each other, evenly taken by their ids, which are chance: memory
grows with the square of it, and the densest spot of thousands is that of hundreds."""
_MAJORITY = 2 / 3


@dataclass(frozen=True, slots=True)
class Scene:
    """What most photos of a shoot have in common, and how far a photo may stray from it."""

    backdrop: Backdrop
    texture: float  # L*, as Measures.backdrop_texture
    presentation: Presentation | None  # None where the photos do not agree, or nobody knows
    most_distance: float  # ΔE00

    def distance(self, measures: Measures) -> float:
        """ΔE00 of a photo's backdrop to the scene's."""
        return float(delta_e_2000(self.backdrop.lab, measures.backdrop))

    def texture_ratio(self, measures: Measures) -> float:
        """How many times busier a photo's backdrop is than the scene's; 1 = alike, both smooth."""
        return max(measures.backdrop_texture, SMOOTH) / max(self.texture, SMOOTH)

    def likeness(self, measures: Measures) -> float:
        """How much a photo's backdrop is like the scene's, in [0, 1]; 0 from the limits on."""
        colour = self.distance(measures) / self.most_distance
        ratio = self.texture_ratio(measures)
        limit = MOST_TEXTURE_RATIO if ratio > 1 else LEAST_TEXTURE_RATIO
        return max(0.0, 1 - math.hypot(colour, math.log(ratio) / math.log(limit)))

    def is_shown_otherwise(self, measures: Measures) -> bool:
        """Whether the garment is surely shown in another way than in the scene."""
        shown = presentation_of(measures)
        return self.presentation is not None and shown not in (None, self.presentation)

    def holds(self, measures: Measures) -> bool:
        """Whether a photo was taken in this scene."""
        ratio = self.texture_ratio(measures)
        return (
            self.distance(measures) <= self.most_distance
            and LEAST_TEXTURE_RATIO <= ratio <= MOST_TEXTURE_RATIO
            and not self.is_shown_otherwise(measures)
        )


def commonest_backdrop(measures: Sequence[Measures]) -> Backdrop:
    """The backdrop that most photos of a shoot share; see `scene_of`."""
    return scene_of(measures).backdrop


def scene_of(measures: Sequence[Measures]) -> Scene:
    """Find the scene that most photos of a shoot share. Their order does not matter.

    Mean shift from the photo with the greatest support (Fukunaga and Hostetler, IEEE Trans. Inf.
    Theory 21 (1975)), with a Gaussian kernel in ΔE00 and log texture.
    Raises NotEnoughPhotos for none.
    """
    if not measures:
        raise NotEnoughPhotos("There is no photo to find a backdrop in.", hint="Import a shoot.")
    every = sorted(measures, key=lambda m: m.photo)
    ordered = every[:: -(-len(every) // _MOST_COMPARED)]
    labs = np.array([m.backdrop for m in ordered])
    textures = np.log(np.maximum([m.backdrop_texture for m in ordered], SMOOTH))
    support = _support(labs, textures) * _agreement(ordered)
    anchor = int(np.argmax(support.sum(axis=1)))
    alike = _texture_kernel(textures, textures[anchor]) * _agreement(ordered)[anchor]
    lab = _densest(labs, labs[anchor], alike)
    near = alike * _colour_kernel(labs, lab)
    distances = delta_e_2000(lab, [m.backdrop for m in every])
    scene = Scene(
        backdrop=Backdrop(
            lab=lab, name=colour_name(lab), share=0.0, own_distance=float(np.median(distances))
        ),
        texture=float(np.exp(_weighted_median(textures, near))),
        presentation=_majority(ordered, near),
        most_distance=_most_distance(distances),
    )
    share = sum(map(scene.holds, every)) / len(every)
    return replace(scene, backdrop=scene.backdrop.model_copy(update={"share": share}))


def _colour_kernel(labs: Floats, lab: Lab | Floats) -> Floats:
    gauss: Floats = np.exp(-0.5 * (delta_e_2000(lab, labs) / COLOUR_WIDTH) ** 2)
    return gauss


def _texture_kernel(textures: Floats, texture: float | Floats) -> Floats:
    gauss: Floats = np.exp(-0.5 * ((textures - texture) / TEXTURE_WIDTH) ** 2)
    return gauss


def _support(labs: Floats, textures: Floats) -> Floats:
    """How much each photo (row) is supported by each other's backdrop, (N, N) in [0, 1]."""
    return _colour_kernel(labs, labs[:, None]) * _texture_kernel(textures, textures[:, None])


def _agreement(measures: Sequence[Measures]) -> Floats:
    """1 where two photos may show their garments the same way, (N, N); see OTHER_PRESENTATION."""
    shown = [presentation_of(m) for m in measures]
    known = np.array([way is not None for way in shown])
    ways = np.array([str(way) for way in shown])
    differ = (ways[:, None] != ways) & known[:, None] & known
    return np.where(differ, OTHER_PRESENTATION, 1.0)


def _densest(labs: Floats, start: Floats, weight: Floats) -> Lab:
    """The spot that mean shift ends at from `start`."""
    spot = start
    for _ in range(_MOST_SHIFTS):
        pull = weight * _colour_kernel(labs, spot)
        shifted = (pull[:, None] * labs).sum(axis=0) / pull.sum()
        still = float(delta_e_2000(spot, shifted)) < 0.01
        spot = shifted
        if still:
            break
    return (float(spot[0]), float(spot[1]), float(spot[2]))


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def _majority(measures: Sequence[Measures], near: Floats) -> Presentation | None:
    """How two thirds of the photos near the scene surely show their garments."""
    shown = [presentation_of(m) for m in measures]
    weights = {way: float(near[[s == way for s in shown]].sum()) for way in shown if way}
    best = max(sorted(weights), key=lambda way: weights[way], default=None)
    return best if best and weights[best] >= _MAJORITY * near.sum() else None


def _most_distance(distances: Floats) -> float:
    """Three times the middle distance of the photos in reach, within the bounds."""
    reached = list(compress(distances, distances <= WIDEST))
    return float(np.clip(3 * np.median(reached or [NARROWEST]), NARROWEST, WIDEST))
