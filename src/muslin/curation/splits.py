"""What is taught and what is held out to judge by. A garment is never both."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from muslin.curation.findings.duplicates import same_garments
from muslin.curation.garments import together
from muslin.domain.catalog import Photo
from muslin.domain.dataset import Split
from muslin.domain.errors import NotEnoughPhotos
from muslin.domain.fact import PhotoId
from muslin.domain.findings import Measures


def split_by_garment(
    measures: Sequence[Measures], hold_out: int, seed: int, photos: Sequence[Photo] = ()
) -> dict[PhotoId, Split]:
    """Hold out `hold_out` photos, or a few less where whole garments do not add up to it.

    Photos show one garment where they look alike, or where the shop says so of `photos`: by
    article or by file name, see `curation.garments`.
    Garments are drawn in an order that follows from the seed and the photos alone, so the same
    photos are always split the same way.
    Raises NotEnoughPhotos when fewer would be taught than held out.
    """
    if hold_out > len(measures) - hold_out:
        raise NotEnoughPhotos(
            f"Of {len(measures)} photos, {hold_out} cannot be held out.",
            hint=f"Set hold_out to {len(measures) // 2} or less, or add photos.",
        )
    left = hold_out
    splits: dict[PhotoId, Split] = {}
    garments = together(same_garments(measures), photos)
    for garment in sorted(garments, key=lambda g: _lot(min(g), seed)):
        held = len(garment) <= left
        left -= len(garment) if held else 0
        splits |= dict.fromkeys(garment, Split.HOLD_OUT if held else Split.TEACH)
    return splits


def _lot(photo: PhotoId, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{photo}".encode()).hexdigest()
