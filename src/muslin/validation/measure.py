"""Pictures become numbers: what every metric needs to know of a probe, and of the brand."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from muslin.domain.dataset import DatasetPhoto, DatasetVersion
from muslin.domain.fact import BlobId, Lab
from muslin.domain.judging import Probe, ProbePicture
from muslin.imaging.colour import colour_name
from muslin.imaging.types import Picture
from muslin.validation.metrics import (
    backdrop,
    category,
    colour,
    contrast,
    copies,
    diversity,
    noise,
    sharpness,
)
from muslin.validation.metrics.beside import Seen, beside, seen_of
from muslin.validation.metrics.look.traits import Floats
from muslin.validation.ports import Crops, GarmentReader, Reading

Distributions = Mapping[str, tuple[float, ...]]
"""Metric name to its values, one per picture that could be measured."""

AGGREGATES: Mapping[str, Callable[[Sequence[float]], float]] = {
    backdrop.NAME: statistics.median,
    colour.NAME: statistics.fmean,
    category.NAME: statistics.fmean,
    copies.NAME: max,
    contrast.NAME: statistics.median,
    diversity.NAME: statistics.median,
    sharpness.NAME: statistics.median,
    noise.NAME: statistics.median,
}
"""How a distribution becomes the one value that is judged. One copy is one too many, hence max."""


@dataclass(frozen=True, slots=True)
class Brand:
    """The photos that a network was taught, and what the same metrics say of them."""

    backdrop: Lab
    photos: tuple[DatasetPhoto, ...]
    pictures: tuple[Picture, ...]
    distributions: Distributions
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A probe that was drawn, and where its picture is kept."""

    probe: Probe
    picture: Picture
    blob: BlobId


@dataclass(frozen=True, slots=True)
class Measured:
    """All probes of one checkpoint with their values."""

    pictures: tuple[ProbePicture, ...]
    distributions: Distributions
    traits: tuple[Floats, ...]


def read_brand(dataset: DatasetVersion, crops: Crops, reader: GarmentReader) -> Brand:
    """Measure every photo of a dataset, those that only judge included."""
    pictures = tuple(crops.picture(photo) for photo in dataset.photos)
    readings = [reader.read(picture) for picture in pictures]
    distances = [
        backdrop.backdrop_distance(p, reading.mask, dataset.backdrop.lab)
        for p, reading in zip(pictures, readings, strict=True)
    ]
    seen = tuple(seen_of(p, reading) for p, reading in zip(pictures, readings, strict=True))
    shown = [(one.category, colour_name(one.lab) if one.lab else "") for one in seen]
    return Brand(
        backdrop=dataset.backdrop.lab,
        photos=dataset.photos,
        pictures=pictures,
        distributions={
            backdrop.NAME: _known(distances),
            copies.NAME: copies.noise_floor(pictures),
            contrast.NAME: tuple(contrast.contrast(p) for p in pictures),
            diversity.NAME: diversity.spacings(pictures),
            sharpness.NAME: tuple(sharpness.sharpness(p) for p in pictures),
            noise.NAME: _known(noise.noise(p) for p in pictures),
            **beside(seen, shown, seen, ()),
        },
        seen=seen,
    )


def measure(
    drawn: Sequence[Drawn],
    brand: Brand,
    reader: GarmentReader,
    decoys: Sequence[Floats] = (),
) -> Measured:
    """Measure all probes of one checkpoint against the brand.

    `decoys` are the traits of the base's pictures; without any these pictures are the base's.
    """
    readings = [reader.read(one.picture) for one in drawn]
    alike = copies.similarities([d.picture for d in drawn], brand.pictures)
    nearest = [int(place) for place in np.argmax(alike, axis=1)]
    pictures = tuple(
        _measured(one, brand, reading, place, float(row[place]))
        for one, reading, row, place in zip(drawn, readings, alike, nearest, strict=True)
    )
    seen = [seen_of(one.picture, reading) for one, reading in zip(drawn, readings, strict=True)]
    traits = tuple(one.traits for one in seen)
    asked = [(one.probe.category, one.probe.colour) for one in drawn]
    own = _distributions(pictures, [d.picture for d in drawn])
    return Measured(pictures, own | beside(seen, asked, brand.seen, decoys or traits), traits)


def _measured(
    one: Drawn, brand: Brand, reading: Reading, nearest: int, similarity: float
) -> ProbePicture:
    return ProbePicture(
        probe=one.probe,
        picture=one.blob,
        backdrop_distance=backdrop.backdrop_distance(one.picture, reading.mask, brand.backdrop),
        colour_obeyed=colour.colour_obeyed(one.picture, reading.mask, one.probe.colour),
        category_obeyed=category.category_obeyed(
            reading.category, reading.mask, one.probe.category
        ),
        nearest_photo=brand.photos[nearest].photo,
        nearest_similarity=similarity,
        contrast=contrast.contrast(one.picture),
        sharpness=sharpness.sharpness(one.picture),
        noise=noise.noise(one.picture),
    )


def _distributions(
    pictures: Sequence[ProbePicture], pixels: Sequence[Picture]
) -> dict[str, tuple[float, ...]]:
    return {
        backdrop.NAME: _known(p.backdrop_distance for p in pictures),
        colour.NAME: _known(p.colour_obeyed for p in pictures),
        category.NAME: _known(p.category_obeyed for p in pictures),
        copies.NAME: _known(p.nearest_similarity for p in pictures),
        contrast.NAME: tuple(p.contrast for p in pictures),
        diversity.NAME: diversity.spacings(pixels),
        sharpness.NAME: tuple(p.sharpness for p in pictures),
        noise.NAME: _known(p.noise for p in pictures),
    }


def aggregate(metric: str, values: Sequence[float]) -> float | None:
    """The one value of a metric that is judged, or None when nothing was measured."""
    return AGGREGATES[metric](values) if values else None


def _known(values: Iterable[float | bool | None]) -> tuple[float, ...]:
    """The values that were measured; yes and no as 1.0 and 0.0."""
    return tuple(float(value) for value in values if value is not None)
