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
    exposure: float  # L* that the lightest tenth of the photo exceeds, [0, 100]
    clipped_fraction: float
    backdrop: Lab  # robust median colour around the garment
    backdrop_spread: float  # median ΔE00 of backdrop pixels to `backdrop`
    backdrop_texture: float  # local contrast of the backdrop, L* units
    light_slope: float  # change of backdrop L* across the photo, L* units
    garment: Lab
    garment_colours: tuple[str, ...]  # commonest first
    garment_pattern: float  # local colour contrast inside the garment, ΔE units
    garment_fraction: float
    box: GarmentBox
    category: Guess
    presentation: Guess
    phash: str  # 64 hex digits = 256 bits


class FindingKind(StrEnum):
    """The findings of a photo; each has one page in the manual."""

    SIZE = "size"
    SHARPNESS = "sharpness"
    EXPOSURE = "exposure"
    CLIPPING = "clipping"
    BACKDROP = "backdrop"
    LIGHT = "light"
    DUPLICATE = "duplicate"
    FRAMING = "framing"


class Finding(Fact):
    """One measured value against its limits, and where it lies among the shoot's photos."""

    photo: PhotoId
    kind: FindingKind
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    verdict: Verdict
    percentile: float  # share of the shoot's photos with a lower value, [0, 1]
    words: str  # one sentence for a person


def presentation_of(measures: Measures, *, sure: float = 0.8) -> Presentation | None:
    """How the garment is shown, or None when the network is not sure enough."""
    if measures.presentation.confidence < sure:
        return None
    return Presentation(measures.presentation.name)
