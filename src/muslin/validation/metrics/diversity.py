"""Diversity: a collapsed network draws one picture whatever it is asked."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from muslin.imaging.colour import to_lab
from muslin.imaging.types import Picture
from muslin.validation.criteria import Criterion

NAME = "diversity"
GRID_PX = (12, 16)
"""Width and height that pictures are averaged down to: where which colour lies, no detail."""
KEPT = 1 / 3
"""Two seeds of one prompt are closer than two photos of a shoot, hence not more than a third."""
MIN_SAMPLES = 8


def spacings(pictures: Sequence[Picture]) -> tuple[float, ...]:
    """For each picture its distance to the one most like it; empty for fewer than two.

    The distance is the mean ΔE*ab (CIE76) over a GRID_PX grid. A network that only knows three
    pictures has spacings near 0, although most of its pairs differ.
    """
    if len(pictures) < 2:
        return ()
    grids = np.stack([_grid(p) for p in pictures])
    distance = np.linalg.norm(grids[:, None] - grids[None], axis=-1).mean(axis=-1)
    np.fill_diagonal(distance, np.inf)
    return tuple(float(value) for value in distance.min(axis=1))


def criterion(base: Sequence[float], brand: Sequence[float]) -> Criterion:
    """Median spacing over all probes, against those of the base and of the brand's photos."""
    if not base or not brand:
        why = "Base or brand has fewer than two pictures, so there is nothing to compare with."
        return Criterion(metric=NAME, unit="ΔE*ab", min_samples=MIN_SAMPLES, why=why)
    own, theirs = statistics.median(brand), statistics.median(base)
    limit = KEPT * min(own, theirs)
    return Criterion(
        metric=NAME,
        unit="ΔE*ab",
        at_least=limit,
        min_samples=MIN_SAMPLES,
        why=(
            f"A picture of the base lies {theirs:.1f} from the one most like it, a photo of the "
            f"brand {own:.1f}; below a third of the lower, {limit:.1f}, is a collapse."
        ),
    )


def _grid(picture: Picture) -> NDArray[np.float64]:
    """(GRID_PX cells, 3) mean CIELAB; averaged in sRGB, as the eye blends a distant print."""
    small = cv2.resize(picture, GRID_PX, interpolation=cv2.INTER_AREA)
    return to_lab(np.asarray(small, np.uint8)).reshape(-1, 3)
