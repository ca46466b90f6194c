"""Photos and captions become lessons: each is encoded once, then kept.

Autoencoder and text encoder are opened only if something is missing, one after the other, and are
gone before the denoiser is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

import torch
from torch import Tensor

from muslin.domain.dataset import DatasetPhoto, DatasetVersion, Split
from muslin.domain.errors import PlanRefused
from muslin.domain.progress import Progress, Report, silent
from muslin.networks.diffusion.base import Base
from muslin.networks.diffusion.family import Autoencoder, Condition, Moments, TextEncoder
from muslin.networks.diffusion.pixels import to_images
from muslin.training.cache import Encoded, EncodingCache, caption_key, picture_key
from muslin.training.ports import Pictures


@dataclass(frozen=True, slots=True)
class Lessons:
    """N photos to learn from: moments of their latents, what their captions say, and nothing said.

    Row n of `moments` and of `condition` belong to the same photo. `empty` has one row.
    """

    moments: Moments  # (N, C, h, w) each
    condition: Condition  # (N, ...) each
    empty: Condition  # (1, ...) each

    @property
    def count(self) -> int:
        """N."""
        return len(self.moments.mean)

    def to(self, device: torch.device) -> Lessons:
        """The same lessons on another device."""
        return Lessons(
            Moments(self.moments.mean.to(device), self.moments.std.to(device)),
            {name: tensor.to(device) for name, tensor in self.condition.items()},
            {name: tensor.to(device) for name, tensor in self.empty.items()},
        )


def taught(dataset: DatasetVersion) -> list[DatasetPhoto]:
    """The photos of a dataset that are learnt from, in the dataset's order."""
    return [photo for photo in dataset.photos if photo.split is Split.TEACH]


def prepare(
    base: Base,
    dataset: DatasetVersion,
    pictures: Pictures,
    kept: EncodingCache,
    device: torch.device,
    report: Report = silent,
) -> Lessons:
    """Encode what the cache does not hold of the photos to teach and their captions.

    Raises PlanRefused when the photos are not all of one size that the base can draw.
    """
    photos = taught(dataset)
    _check_sizes(photos, base.stride_px)
    moments = _encode_pictures(base, photos, pictures, kept, device, report)
    words = _encode_captions(base, ["", *(p.caption.text for p in photos)], kept, device)
    return Lessons(
        Moments(_rows(moments, "mean"), _rows(moments, "std")),
        {name: _rows(words[1:], name) for name in words[0]},
        {name: _rows(words[:1], name) for name in words[0]},
    )


def _encode_pictures(
    base: Base,
    photos: Sequence[DatasetPhoto],
    pictures: Pictures,
    kept: EncodingCache,
    device: torch.device,
    report: Report,
) -> list[Encoded]:
    """Moments of each photo, by name; one at a time, so that none depends on its neighbours."""

    @cache
    def autoencoder() -> Autoencoder:
        return base.family.open_autoencoder(base.folder, device)

    def encode(photo: DatasetPhoto) -> Encoded:
        picture = pictures.picture(photo)
        key = picture_key(base.digest, picture)
        return kept.get(key, lambda: autoencoder().encode(to_images([picture]))._asdict())

    encoded = []
    for done, photo in enumerate(photos, start=1):
        encoded.append(encode(photo))
        report(Progress("prepare", done, len(photos), unit="photos"))
    return encoded


def _encode_captions(
    base: Base, captions: Sequence[str], kept: EncodingCache, device: torch.device
) -> list[Encoded]:
    """The condition of each caption, by name."""

    @cache
    def text_encoder() -> TextEncoder:
        return base.family.open_text(base.folder, device)

    def encode(caption: str) -> Encoded:
        return text_encoder()([caption])

    return [kept.get(caption_key(base.digest, c), partial(encode, c)) for c in captions]


def _rows(encoded: Sequence[Encoded], name: str) -> Tensor:
    """One tensor of all photos' rows."""
    return torch.cat([each[name] for each in encoded])


def _check_sizes(photos: Sequence[DatasetPhoto], stride_px: int) -> None:
    sizes = {(photo.crop.width_px, photo.crop.height_px) for photo in photos}
    if len(sizes) != 1:
        raise PlanRefused(
            f"The photos to teach have {len(sizes)} different sizes.",
            hint="Freeze a dataset with at least one photo to teach, all cropped to one size.",
        )
    ((width_px, height_px),) = sizes
    if width_px % stride_px or height_px % stride_px:
        raise PlanRefused(
            f"The base cannot learn at {width_px}×{height_px} px.",
            hint=f"Freeze a dataset whose width and height are multiples of {stride_px} px.",
        )
