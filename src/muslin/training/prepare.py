"""Photos and captions become lessons: each is encoded once, then kept.

What is kept is found by a photo's bytes and crop, so that it is not even opened again.
Autoencoder and text encoder are opened only if something is missing, one after the other, and are
gone before the denoiser is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import torch
from torch import Tensor

from muslin.domain.dataset import DatasetPhoto, DatasetVersion, Split
from muslin.domain.errors import PlanRefused
from muslin.domain.profile import Profile
from muslin.domain.progress import Progress, Report, silent
from muslin.imaging.types import Picture
from muslin.networks.diffusion.base import Base
from muslin.networks.diffusion.family import Condition, Moments
from muslin.networks.diffusion.opening import (
    Autoencoder,
    TextEncoder,
    open_autoencoder,
    open_text,
)
from muslin.networks.diffusion.pixels import to_images
from muslin.training.cache import (
    Encoded,
    EncodingCache,
    View,
    caption_key,
    mask_key,
    picture_key,
)
from muslin.training.lessons.bucket import Bucket, Lessons
from muslin.training.lessons.cells import cell_weights, counts_alike, share_of_garment
from muslin.training.ports import Pictures

Size = tuple[int, int]
"""(width, height) px of a crop."""


def taught(dataset: DatasetVersion) -> list[DatasetPhoto]:
    """The photos of a dataset that are learnt from, in the dataset's order."""
    return [photo for photo in dataset.photos if photo.split is Split.TEACH]


def kept_back(dataset: DatasetVersion) -> list[DatasetPhoto]:
    """The photos of a dataset that only judge, in the dataset's order."""
    return [photo for photo in dataset.photos if photo.split is Split.HOLD_OUT]


def prepare(
    base: Base,
    dataset: DatasetVersion,
    profile: Profile,
    pictures: Pictures,
    kept: EncodingCache,
    device: torch.device,
    report: Report = silent,
) -> Lessons:
    """Encode what the cache does not hold of a dataset's photos, their captions and masks.

    Photos of one size make one bucket; each keeps its place in the dataset's order. Raises
    PlanRefused when there is nothing to teach, when the base cannot learn at a photo's size, and
    when a profile holds on to its base without prior_prompts.
    """
    photos = taught(dataset)
    _refuse_unfit(base, dataset, profile)
    encoders = _Encoders(base, kept, device)
    easel = _Easel(profile, pictures, encoders, report, len(dataset.photos))
    shelves = [[easel.learnt(photo) for photo in group] for group in _by_size(photos)]
    exam = [[easel.judging(photo) for photo in group] for group in _by_size(kept_back(dataset))]
    empty = encoders.words("")
    return Lessons(
        buckets=tuple(_bucket(shelf, encoders) for shelf in shelves),
        empty=empty,
        prior=_together([encoders.words(prompt) for prompt in _prompts(profile)]),
        held_out=tuple(_bucket(shelf, encoders) for shelf in exam),
    )


@dataclass(frozen=True, slots=True)
class _Encoding:
    """A photo as it is learnt: its views (itself, then mirrored) and what counts in each."""

    photo: DatasetPhoto
    views: tuple[Encoded, ...]
    cells: tuple[Tensor, ...]  # (1, 1, h, w) for each view; () = all alike


class _Encoders:
    """A base's encoders, each opened when the cache lacks something of it."""

    def __init__(self, base: Base, kept: EncodingCache, device: torch.device) -> None:
        self._base, self.kept, self._device = base, kept, device

    def latents(self, view: View, picture: Callable[[], Picture]) -> Encoded:
        """Moments of a picture's latents, alone, so that it depends on no neighbour."""
        key = picture_key(self._base.digest, view)
        return self.kept.get(key, lambda: self._encode(picture()))

    def words(self, caption: str) -> Encoded:
        """The condition of a caption."""
        key = caption_key(self._base.digest, caption)
        return self.kept.get(key, lambda: self._text([caption]))

    def close(self) -> None:
        """Forget the autoencoder."""
        self.__dict__.pop("_autoencoder", None)

    def _encode(self, picture: Picture) -> Encoded:
        return self._autoencoder.encode(to_images([picture]))._asdict()

    @cached_property
    def _autoencoder(self) -> Autoencoder:
        return open_autoencoder(self._base, self._device)

    @cached_property
    def _text(self) -> TextEncoder:
        self.close()
        return open_text(self._base, self._device)


