"""What training needs from the rest of the studio."""

from __future__ import annotations

from typing import Protocol

from muslin.domain.dataset import DatasetPhoto
from muslin.imaging.types import Alpha, Picture


class Pictures(Protocol):
    """Where the photos of a dataset come from, and where the garments in them are."""

    @property
    def picture_source(self) -> str:
        """Names what opens and cuts photos: another name, other pixels."""
        ...

    @property
    def mask_source(self) -> str:
        """Names what finds the garments: another name, other masks."""
        ...

    def picture(self, photo: DatasetPhoto) -> Picture:
        """The photo cropped and resized as its `crop` says: (height_px, width_px, 3) uint8."""
        ...

    def mask(self, picture: Picture) -> Alpha:
        """How much of each pixel of a picture (H, W, 3) is garment, (H, W) in [0, 1]."""
        ...
