"""Measure a photo once: everything that selection, findings and captions ask of its pixels.

Most is measured on a copy of 192 x 256 px in area, the size that the starter network learns at:
sharpness, pattern and texture depend on size, and then resolution decides nothing except where it
is too low. Noise and letters, which that copy averages away, are measured on one of 400 x 533 px,
and the blocks of JPEG in the photo's own pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from muslin.curation.ports import Blobs, Decoder, GarmentReader, GarmentReading, MeasureStore
from muslin.domain.catalog import Photo
from muslin.domain.fact import BlobId, Lab, PhotoId
from muslin.domain.findings import GarmentBox, Measures
from muslin.domain.progress import Progress, Report, silent
from muslin.imaging.backdrop import border_backdrop
from muslin.imaging.colour import main_colours, to_lab
from muslin.imaging.fingerprint import fingerprint
from muslin.imaging.open import OpenedPhoto
from muslin.imaging.sharpness import sharpness, steepness
from muslin.imaging.texture import pattern_contrast
from muslin.imaging.traits.frame import read_frame
from muslin.imaging.traits.grain import blocking, noise
from muslin.imaging.traits.keypoints import keypoints
from muslin.imaging.traits.lettering import lettering
from muslin.imaging.traits.light import read_light
from muslin.imaging.traits.tilt import tilt
from muslin.imaging.types import Alpha, LabPicture, Picture

MEASURING_VERSION = 3
"""Stored measures of another version are not comparable and are taken again."""
WORKING_AREA_PX = 192 * 256
DETAIL_AREA_PX = 400 * 533
"""The area that fine things are measured at; smaller photos are left as they are."""

_SPECK_FRACTION = 0.05
"""A patch of mask below this share of the largest is a mistake of the network, not a garment."""
_FEW_PX = 64
_BRIGHTEST = 1 / 200
_NEAR_WHITE = 250
_MIDDLE_PX = 512
_WHOLE = GarmentBox(left=0.0, top=0.0, right=1.0, bottom=1.0)

Inside = NDArray[np.bool_]
Pixel = TypeVar("Pixel", np.uint8, np.float32)


def measure(photo: PhotoId, opened: OpenedPhoto, reading: GarmentReading) -> Measures:
    """Everything about one decoded photo, given where its garment is.

    - sharpness, [0, 1]: `imaging.sharpness` over the garment and the ring around its outline
    - steepness, [0, 1]: `imaging.sharpness` again, at its sharpest edges alone
    - exposure, L*: what the lightest tenth of the picture exceeds; a black coat does not lower
      it, a dark photo does
    - brightest, [0, 255]: what the largest channel exceeds in one pixel of 200; cameras and phones
      leave something near white in almost every photo
    - highlights, [0, 1]: share of the photo whose largest channel is 250 or more
    - clipped_fraction, [0, 1]: share of the garment's pixels with all channels at 255 or all at 0
    - backdrop, its spread, texture and light slope: `imaging.backdrop`
    - garment, CIELAB: median of the garment's pixels, away from its edge
    - garment_pattern, ΔE*ab: `imaging.texture`
    - garment_fraction, [0, 1]: the garment's share of the picture; 0 where none was found
    - light, noise, blocking, tilt, frame and letters: `imaging.traits`
    - phash: `imaging.fingerprint`
    """
    picture = opened.picture
    small = working_copy(picture)
    mask = _resized(np.asarray(reading.mask, np.float32), small.shape[:2])
    return Measures(
        photo=photo,
        short_side_px=min(picture.shape[:2]),
        jpeg_quality=opened.jpeg_quality,
        location=opened.location,
        category=reading.category,
        presentation=reading.presentation,
        phash=fingerprint(picture),
        **_exposure_of(picture),
        **_detail_of(picture, mask),
        **_garment_of(small, mask),
    )


def _exposure_of(picture: Picture) -> dict[str, float]:
    """How far the photo's values reach up."""
    largest = cv2.reduce(picture.reshape(-1, 3), 1, cv2.REDUCE_MAX)
    return {
        "brightest": float(np.quantile(largest, 1 - _BRIGHTEST)),
        "highlights": float((np.asarray(largest) >= _NEAR_WHITE).mean()),
    }


def _detail_of(picture: Picture, mask: Alpha) -> dict[str, float | int | None]:
    """What is too fine for the working copy; `mask` is at the working copy's size."""
    detail = _at_most(picture, DETAIL_AREA_PX)
    grey = np.asarray(cv2.cvtColor(detail, cv2.COLOR_RGB2GRAY), np.float32)
    garment = _resized(_dilated(mask > 0.3, 5).astype(np.uint8), grey.shape) > 0
    return {
        "steepness": steepness(grey, garment),
        "noise": noise(grey),
        "blocking": blocking(_middle(picture)),
        "letters": lettering(grey, garment),
    }


