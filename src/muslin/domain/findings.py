"""What was measured on a photo, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from muslin.domain.catalog import Presentation
from muslin.domain.fact import Fact, Lab, PhotoId


class Verdict(StrEnum):
    """The outcome of a test; unknown blocks like failed, but says that nothing was measured."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """FAILED when any failed, else UNKNOWN when any is unknown or there are none, else PASSED."""
    seen = set(verdicts)
    if Verdict.FAILED in seen:
        return Verdict.FAILED
    return Verdict.PASSED if seen == {Verdict.PASSED} else Verdict.UNKNOWN


class GarmentBox(Fact):
    """Where the garment lies, as fractions of the upright photo's width and height."""

    left: float
    top: float
    right: float
    bottom: float


class Guess(Fact):
    """A network's answer and how sure it is, in [0, 1]."""

    name: str
    confidence: float


class Measures(Fact):
    """Everything measured on one photo; depends on its pixels alone, so it is measured once."""

    photo: PhotoId
    short_side_px: int
    sharpness: float  # see curation/findings for each formula and unit
    steepness: float | None  # at the sharpest edges; None where nothing stands out
    exposure: float  # L* that the lightest tenth of the photo exceeds, [0, 100]
    clipped_fraction: float
    backdrop: Lab  # robust median colour around the garment
    backdrop_spread: float  # median ΔE00 of backdrop pixels to `backdrop`
    backdrop_texture: float  # local contrast of the backdrop, L* units
    light_slope: float  # change of backdrop L* across the photo, L* units
    light_degrees: float | None  # where a shadow says the light comes from, clockwise from above
    shadow_hardness: float | None  # 0 soft to 1 hard; None without a shadow to judge
    brightest: float  # value that 1 in 200 pixels exceed, [0, 255]; see curation.measure
    highlights: float  # share of the photo with a channel at its upper end
    noise: float  # standard deviation, levels of 255
    blocking: float  # how much steps between blocks of 8 px exceed those inside
    jpeg_quality: int | None  # as its file says, 1 to 100; None for other formats
    garment: Lab
    garment_colours: tuple[str, ...]  # commonest first
    garment_pattern: float  # local colour contrast inside the garment, ΔE units
    garment_fraction: float
    garments: int  # parts of the mask that lie apart
    touching: float  # longest share of one side of the frame that the garment runs into
    clutter: float  # share of the photo in its largest thing that is neither garment nor backdrop
    letters: int  # in the longest line of writing beside the garment
    tilt: float | None  # degrees, clockwise; None for a garment without an axis
    location: bool | None  # whether its file says where it was taken; None where nobody looked
    box: GarmentBox
    category: Guess
    presentation: Guess
    phash: str  # 64 hex digits = 256 bits
    keypoints: str = ""  # see imaging.traits.keypoints; empty where there are none, or not told


class FindingKind(StrEnum):
    """The findings of a photo; each has one page in the manual."""

    SIZE = "size"
    SHARPNESS = "sharpness"
    NOISE = "noise"
    COMPRESSION = "compression"
    EXPOSURE = "exposure"
    CLIPPING = "clipping"
    CAST = "cast"
    BACKDROP = "backdrop"
    LIGHT = "light"
    DUPLICATE = "duplicate"
    FRAMING = "framing"
    TILT = "tilt"
    GARMENTS = "garments"
    CLUTTER = "clutter"
    LETTERING = "lettering"
    LOCATION = "location"
    FACES = "faces"


class Finding(Fact):
    """One measured value against its limits, and where it lies among the shoot's photos.

    Without a value, because nothing could be measured, the verdict is UNKNOWN.
    """

    photo: PhotoId
    kind: FindingKind
    value: float | None
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    verdict: Verdict
    percentile: float | None  # share of the shoot's measured photos with a lower value, [0, 1]
    words: str  # one sentence for a person


def presentation_of(measures: Measures, *, sure: float = 0.8) -> Presentation | None:
    """How the garment is shown, or None when the network is not sure enough."""
    if measures.presentation.confidence < sure:
        return None
    return Presentation(measures.presentation.name)
