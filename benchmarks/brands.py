"""Claim: from a brand's messy folder alone come pictures in its look, obedient and no copies.

`python -m benchmarks.brands BRANDS`: one folder of photos per brand. Everything is done with the
command line in a fresh studio, as a stranger would. Brands that are in the results already are
skipped; `--again` measures them anew.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.brand_run import Drawn, Studio, fresh_wishes
from benchmarks.figures import BrandFigures, BrandsFigures, Share, Spread
from benchmarks.measures.backdrops import by_hand, commonest, on_backdrop, read_labels
from benchmarks.pictures import jpeg_within, read_photos, rim
from benchmarks.results import IMAGES, read_result, shown, write_result
from muslin.imaging.colour import delta_e_2000
from muslin.imaging.crop import cut
from muslin.imaging.sheet import SheetRow, contact_sheet
from muslin.imaging.types import Picture
from muslin.networks.vision.garment import GarmentReader
from muslin.runtime.disk import make_folder, write_atomic
from muslin.validation.metrics.category import category_obeyed
from muslin.validation.metrics.colour import colour_obeyed
from muslin.validation.metrics.copies import criterion, noise_floor, similarities
from muslin.validation.page import hex_of

SHEET_BYTES = 250_000
COLUMNS, CELL_PX = 8, 144


@dataclass(frozen=True, slots=True)
class Judged:
    """Pictures of one look, measured: ΔE00 to the brand's backdrop, obedience, likeness."""

    distance: Spread
    colour: Share
    category: Share
    alike: list[float]


def measure_brand(folder: Path, home: Path, count: int, steps: int | None) -> BrandFigures:
    """Run a brand's folder in a fresh studio and measure what came of it; writes its sheet."""
    studio = Studio(home, folder.name)
    outcome = studio.run(folder, steps)
    dataset = studio.dataset(outcome.dataset)
    photos = dict(read_photos(folder))
    rims = {name: rim(photo) for name, photo in photos.items()}
    backdrop = commonest(np.stack(list(rims.values())))
    crops = [cut(photos[p.file_name], p.crop) for p in dataset.photos]
    kept = [p.file_name for p in dataset.photos]
    wishes = fresh_wishes(studio.shoot(), studio.report(outcome.report), count)
    base = studio.draw(wishes, None)
    release = studio.release(outcome)
    tuned = studio.draw(wishes, release) if release else None
    write_sheet(folder.name, backdrop, base, tuned)
    of_base = judged(base, backdrop, crops)
    of_tuned = judged(tuned, backdrop, crops) if tuned else None
    limit = copy_limit(crops)
    return BrandFigures(
        imported=outcome.imported,
        problems=outcome.problems,
        kept=outcome.kept,
        backdrop=(float(backdrop[0]), float(backdrop[1]), float(backdrop[2])),
        kept_on_backdrop=on_backdrop(np.stack([rims[name] for name in kept]), backdrop),
        kept_by_hand=by_hand(kept, read_labels(folder.name)),
        own_distance=Spread.of([float(delta_e_2000(backdrop, lab)) for lab in rims.values()]),
        base_distance=of_base.distance,
        tuned_distance=of_tuned.distance if of_tuned else None,
        base_colour=of_base.colour,
        tuned_colour=of_tuned.colour if of_tuned else None,
        base_category=of_base.category,
        tuned_category=of_tuned.category if of_tuned else None,
        copy_limit=limit,
        base_nearest=Spread.of(of_base.alike),
        tuned_nearest=Spread.of(of_tuned.alike) if of_tuned else None,
        copies=sum(value > limit for value in of_tuned.alike) if of_tuned else None,
        verdict=outcome.verdict,
        reason=outcome.reason,
        seconds=outcome.seconds | studio.seconds,
    )


def judged(drawn: Drawn, backdrop: NDArray[np.float64], crops: Sequence[Picture]) -> Judged:
    """Measure the pictures of one look against what was asked and what was taught."""
    reader = GarmentReader()
    readings = [reader.read(picture) for picture in drawn.pictures]
    seen = list(zip(drawn.wishes, drawn.pictures, readings, strict=True))
    return Judged(
        distance=Spread.of([float(delta_e_2000(backdrop, rim(p))) for p in drawn.pictures]),
        colour=Share.among(colour_obeyed(p, r.mask, wish.colour) for wish, p, r in seen),
        category=Share.among(
            category_obeyed(r.category, r.mask, wish.category) for wish, _, r in seen
        ),
        alike=[float(value) for value in similarities(drawn.pictures, crops).max(axis=1)],
    )


