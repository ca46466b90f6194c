"""What the base's autoencoder costs a photo: noise in dB, colour in ΔE00."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import AutoencoderFigures, Spread
from muslin.imaging.colour import delta_e_2000, to_lab
from muslin.imaging.types import LabPicture, Picture

if TYPE_CHECKING:
    from muslin.networks.diffusion.opening import Autoencoder

BATCH = 8
BLOCK_PX = 32
"""Blocks large enough that a cast is left of them and no detail."""


def measure_autoencoder(
    autoencoder: Autoencoder, photos: Sequence[Picture]
) -> tuple[AutoencoderFigures, list[Picture]]:
    """Figures over photos (H, W, 3) of one size, and the photos as they came back."""
    returned = there_and_back(autoencoder, photos)
    pairs = list(zip(photos, returned, strict=True))
    labs = [(to_lab(photo), to_lab(back)) for photo, back in pairs]
    figures = AutoencoderFigures(
        psnr_db=Spread.of([psnr_db(photo, back) for photo, back in pairs]),
        delta_e=Spread.of([float(delta_e_2000(one, two).mean()) for one, two in labs]),
        cast=Spread.of([cast(one, two) for one, two in labs]),
    )
    return figures, returned


def there_and_back(autoencoder: Autoencoder, photos: Sequence[Picture]) -> list[Picture]:
    """Photos encoded to the mean of their latents and decoded again."""
    import torch

    from muslin.networks.diffusion.pixels import to_images, to_pictures

    returned: list[Picture] = []
    with torch.inference_mode():
        for first in range(0, len(photos), BATCH):
            latents = autoencoder.encode(to_images(photos[first : first + BATCH])).mean
            returned += to_pictures(autoencoder.decode(latents))
    return returned


def psnr_db(photo: Picture, other: Picture) -> float:
    """Peak signal-to-noise ratio of two pictures in dB, peak 255; infinite for equal ones."""
    error = float(np.square(photo.astype(np.float64) - other).mean())
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))


def cast(one: LabPicture, other: LabPicture) -> float:
    """Mean ΔE00 between the mean colours of whole blocks of BLOCK_PX."""
    return float(delta_e_2000(blocks(one), blocks(other)).mean())


def blocks(lab: LabPicture) -> NDArray[np.float64]:
    """Mean colours (rows, columns, 3) of the blocks of a picture."""
    rows, columns = lab.shape[0] // BLOCK_PX, lab.shape[1] // BLOCK_PX
    whole = lab[: rows * BLOCK_PX, : columns * BLOCK_PX]
    return np.asarray(
        whole.reshape(rows, BLOCK_PX, columns, BLOCK_PX, 3).mean(axis=(1, 3)), np.float64
    )
