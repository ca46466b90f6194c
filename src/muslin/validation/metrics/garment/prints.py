"""Print match: is the reference's print on the garment, whole, sharp and the right way round?

Local features (SIFT; Lowe, IJCV 60, 2004) of both pictures are matched with Lowe's ratio test, and
the matches that one similarity (turn, zoom, shift) explains are counted by RANSAC (Fischler,
Bolles, CACM 24, 1981). A similarity cannot mirror, so a mirrored print finds no match; a blurred
one loses its features; another print never had them.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from muslin.imaging.types import Picture

RATIO = 0.8
"""Lowe 2004, section 7.1: keeps 95 % of the right matches and drops 90 % of the wrong ones."""
WITHIN_PX = 4.0
MOST_FEATURES = 400
LEAST_FEATURES = 20
"""Features below which a reference holds no print to recognise."""


def print_match(reference: Picture, shown: Picture) -> float | None:
    """Share of the reference's features that are found again in one consistent place, [0, 1].

    Both pictures show the print alone, at about one size. None where the reference has too little
    detail to be told from another.
    """
    wanted, described = _features(reference)
    if len(wanted) < LEAST_FEATURES:
        return None
    seen, told = _features(shown)
    if len(seen) < 2:
        return 0.0
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(described, told, k=2)
    good = [one for one, next_best in pairs if one.distance < RATIO * next_best.distance]
    if len(good) < 3:
        return 0.0
    here = np.array([wanted[m.queryIdx].pt for m in good], np.float32)
    there = np.array([seen[m.trainIdx].pt for m in good], np.float32)
    cv2.setRNGSeed(0)
    found, inlier = cv2.estimateAffinePartial2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=WITHIN_PX
    )
    if found is None:
        return 0.0
    return float(inlier.sum()) / len(wanted) * kept_detail(reference, shown)


def kept_detail(reference: Picture, shown: Picture) -> float:
    """Strength of the finest detail beside the reference's, at most 1: a blur leaves little of it.

    The ratio of the standard deviations of the Laplacian.
    """
    own, seen = (
        float(np.asarray(cv2.Laplacian(_grey(one), cv2.CV_64F)).std()) for one in (reference, shown)
    )
    return min(1.0, seen / own) if own > 0 else 1.0


def _features(picture: Picture) -> tuple[Sequence[cv2.KeyPoint], NDArray[np.float32]]:
    found, told = cv2.SIFT.create(nfeatures=MOST_FEATURES).detectAndCompute(_grey(picture), None)
    return found, np.asarray(told, np.float32)


def _grey(picture: Picture) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