def copy_limit(crops: Sequence[Picture]) -> float:
    """The likeness that the product itself takes for a copy. Raises ValueError for few photos."""
    limit = criterion(noise_floor(crops)).at_most
    if limit is None:
        raise ValueError(f"{len(crops)} photos do not say how alike different photos are")
    return limit


def write_sheet(
    brand: str, backdrop: NDArray[np.float64], base: Drawn, tuned: Drawn | None
) -> None:
    """The base's pictures above the tuned ones, into the manual; the brand's photos stay its own.

    `backdrop` (3,) is the brand's commonest backdrop in CIELAB, shown as a swatch.
    """
    labels = [f"{wish.colour} {wish.category}" for wish in base.wishes[:COLUMNS]]
    rows = [
        SheetRow(f"{brand}: the backdrop that most of its photos share", [swatch(backdrop)]),
        SheetRow("Base network, untuned", base.pictures[:COLUMNS], labels),
        SheetRow("Tuned on the brand", tuned.pictures[:COLUMNS] if tuned else [], labels),
    ]
    sheet = contact_sheet(rows, columns=COLUMNS, cell_px=CELL_PX)
    make_folder(IMAGES)
    write_atomic(IMAGES / f"brand-{brand}.jpg", jpeg_within(sheet, SHEET_BYTES))


def swatch(lab: NDArray[np.float64]) -> Picture:
    """A patch (CELL_PX / 2, CELL_PX, 3) of the sRGB colour nearest to a CIELAB one."""
    code = hex_of((float(lab[0]), float(lab[1]), float(lab[2])))
    return np.asarray(Image.new("RGB", (CELL_PX, CELL_PX // 2), code), np.uint8)


def told(figures: BrandFigures) -> dict[str, object]:
    """The figures that the claim is about."""
    tuned, own = figures.tuned_distance, figures.own_distance
    return {
        "kept on the main backdrop": f"{figures.kept_on_backdrop.hits} of {figures.kept}",
        "  labelled by hand": f"{figures.kept_by_hand.hits} of {figures.kept_by_hand.of}",
        "ΔE00 of the brand's photos": own.median,
        "ΔE00 of the base": figures.base_distance.median,
        "ΔE00 of the tuned": tuned.median if tuned else "not drawn",
        "tuned / own": round(tuned.median / own.median, 2) if tuned else "not drawn",
        "colour, base and tuned": pair(figures.base_colour, figures.tuned_colour),
        "category, base and tuned": pair(figures.base_category, figures.tuned_category),
        "copies": figures.copies,
        "verdict": figures.verdict,
        "seconds": round(sum(figures.seconds.values())),
    }


def pair(base: Share, tuned: Share | None) -> str:
    """`31 and 29 of 40`."""
    return f"{base.hits} and {tuned.hits if tuned else 'none'} of {base.of}"


def main() -> None:
    """Measure brand by brand; what is measured is kept at once."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.brands", description=__doc__)
    parser.add_argument("brands", type=Path)
    parser.add_argument("--pictures", type=int, default=40, help="per look")
    parser.add_argument("--steps", type=int, help="of training; default: the product's own")
    parser.add_argument("--again", action="store_true", help="measure known brands anew")
    parser.add_argument("--keep", type=Path, help="folder to keep the studios in, empty or new")
    given = parser.parse_args()
    known = read_result("brands", BrandsFigures) or BrandsFigures(brands={})
    with tempfile.TemporaryDirectory() as passing:
        for folder in sorted(p for p in given.brands.iterdir() if p.is_dir()):
            if given.again or folder.name not in known.brands:
                home = (given.keep or Path(passing)) / folder.name
                found = measure_brand(folder, home, given.pictures, given.steps)
                known = BrandsFigures(brands={**known.brands, folder.name: found})
                write_result("brands", known)
            print(f"\n{folder.name}\n{shown(told(known.brands[folder.name]))}", flush=True)


if __name__ == "__main__":
    main()
