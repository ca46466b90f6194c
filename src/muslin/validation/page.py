"""The report as one page: verdict, brand beside base beside tuned, every limit with its reason.

Everything is inside: pictures as data, no script, nothing fetched. What the page says is decided
here; `templates/report.html.j2` decides how it looks.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from muslin.domain.dataset import DatasetVersion
from muslin.domain.fact import Lab, PhotoId
from muslin.domain.findings import Verdict
from muslin.domain.judging import CheckpointProof, MetricValue, ProbePicture
from muslin.domain.leaving import SourceType
from muslin.domain.training import TrainingRun
from muslin.imaging.metadata import Origin, decode, encode
from muslin.imaging.types import Picture
from muslin.validation.measure import Brand
from muslin.validation.metrics import backdrop, copies
from muslin.validation.metrics.beside import measured
from muslin.validation.page_parts.strips import Strip, strip_of
from muslin.validation.pick import Pick, by_heart_since, metric
from muslin.validation.ports import Blobs
from muslin.validation.probes import ProbeSet
from muslin.validation.words import (
    METRICS,
    MetricWords,
    amount,
    faults,
    percent,
    signed_percent,
)

WORST = 5
WIDEST_PX = 320
"""Pictures are shown at most this wide, so that a page of a large network stays a few MB."""
MOST_BRAND_PHOTOS = 12


@dataclass(frozen=True, slots=True)
class Proof:
    """A finished validation, before its page is written."""

    run: TrainingRun
    dataset: DatasetVersion
    probes: ProbeSet
    base: CheckpointProof
    checkpoints: tuple[CheckpointProof, ...]
    brand: tuple[MetricValue, ...]
    pick: Pick
    created_at: datetime

    @property
    def tuned(self) -> CheckpointProof:
        """The picked checkpoint's proof."""
        return next(c for c in self.checkpoints if c.checkpoint == self.pick.checkpoint)


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture on the page: its data URI, what is said under it, and what is wrong with it."""

    uri: str
    words: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One probe, three columns."""

    prompt: str
    brand: Shown
    base: Shown
    tuned: Shown


@dataclass(frozen=True, slots=True)
class MetricPart:
    """One metric's block: title and question, verdict, plot, and where the limit comes from."""

    words: MetricWords
    metric: MetricValue
    value: str
    strip: Strip


@dataclass(frozen=True, slots=True)
class GridRow:
    """One probe drawn by the base and every checkpoint, in the columns' order."""

    prompt: str
    seed: int
    cells: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """A checkpoint's errors beside the base's: on held-out photos, on taught ones, and the gap."""

    step: int
    picked: bool
    by_heart: bool
    held_out: str
    taught: str
    gap: str
    noise: tuple[str, ...]  # shares of noise
    gaps: tuple[str, ...]  # at each of them


@dataclass(frozen=True, slots=True)
class BesideRow:
    """A figure without a limit of its own: the brand's, the base's, and the tuned pictures'."""

    title: str
    brand: str
    base: str
    tuned: str
    half: str  # from the first to the third quartile
    samples: int
    why: str


def page_of(proof: Proof, brand: Brand, blobs: Blobs) -> str:
    """The whole page as HTML."""
    album = _Album(proof, brand, blobs)
    return (
        _template_folder()
        .get_template("report.html.j2")
        .render(
            proof=proof,
            cases=[album.case(place) for place in worst(proof.tuned, WORST)],
            photos=[album.photo_uri(p.photo) for p in brand.photos[:MOST_BRAND_PHOTOS]],
            parts=list(metric_parts(proof)),
            columns=[proof.base, *proof.checkpoints],
            grid=list(album.grid()),
            width_px=proof.dataset.recipe.width_px,
            height_px=proof.dataset.recipe.height_px,
            backdrop_hex=hex_of(proof.dataset.backdrop.lab),
            memory=list(memory_rows(proof)),
            beside_rows=list(beside_rows(proof, brand)),
            metric_words=METRICS,
            amount=amount,
            metric=metric,
            Verdict=Verdict,
        )
    )


def worst(proof: CheckpointProof, count: int) -> list[int]:
    """Places of the pictures with the most faults; of equal ones the furthest from the backdrop."""
    limits = metric(proof, backdrop.NAME).at_most, metric(proof, copies.NAME).at_most

    def badness(place: int) -> tuple[int, float]:
        picture = proof.pictures[place]
        return -len(faults(picture, *limits)), -(picture.backdrop_distance or 0.0)

    return sorted(range(len(proof.pictures)), key=badness)[:count]