class _Easel:
    """Takes photos one at a time and says how far it is."""

    def __init__(
        self,
        profile: Profile,
        pictures: Pictures,
        encoders: _Encoders,
        report: Report,
        total: int,
    ) -> None:
        self._profile, self._pictures, self._encoders = profile, pictures, encoders
        self._report, self._total, self._done = report, total, 0
        self._opened: tuple[DatasetPhoto | None, Picture | None] = (None, None)

    def learnt(self, photo: DatasetPhoto) -> _Encoding:
        """A photo to teach, in all views that the profile asks for."""
        views = [self._view(photo)]
        if self._profile.mirrored_fraction > 0:
            views.append(replace(views[0], mirrored=True))
        encoded = tuple(self._latents(view) for view in views)
        masked = [] if counts_alike(self._profile) else zip(views, encoded, strict=True)
        cells = tuple(self._cells(*pair) for pair in masked)
        self._tell()
        return _Encoding(photo, encoded, cells)

    def judging(self, photo: DatasetPhoto) -> _Encoding:
        """A photo that only judges."""
        encoded = self._latents(self._view(photo))
        self._tell()
        return _Encoding(photo, (encoded,), ())

    def _view(self, photo: DatasetPhoto) -> View:
        return View(photo, mirrored=False, opened_by=self._pictures.picture_source)

    def _latents(self, view: View) -> Encoded:
        return self._encoders.latents(view, partial(self._picture, view))

    def _picture(self, view: View) -> Picture:
        """The pixels of a view; a photo is opened once for all that is wanted of it in a row."""
        photo, picture = self._opened
        if photo != view.photo or picture is None:
            picture = self._pictures.picture(view.photo)
            self._opened = view.photo, picture
        return np.ascontiguousarray(picture[:, ::-1]) if view.mirrored else picture

    def _cells(self, view: View, encoded: Encoded) -> Tensor:
        height, width = encoded["mean"].shape[-2:]
        key = mask_key(self._pictures.mask_source, view, (height, width))

        def share() -> Encoded:
            mask = self._pictures.mask(self._picture(view))
            return {"share": share_of_garment(mask, height, width)}

        share_of = self._encoders.kept.get(key, share)["share"]
        return cell_weights(share_of, self._profile.garment_weight, self._profile.backdrop_weight)

    def _tell(self) -> None:
        self._done += 1
        self._report(Progress("prepare", self._done, self._total, unit="photos"))


def _bucket(shelf: Sequence[_Encoding], encoders: _Encoders) -> Bucket:
    """Photos of one size, first as they are, then mirrored where they are."""
    views = [view for side in zip(*(e.views for e in shelf), strict=True) for view in side]
    cells = [cell for side in zip(*(e.cells for e in shelf), strict=True) for cell in side]
    return Bucket(
        photos=tuple(e.photo.photo for e in shelf),
        moments=Moments(_rows(views, "mean"), _rows(views, "std")),
        condition=_together([encoders.words(e.photo.caption.text) for e in shelf]),
        cells=torch.cat(cells) if cells else None,
    )


def _by_size(photos: Iterable[DatasetPhoto]) -> list[list[DatasetPhoto]]:
    """Photos of equal size together, the smallest first, so that no order of photos matters."""
    groups: dict[Size, list[DatasetPhoto]] = {}
    for photo in photos:
        groups.setdefault(_size(photo), []).append(photo)
    return [groups[size] for size in sorted(groups)]


def _size(photo: DatasetPhoto) -> Size:
    return photo.crop.width_px, photo.crop.height_px


def _together(said: Sequence[Encoded]) -> Condition:
    """One tensor of all rows for each name; nothing of nothing."""
    return {name: _rows(said, name) for name in said[0]} if said else {}


def _rows(encoded: Sequence[Encoded], name: str) -> Tensor:
    return torch.cat([each[name] for each in encoded])


def _prompts(profile: Profile) -> tuple[str, ...]:
    """What the base's own answers are asked for; none where the run does not hold on to it."""
    return profile.prior_prompts if profile.prior_fraction > 0 else ()


def _refuse_unfit(base: Base, dataset: DatasetVersion, profile: Profile) -> None:
    """Raise PlanRefused for what cannot be learnt."""
    if not taught(dataset):
        raise PlanRefused(
            f"{dataset.name!r} has no photo to teach.",
            hint="Freeze a dataset that holds fewer photos back.",
        )
    odd = [p for p in dataset.photos if any(side % base.grid_px for side in _size(p))]
    if odd:
        width_px, height_px = _size(odd[0])
        raise PlanRefused(
            f"The base cannot learn {odd[0].file_name} at {width_px}×{height_px} px.",
            hint=f"Freeze a dataset whose widths and heights are multiples of {base.grid_px} px.",
        )
    if profile.prior_fraction > 0 and not profile.prior_prompts:
        raise PlanRefused(
            "The run holds on to its base, and no words say on what.",
            hint="Set prior_prompts in the profile, or prior_fraction to 0.",
        )