def _garment_of(small: Picture, mask: Alpha) -> dict[str, object]:
    """What the working copy (H, W, 3) shows of the garment and of what is around it."""
    lab = to_lab(small)
    inside = _inside(mask)
    found = _without_specks(mask > 0.5)
    backdrop = border_backdrop(small, mask)
    light = read_light(lab[..., 0], found, backdrop.texture)
    frame = read_frame(lab, found)
    return {
        "sharpness": sharpness(lab[..., 0], _dilated(found, 9) if found.any() else ~found),
        "exposure": float(np.quantile(lab[..., 0], 0.9)),
        "clipped_fraction": _clipped_fraction(small, inside),
        "backdrop": backdrop.lab,
        "backdrop_spread": backdrop.spread,
        "backdrop_texture": backdrop.texture,
        "light_slope": backdrop.light_slope,
        "light_degrees": light.degrees,
        "shadow_hardness": light.hardness,
        "garment": _median(lab, inside),
        "garment_colours": main_colours(lab[inside]),
        "garment_pattern": pattern_contrast(lab, inside),
        "garment_fraction": float(found.mean()),
        "garments": frame.parts,
        "touching": frame.touching,
        "clutter": frame.clutter,
        "tilt": tilt(found),
        "box": _box(found),
        "keypoints": keypoints(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)),
    }


def working_copy(picture: Picture) -> Picture:
    """The picture at WORKING_AREA_PX, its aspect ratio kept; enlarged where it is smaller."""
    height_px, width_px = picture.shape[:2]
    scale = (WORKING_AREA_PX / (height_px * width_px)) ** 0.5
    shape = (max(1, round(height_px * scale)), max(1, round(width_px * scale)))
    return _resized(picture, shape)


def _at_most(picture: Picture, area_px: int) -> Picture:
    """The picture, made smaller where its area is larger."""
    height_px, width_px = picture.shape[:2]
    scale = min(1.0, (area_px / (height_px * width_px)) ** 0.5)
    return _resized(picture, (max(1, round(height_px * scale)), max(1, round(width_px * scale))))


def _middle(picture: Picture) -> NDArray[np.float32]:
    """Grey values of at most 512 x 512 px in the middle, as they are."""
    top, left = (max(0, side - _MIDDLE_PX) // 2 for side in picture.shape[:2])
    middle = np.ascontiguousarray(picture[top : top + _MIDDLE_PX, left : left + _MIDDLE_PX])
    return np.asarray(cv2.cvtColor(middle, cv2.COLOR_RGB2GRAY), np.float32)


@dataclass(frozen=True, slots=True)
class Eyes:
    """What looking at a stored photo takes."""

    blobs: Blobs
    decoder: Decoder
    reader: GarmentReader


def measure_shoot(
    photos: Sequence[Photo], eyes: Eyes, store: MeasureStore, report: Report = silent
) -> list[Measures]:
    """The measures of all photos, in their order; those measured before are not looked at again.

    Raises UnreadablePhoto for an original that can no longer be decoded.
    """
    taken: list[Measures] = []
    for done, photo in enumerate(photos, start=1):
        known = store.get(photo.id)
        if known is None:
            opened = eyes.decoder.open(eyes.blobs.get(BlobId(photo.id)))
            known = measure(photo.id, opened, eyes.reader.read(working_copy(opened.picture)))
            store.put(known)
        taken.append(known)
        report(Progress("check", done, len(photos), unit="photos", note=photo.file_name))
    return taken


def _resized(values: NDArray[Pixel], shape: tuple[int, ...]) -> NDArray[Pixel]:
    """At (height, width) px; averaged where it shrinks, so that nothing aliases."""
    if values.shape[:2] == shape:
        return values
    way = cv2.INTER_AREA if values.shape[0] > shape[0] else cv2.INTER_CUBIC
    resized = cv2.resize(values, (shape[1], shape[0]), interpolation=way)
    return np.asarray(resized, values.dtype)


def _inside(mask: Alpha) -> Inside:
    """Pixels that are garment for sure; the likeliest tenth where the network saw hardly any."""
    sure = cv2.erode(mask, np.ones((5, 5), np.uint8)) > 0.6
    return np.asarray(sure if sure.sum() >= _FEW_PX else mask >= np.quantile(mask, 0.9), np.bool_)


def _without_specks(found: Inside) -> Inside:
    patches, count = label(found)
    if count == 0:
        return found
    areas = np.bincount(patches.ravel())
    areas[0] = 0
    return np.asarray((areas >= _SPECK_FRACTION * areas.max())[patches] & found, np.bool_)


def _dilated(found: Inside, side_px: int) -> Inside:
    grown = cv2.dilate(found.astype(np.uint8), np.ones((side_px, side_px), np.uint8))
    return np.asarray(grown, np.uint8) > 0


def _clipped_fraction(picture: Picture, inside: Inside) -> float:
    pixels = picture[inside]
    return float(((pixels == 255).all(axis=1) | (pixels == 0).all(axis=1)).mean())


def _median(lab: LabPicture, inside: Inside) -> Lab:
    light, a, b = np.median(lab[inside], axis=0)
    return (float(light), float(a), float(b))


def _box(found: Inside) -> GarmentBox:
    """The smallest box around the garment; the whole picture where none was found."""
    if not found.any():
        return _WHOLE
    height_px, width_px = found.shape
    rows, columns = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    return GarmentBox(
        left=float(columns[0] / width_px),
        top=float(rows[0] / height_px),
        right=float((columns[-1] + 1) / width_px),
        bottom=float((rows[-1] + 1) / height_px),
    )