def metric_parts(proof: Proof) -> Iterator[MetricPart]:
    """Every metric of the picked checkpoint, beside the base's and the brand's own values."""
    own = {m.name: m for m in proof.brand}
    for tuned in proof.tuned.metrics:
        sides = [("Base", metric(proof.base, tuned.name)), ("Tuned", tuned)]
        if tuned.name in own:
            sides.insert(0, ("Brand", own[tuned.name]))
        yield MetricPart(
            METRICS[tuned.name], tuned, amount(tuned.value, tuned.unit), strip_of(sides)
        )


def beside_rows(proof: Proof, brand: Brand) -> Iterator[BesideRow]:
    """What is measured beside the brand's own photos, with the middle half of the pictures."""
    own = {m.name: m for m in measured(brand.distributions)}
    base = {m.name: m for m in proof.base.measured}
    for tuned in proof.tuned.measured:
        low, high = np.quantile(tuned.values, (0.25, 0.75)) if tuned.values else (None, None)
        half = f"{amount(low, tuned.unit)} to {amount(high, tuned.unit)}" if tuned.values else ""
        yield BesideRow(
            title=METRICS[tuned.name].title,
            brand=amount(own[tuned.name].value, tuned.unit),
            base=amount(base[tuned.name].value, tuned.unit),
            tuned=amount(tuned.value, tuned.unit),
            half="" if tuned.unit == "share" and set(tuned.values) <= {0.0, 1.0} else half,
            samples=tuned.samples,
            why=tuned.why,
        )


def memory_rows(proof: Proof) -> Iterator[MemoryRow]:
    """What the exam on held-out photos says of every checkpoint that sat it."""
    since = by_heart_since(proof.checkpoints)
    for checkpoint in proof.checkpoints:
        found = checkpoint.held_out
        if found is not None:
            yield MemoryRow(
                step=checkpoint.step,
                picked=checkpoint.checkpoint == proof.pick.checkpoint,
                by_heart=since is not None and checkpoint.step >= since,
                held_out=signed_percent(found.change),
                taught=signed_percent(found.taught_change),
                gap=signed_percent(found.gap),
                noise=tuple(percent(one.noise_fraction) for one in found.bins),
                gaps=tuple(signed_percent(one.gap) for one in found.bins),
            )


def hex_of(lab: Lab) -> str:
    """`#c9b79c`: sRGB of a CIELAB colour (D65), clipped, for a swatch on the page."""
    values = np.array([[lab]], np.float32)
    red, green, blue = np.clip(cv2.cvtColor(values, cv2.COLOR_Lab2RGB)[0, 0] * 255, 0, 255)
    return f"#{round(float(red)):02x}{round(float(green)):02x}{round(float(blue)):02x}"


class _Album:
    """The page's pictures with their words."""

    def __init__(self, proof: Proof, brand: Brand, blobs: Blobs) -> None:
        self._proof = proof
        self._photos = {
            p.photo: picture for p, picture in zip(brand.photos, brand.pictures, strict=True)
        }
        self._names = {p.photo: p.file_name for p in brand.photos}
        self._blobs = blobs
        self._limits = (
            metric(proof.tuned, backdrop.NAME).at_most,
            metric(proof.tuned, copies.NAME).at_most,
        )

    def case(self, place: int) -> Case:
        tuned = self._proof.tuned.pictures[place]
        nearest = tuned.nearest_photo
        return Case(
            prompt=tuned.probe.prompt,
            brand=Shown(
                self.photo_uri(nearest) if nearest else "",
                f"most alike photo, {amount(tuned.nearest_similarity, 'correlation')}",
            ),
            base=self._shown(self._proof.base.pictures[place]),
            tuned=self._shown(tuned),
        )

    def grid(self) -> Iterator[GridRow]:
        columns = [self._proof.base, *self._proof.checkpoints]
        for place, probe in enumerate(self._proof.probes.probes):
            cells = tuple(self._shown(column.pictures[place]) for column in columns)
            yield GridRow(probe.prompt, probe.seed, cells)

    def photo_uri(self, photo: PhotoId) -> str:
        return _uri(self._photos[photo], None)

    def _shown(self, picture: ProbePicture) -> Shown:
        origin = Origin(SourceType.GENERATED, {"prompt": picture.probe.prompt})
        uri = _uri(decode(self._blobs.get(picture.picture)), origin)
        words = f"backdrop {amount(picture.backdrop_distance, 'ΔE00')}"
        return Shown(uri, words, tuple(said for _, said in faults(picture, *self._limits)))


def _uri(picture: Picture, origin: Origin | None) -> str:
    height_px, width_px = picture.shape[:2]
    if width_px > WIDEST_PX:
        size = (WIDEST_PX, round(height_px * WIDEST_PX / width_px))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    return "data:image/jpeg;base64," + base64.b64encode(encode(picture, "JPEG", origin)).decode()


@cache
def _template_folder() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html", "j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
