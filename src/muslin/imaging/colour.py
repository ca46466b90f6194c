"""Colour as people see and name it: CIELAB, CIEDE2000, and the words of a shop."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from muslin.imaging.types import LabPicture

Floats = NDArray[np.float64]

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)  # IEC 61966-2-1, sRGB primaries, D65
_WHITE = _TO_XYZ.sum(axis=1)  # the white of sRGB itself, so that neutral grey has a* = b* = 0
_LINEAR = np.array(
    [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.arange(256) / 255]
)

COLOUR_NAMES = (
    "black", "grey", "white", "beige", "brown", "red", "orange", "yellow",
    "green", "turquoise", "blue", "navy", "purple", "pink",
)  # fmt: skip


def to_lab(picture: NDArray[np.uint8]) -> LabPicture:
    """CIELAB (..., 3) float64 of sRGB uint8 (..., 3), white point D65.

    Source: IEC 61966-2-1 (sRGB) and CIE 15:2004 (CIELAB).
    """
    xyz = _LINEAR[picture] @ _TO_XYZ.T / _WHITE
    cube = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = cube[..., 0], cube[..., 1], cube[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def delta_e_2000(reference: ArrayLike, other: ArrayLike) -> Floats:
    """CIEDE2000 colour difference of CIELAB (..., 3) values, broadcast; >= 0, about 1 just noticed.

    Source: Sharma, Wu, Dalal, "The CIEDE2000 color-difference formula", Color Res. Appl. 30
    (2005), equations 2 to 22; tested against its 34 published pairs.
    """
    one, two = np.asarray(reference, np.float64), np.asarray(other, np.float64)
    l1, a1, b1 = one[..., 0], one[..., 1], one[..., 2]
    l2, a2, b2 = two[..., 0], two[..., 1], two[..., 2]
    mean_c7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - np.sqrt(mean_c7 / (mean_c7 + 25.0**7)))
    c1, c2 = np.hypot((1 + g) * a1, b1), np.hypot((1 + g) * a2, b2)
    h1 = np.degrees(np.arctan2(b1, (1 + g) * a1)) % 360
    h2 = np.degrees(np.arctan2(b2, (1 + g) * a2)) % 360
    grey = c1 * c2 == 0
    turn = (h2 - h1 + 180) % 360 - 180
    turn = np.where(grey, 0.0, np.where(np.isclose(h2 - h1, 180), 180.0, turn))
    delta_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    far = np.abs(h1 - h2) > 180
    mean_h = np.where(
        grey, h1 + h2, (h1 + h2 + np.where(far, np.where(h1 + h2 < 360, 360, -360), 0)) / 2
    )
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * np.cos(np.radians(mean_h - 30))
        + 0.24 * np.cos(np.radians(2 * mean_h))
        + 0.32 * np.cos(np.radians(3 * mean_h + 6))
        - 0.20 * np.cos(np.radians(4 * mean_h - 63))
    )
    light = (l2 - l1) / (1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2))
    chroma = (c2 - c1) / (1 + 0.045 * mean_c)
    hue = delta_h / (1 + 0.015 * mean_c * t)
    rotation = 30 * np.exp(-(((mean_h - 275) / 25) ** 2))
    rc = 2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7))
    cross = -np.sin(np.radians(2 * rotation)) * rc * chroma * hue
    difference: Floats = np.sqrt(np.maximum(light**2 + chroma**2 + hue**2 + cross, 0))
    return difference


def name_colours(lab: ArrayLike) -> NDArray[np.intp]:
    """Index into COLOUR_NAMES of CIELAB (..., 3) values.

    Cuts in lightness, chroma and hue angle of our own, set where the survey colours that people
    call by these names lie (xkcd.com/color/rgb, CC0: each of them gets its name back in the
    tests) and loosened towards grey for the dim light of real shoots.
    """
    values = np.asarray(lab, np.float64)
    light, a, b = values[..., 0], values[..., 1], values[..., 2]
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    warm = (hue > 40) & (hue < 110)
    brownish = 26 + 0.55 * np.clip(light - 20, 0, 30)  # a lighter brown may be more colourful
    neutral = chroma < np.where(warm, np.where(light > 75, 9, 8), np.where(light < 30, 9, 8))
    rules = [
        (neutral & (light < 30), "black"),
        (neutral & (light < 76), "grey"),
        (neutral, "white"),
        ((light < 14) & (chroma < 15), "black"),
        (warm & (hue > 55) & (light > 58) & (chroma < np.where(hue < 95, 40, 34)), "beige"),
        (warm & (hue <= 55) & (light > 66) & (chroma < 22), "beige"),
        ((hue >= 25) & (hue < 95) & (light < 58) & (chroma < brownish), "brown"),
        ((hue >= 60) & (hue < 90) & (light < 48), "brown"),
        ((hue >= 45) & (hue < 76), "orange"),
        ((hue >= 76) & (hue < 104) & (light > 50), "yellow"),
        ((hue >= 76) & (hue < 170), "green"),
        ((hue >= 170) & (hue < 228) & (light > 28), "turquoise"),
        ((hue >= 170) & (hue < 228), "green"),
        ((hue >= 228) & (hue < 312) & (light < 27) & (chroma < 60), "navy"),
        ((hue >= 228) & (hue < 308), "blue"),
        ((hue >= 308) & ((hue < 322) | (hue < 343) & (light < 68)), "purple"),
        ((hue >= 308) & (hue < 343), "pink"),
        ((hue >= 343) & (light < 26), "purple"),
        (((hue >= 343) | (hue < 12)) & (light >= 40), "pink"),
        ((hue < 45) & (light > 62), "pink"),
    ]  # fmt: skip
    conditions = [rule for rule, _ in rules]
    indices = [np.full(light.shape, COLOUR_NAMES.index(name)) for _, name in rules]
    return np.asarray(np.select(conditions, indices, COLOUR_NAMES.index("red")), np.intp)


def colour_name(lab: ArrayLike) -> str:
    """The name of one CIELAB colour."""
    return COLOUR_NAMES[int(name_colours(lab))]


def main_colours(lab: Floats, least_share: float = 0.25) -> tuple[str, ...]:
    """Names of the colours that make up a garment's pixels (N, 3), commonest first; never empty.

    Pixels are gathered into at most four groups (k-means, started along the axis of greatest
    variance, lightness at half weight), because folds and shadows change lightness more than
    hue; groups that only differ like light and shadow count as one.
    Raises ValueError for no pixels.
    """
    if len(lab) == 0:
        raise ValueError("no pixels")
    sample = lab[:: max(1, len(lab) // 2000)]
    centres, shares = _groups(sample)
    named: dict[str, float] = {}
    for name, share in zip((colour_name(c) for c in centres), shares, strict=True):
        named[name] = named.get(name, 0.0) + float(share)
    ordered = sorted(named, key=lambda n: (-named[n], n))
    return (ordered[0], *(n for n in ordered[1:] if named[n] >= least_share))


def _groups(lab: Floats) -> tuple[Floats, Floats]:
    """Centres (K, 3) and shares (K,) of the colour groups of pixels (N, 3), K <= 4."""
    weighted = lab * (0.5, 1.0, 1.0)
    axis = np.linalg.svd(weighted - weighted.mean(0), full_matrices=False)[2][0]
    along = weighted @ axis
    centres = np.stack(
        [
            weighted[np.argsort(np.abs(along - q))[:16]].mean(0)
            for q in np.quantile(along, (0.1, 0.4, 0.7, 0.95))
        ]
    )
    member = np.zeros(len(lab), np.intp)
    for _ in range(8):
        member = np.argmin(((weighted[:, None] - centres) ** 2).sum(-1), axis=1)
        centres = np.stack(
            [weighted[member == k].mean(0) if (member == k).any() else centres[k] for k in range(4)]
        )
    for k in range(1, 4):  # light and shadow of one cloth: chroma and hue agree
        for j in range(k):
            if (
                np.hypot(*(centres[k] - centres[j])[1:]) < 9
                and abs(centres[k, 0] - centres[j, 0]) < 11
            ):
                member[member == k] = j
    kept = np.unique(member)
    return (
        np.stack([np.median(lab[member == k], axis=0) for k in kept]),
        np.array([(member == k).mean() for k in kept]),
    )
