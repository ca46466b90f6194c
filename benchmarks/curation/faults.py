"""Claim: a fault that is planted into a messy shoot is found, and clean photos are left alone.

`python -m benchmarks.curation.faults BRANDS`: one folder of photos per brand. A tenth of a brand's
photos is spoilt at a time, in turn, all with one fault, and the whole shoot is judged. Only photos
that a person looked at and found clean (`clean.json`: on the shoot's own backdrop, one whole
garment in ordinary light) are spoilt, and only they count for false alarms.
"""

from __future__ import annotations

import argparse
import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks.curation import planting
from benchmarks.curation.figures import FaultFigures, FaultsFigures
from benchmarks.figures import Share
from benchmarks.results import read_result, shown, write_result
from muslin.curation.findings import findings_of
from muslin.curation.findings.duplicates import Comparison, Nearest
from muslin.curation.measure import measure, working_copy
from muslin.domain.fact import PhotoId
from muslin.domain.findings import FindingKind, Measures, Verdict
from muslin.imaging.fingerprint import BITS
from muslin.imaging.open import open_photo
from muslin.imaging.types import Picture
from muslin.networks.vision.garment import GarmentReader

CLEAN = Path(__file__).with_name("clean.json")
STRANGERS = "wrong backdrop"
SPOILT_AT_ONCE = 9
"""Of a shoot of 90: a tenth."""

Spoil = Callable[["Shot", "Shot", random.Random], bytes]
"""A photo's file, spoilt; the second photo is another of the brand."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo of a brand with what was measured on it."""

    name: str
    picture: Picture
    measures: Measures


@dataclass(frozen=True, slots=True)
class Planted:
    """A kind of fault, and the findings that name it."""

    spoil: Spoil
    kinds: frozenset[FindingKind]
    beside: bool = False  # the photo stays in the shoot, the spoilt one comes beside it


def simple(fault: planting.Fault) -> Spoil:
    """A fault that needs nothing but the picture."""
    return lambda shot, _, chance: planting.saved(fault(shot.picture, chance))


def faults(reader: GarmentReader) -> dict[str, Planted]:
    """All faults but the wrong backdrop, which is another brand's photo."""
    kind = FindingKind

    def second(shot: Shot, other: Shot, chance: random.Random) -> bytes:
        mask = reader.read(working_copy(other.picture)).mask
        box = other.measures.box
        laid = planting.second_garment(shot.picture, other.picture, mask, box, chance)
        return planting.saved(laid)

    def beside(shot: Shot, other: Shot, chance: random.Random) -> bytes:
        return planting.saved(planting.side_by_side(shot.picture, other.picture, chance))

    def cut(shot: Shot, _: Shot, chance: random.Random) -> bytes:
        return planting.saved(planting.cut_off(shot.picture, shot.measures.box, chance))

    def poor(quality: int, then: int | None = None) -> Spoil:
        def save(shot: Shot, _: Shot, __: random.Random) -> bytes:
            data = planting.saved(shot.picture, quality)
            return data if then is None else planting.saved(open_photo(data).picture, then)

        return save

    named: dict[str, tuple[Spoil, set[FindingKind]]] = {
        "blur": (simple(planting.blurred), {kind.SHARPNESS}),
        "noise": (simple(planting.noisy), {kind.NOISE}),
        "JPEG 20": (poor(20), {kind.COMPRESSION}),
        "JPEG 20, saved again at 92": (poor(20, 92), {kind.COMPRESSION}),
        "-1.5 EV": (simple(planting.exposed(-1.5)), {kind.EXPOSURE}),
        "+1.5 EV": (simple(planting.exposed(1.5)), {kind.EXPOSURE}),
        "warm cast": (simple(planting.cast(planting.WARM)), {kind.CAST}),
        "cool cast": (simple(planting.cast(planting.COOL)), {kind.CAST}),
        "tilt 4°": (simple(planting.tilted(4)), {kind.TILT}),
        "tilt 8°": (simple(planting.tilted(8)), {kind.TILT}),
        "cut off": (cut, {kind.FRAMING}),
        "second garment beside": (beside, {kind.GARMENTS, kind.CLUTTER}),
        "second garment laid over a corner": (second, {kind.GARMENTS, kind.CLUTTER}),
        "watermark at the bottom": (simple(planting.marked(0.92)), {kind.LETTERING}),
        "watermark at the top": (simple(planting.marked(0.03)), {kind.LETTERING}),
        "watermark across the garment": (simple(planting.marked(0.45)), {kind.LETTERING}),
    }
    found = {name: Planted(spoil, frozenset(kinds)) for name, (spoil, kinds) in named.items()}
    return found | duplicates()


def duplicates() -> dict[str, Planted]:
    """A photo a second time; the same bytes twice are refused by the import already."""
    twins = {
        "duplicate, resized": planting.resized,
        "duplicate, recompressed": planting.recompressed,
        "duplicate, cropped to 90 %": planting.cropped(0.9),
        "duplicate, cropped to 80 %": planting.cropped(0.8),
        "duplicate, mirrored": planting.mirrored,
    }
    return {
        name: Planted(simple(fault), frozenset({FindingKind.DUPLICATE}), beside=True)
        for name, fault in twins.items()
    }


def read_shots(folder: Path, reader: GarmentReader) -> list[Shot]:
    """All photos of a brand, measured."""
    paths = sorted(folder.glob("*.jpg"))
    return [looked_at(path.name, path.read_bytes(), reader) for path in paths]


