"""Is a generated picture a photo that the base learnt from? The most alike photo of thousands.

The product's own measure of copies compares a pair in about a millisecond, too long for every
pair of a large folder. So each picture is first held against all photos by the plain correlation
of their details, softened so that a few pixels of shift do no harm, upright and mirrored; the
CANDIDATES most alike of them are compared in full.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import NearestFigures, Spread
from benchmarks.pictures import evenly
from muslin.imaging.types import Picture
from muslin.validation.metrics.copies import SHORTER_PX, THUMBNAIL_PX, detail, similarities

CANDIDATES = 32
SOFTEN_PX = 2.0
REFERENCE = 200
"""Photos whose own nearest neighbour is looked for, to know how alike different photos are."""

Details = NDArray[np.float32]


def measure_nearest(
    generated: Sequence[Picture], photos: Sequence[Picture], sources: Sequence[int]
) -> NearestFigures:
    """How alike generated pictures are to photos, beside photos of different home studios.

    `sources` says which home studio each photo is from.
    """
    codes = _unit(photos)
    every = np.ones(len(photos), np.bool_)
    drawn = [
        nearest(picture, code, photos, codes, every)
        for picture, code in zip(generated, _unit(generated), strict=True)
    ]
    studios = np.asarray(sources)
    places = evenly(range(len(photos)), REFERENCE)
    real = [nearest(photos[p], codes[p], photos, codes, studios != studios[p]) for p in places]
    return NearestFigures(
        generated=Spread.of(drawn),
        photos=Spread.of(real),
        above_photos=sum(value > max(real) for value in drawn),
    )


def nearest(
    picture: Picture,
    code: Details,
    photos: Sequence[Picture],
    codes: Details,
    allowed: NDArray[np.bool_],
) -> float:
    """Similarity of a picture to the allowed photo most like it, in [-1, 1]."""
    mirrored = _flat(_shaped(code)[:, ::-1])
    alike = np.where(allowed, np.maximum(codes @ code, codes @ mirrored), -np.inf)
    best = np.argsort(-alike, kind="stable")[:CANDIDATES]
    candidates = [photos[place] for place in best if allowed[place]]
    return float(similarities([picture], candidates).max())


def _unit(pictures: Sequence[Picture]) -> Details:
    """Softened details of pictures as rows (N, D) of zero mean and unit length."""
    rows = np.stack([_flat(_softened(detail(p))) for p in pictures])
    rows -= rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1)[:, None], 1e-6), np.float32)


def _softened(details: Details) -> Details:
    return np.asarray(cv2.GaussianBlur(details, (0, 0), SOFTEN_PX), np.float32)


def _flat(details: Details) -> Details:
    return np.ascontiguousarray(details, np.float32).ravel()


def _shaped(code: Details) -> Details:
    """(H, W, 3) of a flat detail."""
    return code.reshape(THUMBNAIL_PX, SHORTER_PX, 3)
