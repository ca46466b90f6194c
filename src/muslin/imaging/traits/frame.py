"""What is in a photo's frame besides one whole garment."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from muslin.imaging.colour import delta_e_2000
from muslin.imaging.types import LabPicture

Inside = NDArray[np.bool_]

_LEAST_PART = 0.12
"""Of the largest part of a mask: below it a part is a belt, a tag or a shoe's shadow."""
_LEAST_GARMENT = 0.25
"""The same where backdrop was taken out of the mask: a pattern's holes leave smaller pieces."""
_SIDE_PX = 64
_APART_DELTA_E = 8.0
_FOREIGN_DELTA_E = 14.0
_FOREIGN_SPREADS = 3.0
_SURE_DELTA_E = 18.0
_MOST_SHRUNK_PX = 4
"""Of 64: how far a mask falls short of a garment that is cut off, in nine cases of ten."""
_LEAST_FREE = 0.05
_FEW_PX = 16


@dataclass(frozen=True, slots=True)
class FrameReading:
    """What a frame holds.

    `parts`: garments that lie apart. `touching`: longest share of one side of the frame that the
    garment runs into. `clutter`: share of the photo in its largest thing that is neither garment
    nor backdrop.
    """

    parts: int
    touching: float
    clutter: float


def read_frame(lab: LabPicture, found: Inside) -> FrameReading:
    """Judge a picture (H, W, 3) in CIELAB with its garment `found` (H, W).

    The backdrop is a plane in L*, a* and b* over the picture, so that light may fall off. Foreign
    is what lies further from it than three times what the backdrop's own pixels do; shadows, which
    are darker but of the backdrop's hue, count half. What stands out near the garment and hangs
    together with it is the garment, as far as the frame's sides go: masks shrink there. Where the
    mask bridges two garments over the backdrop between them, that does not count.
    """
    garment = _shrunk(found.astype(np.float32)) > 0.5
    free = ~_grown(_shrunk(found.astype(np.float32)) > 0.02)
    if free.mean() < _LEAST_FREE:
        return FrameReading(parts(found), _touched(found, 2), 0.0)
    away = _away_from_plane(_shrunk(lab), free)
    usual = float(np.median(away[free]))
    limit = max(_FOREIGN_DELTA_E, _FOREIGN_SPREADS * usual)
    foreign = _opened(away > limit)
    near = _grown(garment, _MOST_SHRUNK_PX)
    stands_out = _opened(away > max(_SURE_DELTA_E, limit)) & near
    body = _hanging_together(stands_out | garment, garment)
    return FrameReading(
        parts=max(parts(found), _parts_apart(garment & (away > max(_APART_DELTA_E, 2 * usual)))),
        touching=max(_touched(found, 2), _touched(body, 1)),
        clutter=_largest_area(_opened(foreign & free)) / free.size,
    )


def parts(found: Inside) -> int:
    """Parts of a mask that are large enough to be a garment of their own; 0 for an empty mask."""
    opened = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    areas = _areas(np.asarray(opened) > 0)
    return int((areas >= _LEAST_PART * areas.max(initial=1)).sum())


def _parts_apart(found: Inside) -> int:
    """Parts of a garment's pixels of which none is small against the largest."""
    areas = _areas(_opened(found))
    return int((areas >= _LEAST_GARMENT * areas.max(initial=1)).sum())


def _touched(found: Inside, band_px: int) -> float:
    """The longest share of one side of the frame, in [0, 1], that is `found`."""
    sides = (found[:band_px], found[-band_px:], found[:, :band_px].T, found[:, -band_px:].T)
    return max(float(side.any(axis=0).mean()) for side in sides)


def _hanging_together(body: Inside, core: Inside) -> Inside:
    """The parts of `body` that `core` has a share in."""
    _, member = cv2.connectedComponents(body.astype(np.uint8), connectivity=4)
    kept = np.unique(np.asarray(member)[core])
    return np.isin(member, kept[kept > 0])


def _largest_area(found: Inside) -> int:
    return int(_areas(found).max(initial=0))


def _areas(found: Inside) -> NDArray[np.int64]:
    """Pixels of every part that hangs together."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8), connectivity=8)
    return np.asarray(stats, np.int64)[1:, 4]


def _shrunk(values: NDArray[np.float32] | LabPicture) -> NDArray[np.float64]:
    """At most 64 px on the longer side, averaged."""
    height, width = values.shape[:2]
    scale = _SIDE_PX / max(height, width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float64)


def _grown(found: Inside, px: int = 2) -> Inside:
    kernel = np.ones((2 * px + 1, 2 * px + 1), np.uint8)
    return np.asarray(cv2.dilate(found.astype(np.uint8), kernel)) > 0


def _opened(found: Inside) -> Inside:
    kernel = np.ones((2, 2), np.uint8)
    return np.asarray(cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, kernel)) > 0


def _away_from_plane(lab: NDArray[np.float64], free: Inside) -> NDArray[np.float64]:
    """ΔE00 of every pixel (H, W) to the backdrop's plane, fitted twice: without what is foreign."""
    rows, columns = np.indices(free.shape)
    plane = np.stack([columns / free.shape[1], rows / free.shape[0], np.ones(free.shape)], axis=-1)
    kept = free
    for _ in range(2):
        fitted = plane @ np.linalg.lstsq(plane[kept], lab[kept], rcond=None)[0]
        away = np.linalg.norm(lab - fitted, axis=-1)
        nearer = free & (away <= 2 * np.median(away[kept]) + 1)
        kept = nearer if nearer.sum() >= _FEW_PX else kept
    lighter = np.maximum(lab[..., 0], (lab[..., 0] + fitted[..., 0]) / 2)
    shadowless = np.concatenate([lighter[..., None], lab[..., 1:]], axis=-1)
    return delta_e_2000(fitted, shadowless)
