"""Where every measure that has a limit lies, in photos that nobody touched.

`python -m benchmarks.curation.measures PHOTOS BRANDS [--count 600]`: numbers only; the limits of
`muslin.curation.findings` cite them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.curation.faults import looked_at
from benchmarks.curation.figures import MeasureFigures, MeasuresFigures
from benchmarks.pictures import evenly
from benchmarks.results import shown, write_result
from muslin.domain.findings import Measures
from muslin.networks.vision.garment import GarmentReader

PERCENTILES = (0, 1, 3, 10, 50, 90, 97, 99, 100)

MEASURED: dict[str, Callable[[Measures], float | None]] = {
    "shorter side, px": lambda m: m.short_side_px,
    "sharpness": lambda m: m.sharpness,
    "steepness": lambda m: m.steepness,
    "noise, levels of 255": lambda m: m.noise,
    "blocking": lambda m: m.blocking,
    "JPEG quality": lambda m: m.jpeg_quality,
    "exposure, L*": lambda m: m.exposure,
    "brightest, of 255": lambda m: m.brightest,
    "highlights, share": lambda m: m.highlights,
    "clipped, share": lambda m: m.clipped_fraction,
    "light slope, L*": lambda m: m.light_slope,
    "shadow hardness": lambda m: m.shadow_hardness,
    "garment, share": lambda m: m.garment_fraction,
    "garments": lambda m: m.garments,
    "touching, share of a side": lambda m: m.touching,
    "clutter, share": lambda m: m.clutter,
    "letters": lambda m: m.letters,
    "tilt, degrees": lambda m: None if m.tilt is None else abs(m.tilt),
}


def where(values: Sequence[float | None]) -> MeasureFigures:
    """The percentiles of the values that were measured."""
    known = [value for value in values if value is not None]
    at = np.percentile(known or [np.nan], PERCENTILES)
    return MeasureFigures(
        photos=len(values),
        unmeasured=len(values) - len(known),
        percentiles={str(p): round(float(v), 4) for p, v in zip(PERCENTILES, at, strict=True)},
    )


def main() -> None:
    """Measure the shared photos and every brand, and keep the figures."""
    name = "python -m benchmarks.curation.measures"
    parser = argparse.ArgumentParser(prog=name, description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("brands", type=Path)
    parser.add_argument("--count", type=int, default=600, help="shared photos, evenly taken")
    given = parser.parse_args()
    reader = GarmentReader()
    sets = {"photos": evenly(sorted(given.photos.glob("*.jpg")), given.count)}
    sets |= {p.name: sorted(p.glob("*.jpg")) for p in sorted(given.brands.iterdir()) if p.is_dir()}
    taken = {
        name: [looked_at(path.name, path.read_bytes(), reader).measures for path in paths]
        for name, paths in sets.items()
    }
    found = {
        measure: {name: where([value(m) for m in every]) for name, every in taken.items()}
        for measure, value in MEASURED.items()
    }
    write_result("curation_measures", MeasuresFigures(measures=found))
    print(shown({name: str(each["photos"].percentiles) for name, each in found.items()}))


if __name__ == "__main__":
    main()
