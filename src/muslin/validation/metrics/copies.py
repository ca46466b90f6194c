"""Copies: is a picture one of the photos that the network was taught, drawn from memory?

Two pictures are compared by their detail, not by their look. Thumbnails in CIELAB lose their
local mean and local contrast (local contrast normalisation, Jarrett et al., ICCV 2009), so that
backdrop, light and colour no longer count. They are laid over each other at the best of small
shifts, zooms and mirroring. Then their structure is compared place by place and averaged, as
SSIM's structure term is (Wang et al., IEEE TIP 13, 2004, equation 10), but weighted by how much
detail a place has: an outline that two shirts share is only a small part of the picture, whereas
a copy agrees in every fold.

How far different photos of one brand are alike is measured on that brand: its noise floor. On
four shoots of 30 photos at 192×256 px, the two most alike of different photos reached 0.44
to 0.67; copies that were blurred (σ 2.5 px), pressed to JPEG 40, a fifth brighter,
moved by 12 px, zoomed by 5 % or buried in noise (σ 8 of 255) stayed at 0.81 or more. A turn of 3°
or a zoom of 10 % takes a copy down to 0.61, which is where this metric ends.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from muslin.imaging.colour import to_lab
from muslin.imaging.types import Picture
from muslin.validation.criteria import Criterion

NAME = "copies"
THUMBNAIL_PX = 64
"""Longer side: folds, seams and prints are still there, the decoder's smear no longer is."""
SHORTER_PX = 48
SOFTEN_PX = 0.8
"""σ of a blur that makes half a pixel of shift harmless."""
SIGMA_PX = 3.0
"""Neighbourhood whose mean and contrast are taken out."""
QUIET_LAB = 3.0
"""Local contrast, in ΔE*ab, below which detail is taken for noise and not amplified."""
SHIFT_PX = 4
ZOOMS = (0.95, 1.0, 1.05)
PLACE_PX = 2.0
"""σ of the window that structure is compared in."""
FAINT = 0.05
"""Detail per place, after normalisation, that counts half."""
SURELY_A_COPY = 0.8
"""Degraded copies reach it (see above), so no brand's floor may lift the limit beyond it."""
TINY = 1e-6
MIN_SAMPLES = 8
MIN_PHOTOS = 8
"""Photos below which a brand's own noise floor says too little."""

Detail = NDArray[np.float32]


