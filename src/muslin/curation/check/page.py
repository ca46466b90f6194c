"""A check of a shoot as one page: a light table of what would be kept and what would not, and why.

Everything is inside: thumbnails as data, made from pixels alone, so that no place, camera or
owner of the files travels with them; no script, nothing fetched. What the page says is decided
here; `templates/check.html.j2` decides how it looks.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from muslin.curation.check.facts import ShootCheck
from muslin.domain.catalog import Photo
from muslin.domain.fact import PhotoId
from muslin.domain.findings import Finding, FindingKind, Verdict
from muslin.imaging.metadata import encode
from muslin.imaging.types import Picture

THUMBNAIL_PX = 240
"""Width; 200 thumbnails are a page of 3 MB."""

_LIMITS = re.compile(r" \([^()]*\)")

PictureOf = Callable[[PhotoId], Picture]


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A photo on the light table: its data URI and size, its name and what is said under it."""

    uri: str
    width_px: int
    height_px: int
    name: str
    words: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KindLine:
    """One kind of finding over the whole shoot; `dots` and `limits` in percent of the plot."""

    name: str
    failed: int
    unmeasured: int
    unit: str
    dots: tuple[float, ...]
    limits: tuple[float, ...]
    scale: str


def page_of(found: ShootCheck, picture_of: PictureOf) -> str:
    """The whole page as HTML. `picture_of` is asked once for every photo."""
    words = {c.photo: c.reason.partition(": ")[2] for c in found.choices}
    faults: dict[PhotoId, list[str]] = {p.id: [] for p in found.photos}
    for finding in found.findings:
        if finding.verdict is Verdict.FAILED:
            faults[finding.photo].append(finding.words.partition(" (")[0])
    shown = {
        p.id: _thumbnail(p, picture_of(p.id), words.get(p.id, ""), faults[p.id])
        for p in found.photos
    }
    kept = {c.photo for c in found.choices if c.kept}
    groups = [(group, [shown[photo] for photo in group.photos]) for group in found.groups]
    return (
        _templates()
        .get_template("check.html.j2")
        .render(
            check=found,
            kept=[t for photo, t in shown.items() if photo in kept],
            left=[t for photo, t in shown.items() if photo not in kept],
            fine=sum(not told for told in faults.values()),
            groups=groups,
            kinds=[_kind_line(kind, found.findings) for kind in FindingKind],
        )
    )


def _thumbnail(photo: Photo, picture: Picture, words: str, faults: Sequence[str]) -> Thumbnail:
    """A photo made small; limits, which stand in brackets, are left to the plots."""
    height_px = max(1, round(photo.height_px * THUMBNAIL_PX / photo.width_px))
    small = cv2.resize(picture, (THUMBNAIL_PX, height_px), interpolation=cv2.INTER_AREA)
    data = base64.b64encode(encode(np.asarray(small, np.uint8), "JPEG")).decode("ascii")
    return Thumbnail(
        uri=f"data:image/jpeg;base64,{data}",
        width_px=THUMBNAIL_PX,
        height_px=height_px,
        name=photo.file_name,
        words=_LIMITS.sub("", words),
        faults=tuple(faults),
    )


def _kind_line(kind: FindingKind, findings: Sequence[Finding]) -> KindLine:
    """The distribution of a kind's commonest measure; photos that fail by another are counted."""
    mine = [f for f in findings if f.kind is kind]
    units = Counter(f.unit for f in mine if f.value is not None)
    unit = units.most_common(1)[0][0] if units else ""
    told = [f for f in mine if f.value is not None and f.unit == unit]
    values = [f.value for f in told if f.value is not None]
    bounds = sorted({b for f in told for b in (f.at_least, f.at_most) if b is not None})
    low, high = min([*values, *bounds], default=0.0), max([*values, *bounds], default=1.0)
    width = (high - low) or 1.0

    def place(value: float) -> float:
        return round(2 + 96 * (value - low) / width, 2)

    return KindLine(
        name=kind.value,
        failed=sum(f.verdict is Verdict.FAILED for f in mine),
        unmeasured=sum(f.verdict is Verdict.UNKNOWN for f in mine),
        unit=unit,
        dots=tuple(place(v) for v in values),
        limits=tuple(place(b) for b in bounds),
        scale=f"{low:.3g} to {high:.3g} {unit}" if values else "not measured",
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html", "j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
