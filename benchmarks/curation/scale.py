"""Claim: checking takes a core at least 20 photos a second, and memory does not grow with them.

`python -m benchmarks.curation.scale PHOTOS [--counts 250 1000]`: photos are repeated, each
time shifted and lit a little differently, until there are enough; a fresh studio imports and
checks them in a process of its own, whose peak memory is what the operating system says.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from benchmarks.curation.figures import ScaleFigures
from benchmarks.curation.planting import saved
from benchmarks.pictures import read_photo
from benchmarks.results import shown, write_result
from muslin.curation.measure import measure_shoot
from muslin.imaging.types import Picture
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.storage.records import Records
from muslin.runtime.studio import Studio

WIDTH_PX, HEIGHT_PX = 400, 533
NAME = "scale"


def jittered(picture: Picture, chance: random.Random) -> Picture:
    """The picture, rolled by up to a tenth and lit up to 5 % differently."""
    height, width = picture.shape[:2]
    shift = (chance.randint(0, height // 10), chance.randint(0, width // 10))
    rolled = np.roll(picture, shift, axis=(0, 1)) * chance.uniform(0.95, 1.05)
    return np.asarray(np.clip(np.rint(rolled), 0, 255), np.uint8)


def fill(folder: Path, photos: Path, count: int) -> None:
    """A folder of `count` photos of WIDTH_PX x HEIGHT_PX, all different."""
    chance = random.Random(0)
    found = sorted(photos.rglob("*.jpg"))[:300]
    right = [p for p in found if read_photo(p).shape[:2] == (HEIGHT_PX, WIDTH_PX)][:200]
    for number, path in enumerate(islice(cycle(right), count)):
        data = saved(jittered(read_photo(path), chance))
        (folder / f"{number:05}.jpg").write_bytes(data)


def look(home: Path, folder: Path) -> dict[str, float]:
    """Import, measure and judge in this process; seconds of its processor, and peak bytes."""
    with Studio.open(home) as studio:
        studio.import_shoot(folder, NAME)
        seconds = [measured_s(home), measured_s(home)]
        studio.check_shoot(NAME)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"first_s": seconds[0], "again_s": seconds[1], "peak_bytes": float(peak)}


def measured_s(home: Path) -> float:
    """Processor seconds, the decoder's child included, of one pass over all photos."""
    with Workshop.open(home) as shop:
        with shop.storage.reading() as connection:
            records = Records(connection)
            shoot = records.shoots.find(NAME)
            photos = records.photos.of(shoot.id) if shoot else []
        start = spent_s()
        with shop.eyes() as eyes:
            measure_shoot(photos, eyes, shop.measures())
        return spent_s() - start


def spent_s() -> float:
    """Processor time of this process and of the children that have ended."""
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def trial(photos: Path, count: int) -> dict[str, float]:
    """One number of photos, in a child."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "photos")
        folder.mkdir()
        fill(folder, photos, count)
        start = time.monotonic()
        command = [sys.executable, "-m", "benchmarks.curation.scale", str(folder), "--look", place]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    print(f"{count} photos: {found}, {time.monotonic() - start:.0f} s in all", flush=True)
    return found


def main() -> None:
    """Measure every number of photos and keep the figures; rates are those of the largest."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.curation.scale", description=__doc__
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("--counts", type=int, nargs="+", default=[250, 1000])
    parser.add_argument("--look", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.look:
        print(json.dumps(look(given.look / "home", given.photos)))
        return
    found = {count: trial(given.photos, count) for count in given.counts}
    largest = max(found)
    figures = ScaleFigures(
        size_px=(WIDTH_PX, HEIGHT_PX),
        photos_per_s=round(largest / found[largest]["first_s"], 1),
        again_per_s=round(largest / found[largest]["again_s"], 1),
        peak_bytes={str(count): round(told["peak_bytes"]) for count, told in found.items()},
    )
    write_result("curation_scale", figures)
    print(shown({name: str(value) for name, value in figures.model_dump().items()}))


if __name__ == "__main__":
    main()