def detail(picture: Picture, zoom: float = 1.0) -> Detail:
    """(THUMBNAIL_PX, SHORTER_PX, 3) float32: CIELAB without local mean and local contrast.

    Landscape pictures are laid on their side first, so that all details have one shape. `zoom`
    above 1 shows the middle of the picture, below 1 repeats its edge around it.
    """
    upright = np.rot90(picture) if picture.shape[1] > picture.shape[0] else picture
    small = cv2.resize(
        np.ascontiguousarray(upright), (SHORTER_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA
    )
    soft = _blurred(to_lab(np.asarray(small, np.uint8)).astype(np.float32), SOFTEN_PX)
    lab = _zoomed(soft, zoom)
    bare = lab - _blurred(lab, SIGMA_PX)
    energy = _blurred(np.square(bare).sum(axis=-1), SIGMA_PX)
    contrast = np.sqrt(np.maximum(energy, 0)) + QUIET_LAB
    return np.asarray(bare / contrast[..., None], np.float32)


def similarities(pictures: Sequence[Picture], photos: Sequence[Picture]) -> NDArray[np.float64]:
    """(P, Q) likeness of structure of every picture and every photo, in [-1, 1]; 1 = a copy.

    Each pair is compared where it fits best, see `_best_fit`.
    """
    seen = _window(np.stack([detail(p) for p in pictures]), SHIFT_PX, SHIFT_PX)
    ways = [*photos, *(photo[:, ::-1] for photo in photos)]
    known = np.stack([detail(way, zoom) for zoom in ZOOMS for way in ways])
    fits = _best_fit(seen, known, len(photos))
    alike = [
        [structure(one, _window(known[which], top, left)) for which, top, left in row]
        for one, row in zip(seen, fits, strict=True)
    ]
    return np.array(alike, np.float64)


def structure(one: Detail, other: Detail) -> float:
    """Mean local correlation of two details (H, W, 3), weighted by detail; 0 without any."""
    one, other = one - _blurred(one, PLACE_PX), other - _blurred(other, PLACE_PX)
    shared = _blurred((one * other).sum(axis=-1), PLACE_PX)
    energies = [_blurred(np.square(d).sum(axis=-1), PLACE_PX) for d in (one, other)]
    both = np.sqrt(np.maximum(energies[0] * energies[1], 0))
    weight = float((both / (both + FAINT)).mean())
    return float((shared / (both + FAINT)).mean()) / weight if weight > TINY else 0.0


def _best_fit(seen: Detail, known: Detail, photos: int) -> NDArray[np.intp]:
    """(P, Q, 3): for each pair, which of `known` and at which (top, left) correlates best.

    `seen` (P, h, w, 3) are windows; `known` (K, H, W, 3) are the photos in every zoom and mirrored,
    K a multiple of Q.
    """
    windows = _unit(seen)
    best = np.full((len(seen), photos), -np.inf)
    fits = np.zeros((len(seen), photos, 3), np.intp)
    columns = np.arange(photos)
    for top in range(2 * SHIFT_PX + 1):
        for left in range(2 * SHIFT_PX + 1):
            moved = _unit(_window(known, top, left))
            alike = (windows @ moved.T).reshape(len(seen), -1, photos)
            variant, value = alike.argmax(axis=1), alike.max(axis=1)
            better = value > best
            best[better] = value[better]
            fits[better, 0] = (variant * photos + columns)[better]
            fits[better, 1:] = (top, left)
    return fits


def noise_floor(photos: Sequence[Picture]) -> tuple[float, ...]:
    """For each photo its similarity to the most alike of the others; empty for fewer than two."""
    if len(photos) < 2:
        return ()
    alike = similarities(photos, photos)
    np.fill_diagonal(alike, -1.0)
    return tuple(float(value) for value in alike.max(axis=1))


def criterion(floor: Sequence[float]) -> Criterion:
    """The most alike of all probes, against half-way from the brand's noise floor to a copy."""
    if len(floor) < MIN_PHOTOS:
        why = f"Only {len(floor)} photos: too few to know how alike the brand's own photos are."
        return Criterion(metric=NAME, unit="correlation", min_samples=MIN_SAMPLES, why=why)
    limit = min((1 + max(floor)) / 2, SURELY_A_COPY)
    return Criterion(
        metric=NAME,
        unit="correlation",
        at_most=limit,
        min_samples=MIN_SAMPLES,
        why=(
            f"The two most alike of {len(floor)} different photos of this brand reach "
            f"{max(floor):.2f}, a copy 1.00; half-way, and never beyond {SURELY_A_COPY}, "
            f"is the limit of {limit:.2f}."
        ),
    )


def _blurred(values: Detail, sigma_px: float) -> Detail:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma_px), np.float32)


def _zoomed(lab: NDArray[np.float32], zoom: float) -> NDArray[np.float32]:
    if zoom == 1.0:
        return lab
    turn = cv2.getRotationMatrix2D(((SHORTER_PX - 1) / 2, (THUMBNAIL_PX - 1) / 2), 0, zoom)
    size = (SHORTER_PX, THUMBNAIL_PX)
    warped = cv2.warpAffine(
        lab, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, np.float32)


def _window(whole: Detail, top: int, left: int) -> Detail:
    """Details (..., H, W, 3) without SHIFT_PX of frame, moved by (top, left) from the corner."""
    height, width = THUMBNAIL_PX - 2 * SHIFT_PX, SHORTER_PX - 2 * SHIFT_PX
    return whole[..., top : top + height, left : left + width, :]


def _unit(details: Detail) -> Detail:
    """(N, ...) to (N, D) of zero mean and unit length; a detail of nothing stays zero."""
    flat = details.reshape(len(details), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    length = np.sqrt(np.einsum("nd,nd->n", flat, flat))[:, None]
    return np.asarray(flat / np.maximum(length, TINY), np.float32)