def looked_at(name: str, data: bytes, reader: GarmentReader) -> Shot:
    """One file, decoded and measured as the studio does it."""
    opened = open_photo(data)
    photo = PhotoId(hashlib.sha256(data).hexdigest())
    return Shot(
        name, opened.picture, measure(photo, opened, reader.read(working_copy(opened.picture)))
    )


def folds(shots: Sequence[Shot]) -> Iterator[list[Shot]]:
    """A brand's clean photos in a few parts, each photo in one."""
    count = -(-len(shots) // SPOILT_AT_ONCE)
    for place in range(count):
        yield list(shots[place::count])


def hits_of(
    planted: Planted, shots: Sequence[Shot], clean: Sequence[Shot], reader: GarmentReader
) -> Share:
    """How many spoilt photos failed a finding that names their fault."""
    chance = random.Random(0)
    answers: list[bool] = []
    for fold in folds(clean):
        spoilt = [
            looked_at(shot.name, planted.spoil(shot, chance.choice(clean), chance), reader)
            for shot in fold
        ]
        gone = set() if planted.beside else {shot.name for shot in fold}
        shoot = [s.measures for s in shots if s.name not in gone] + [s.measures for s in spoilt]
        failed = failed_of(shoot, None if planted.beside else uncompared(shoot))
        answers += [bool(failed[s.measures.photo] & planted.kinds) for s in spoilt]
    return Share.among(answers)


def strangers(shots: Sequence[Shot], others: Sequence[Shot]) -> Share:
    """How many photos of another brand, a tenth of the shoot, fail on their backdrop."""
    answers: list[bool] = []
    for fold in folds(others):
        shoot = [s.measures for s in (*shots, *fold)]
        failed = failed_of(shoot, uncompared(shoot))
        answers += [FindingKind.BACKDROP in failed[s.measures.photo] for s in fold]
    return Share.among(answers)


def failed_of(
    measures: Sequence[Measures], comparison: Comparison | None = None
) -> dict[PhotoId, set[FindingKind]]:
    """The kinds of finding that every photo fails."""
    failed: dict[PhotoId, set[FindingKind]] = {m.photo: set() for m in measures}
    for finding in findings_of(measures, None, comparison):
        if finding.verdict is Verdict.FAILED:
            failed[finding.photo].add(finding.kind)
    return failed


def uncompared(measures: Sequence[Measures]) -> Comparison:
    """No photo held against another, to save time where duplicates are not what is asked."""
    return Comparison({m.photo: Nearest(None, BITS) for m in measures}, ())


def measure_faults(
    brands: dict[str, list[Shot]], reader: GarmentReader, every: int, only: Sequence[str] = ()
) -> FaultsFigures:
    """Plant every fault in every brand, in each `every`-th of its clean photos.

    With `only`, just the faults of these names; the others are as they were measured before.
    """
    before = read_result("curation_faults", FaultsFigures) if only else None
    named = TypeAdapter(dict[str, frozenset[str]]).validate_json(CLEAN.read_bytes())
    clean = {brand: [s for s in shots if s.name in named[brand]] for brand, shots in brands.items()}
    failed = {brand: failed_of([s.measures for s in shots]) for brand, shots in brands.items()}

    def alarms(kinds: frozenset[FindingKind]) -> dict[str, Share]:
        return {
            brand: Share.among(bool(failed[brand][s.measures.photo] & kinds) for s in clean[brand])
            for brand in brands
        }

    figures: dict[str, FaultFigures] = dict(before.faults) if before else {}
    for name, planted in faults(reader).items():
        if only and name not in only:
            continue
        found = {b: hits_of(planted, brands[b], clean[b][::every], reader) for b in brands}
        figures[name] = FaultFigures(found=found, false_alarms=alarms(planted.kinds))
        print(f"{name}: {told(figures[name])}", flush=True)
    order = sorted(brands)
    next_brand = dict(zip(order, [*order[1:], order[0]], strict=True))
    if not only or STRANGERS in only:
        figures[STRANGERS] = FaultFigures(
            found={b: strangers(brands[b], clean[next_brand[b]][::every]) for b in brands},
            false_alarms=alarms(frozenset({FindingKind.BACKDROP})),
        )
    untouched = {b: Share.among(not failed[b][s.measures.photo] for s in clean[b]) for b in brands}
    return FaultsFigures(faults=figures, clean=untouched)


def told(figures: FaultFigures) -> str:
    """`170 of 180 found, 3 of 180 false alarms`, and each brand's."""
    recall, alarms = figures.recall, figures.alarms
    each = ", ".join(
        f"{brand} {share.hits}/{share.of} ({figures.false_alarms[brand].hits})"
        for brand, share in figures.found.items()
    )
    return f"{recall.hits} of {recall.of} found, {alarms.hits} of {alarms.of} false alarms ({each})"


def main() -> None:
    """Measure all brands and keep the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.curation.faults", description=__doc__
    )
    parser.add_argument("brands", type=Path)
    parser.add_argument("--every", type=int, default=1, help="spoil each n-th clean photo only")
    parser.add_argument("--only", nargs="+", default=[], help="faults to measure anew")
    given = parser.parse_args()
    reader = GarmentReader()
    folders = sorted(p for p in given.brands.iterdir() if p.is_dir())
    brands = {p.name: read_shots(p, reader) for p in folders}
    figures = measure_faults(brands, reader, given.every, given.only)
    write_result("curation_faults", figures)
    print(shown({name: told(found) for name, found in figures.faults.items()}))


if __name__ == "__main__":
    main()
