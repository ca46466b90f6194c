"""What training needs from the rest of the studio."""

from __future__ import annotations

from typing import Protocol

from muslin.domain.dataset import DatasetPhoto
from muslin.imaging.types import Picture


class Pictures(Protocol):
    """Where the photos of a dataset come from."""

    def picture(self, photo: DatasetPhoto) -> Picture:
        """The photo cropped and resized as its `crop` says: (height_px, width_px, 3) uint8."""
        ...
