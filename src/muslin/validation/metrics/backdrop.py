"""Backdrop distance: does the picture stand on the brand's backdrop?"""

from __future__ import annotations

from muslin.domain.dataset import Backdrop
from muslin.domain.fact import Lab
from muslin.imaging.backdrop import border_backdrop
from muslin.imaging.colour import delta_e_2000
from muslin.imaging.types import Alpha, Picture
from muslin.validation.criteria import Criterion

NAME = "backdrop_distance"
TIMES_OWN = 1.25
"""A tuned picture may stray a quarter further than the brand's own photos do."""
SAME_COLOUR = 5.0
"""ΔE00 within which a backdrop still reads as the same, however even the shoot is: what a contract
proof may be off in its primaries (ISO 12647-7: ΔE*ab 5, the wider measure of the two)."""
LEAST_FREE = 0.02
"""Share of a picture that must not be garment for its backdrop to be seen at all."""
MIN_SAMPLES = 8


def backdrop_distance(picture: Picture, mask: Alpha, brand: Lab) -> float | None:
    """ΔE00 of the colour around the garment to the brand's backdrop; None = nothing around it."""
    if float((mask < 0.5).mean()) < LEAST_FREE:
        return None
    return float(delta_e_2000(border_backdrop(picture, mask).lab, brand))


def criterion(brand: Backdrop) -> Criterion:
    """Median over all probes, against the median of all photos of the brand's shoot."""
    limit = max(TIMES_OWN * brand.own_distance, SAME_COLOUR)
    return Criterion(
        metric=NAME,
        unit="ΔE00",
        at_most=limit,
        min_samples=MIN_SAMPLES,
        why=(
            f"The shoot's own photos lie a median of {brand.own_distance:.1f} from its "
            f"{brand.name} backdrop; {TIMES_OWN} times that, but no less than {SAME_COLOUR:.0f}, "
            f"is the most a tuned look may: {limit:.1f}."
        ),
    )
