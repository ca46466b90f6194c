"""Claim: the network that ships draws what it is asked, in true colours, and copies no photo.

`python -m benchmarks.starter PHOTOS BRANDS`: PHOTOS is the folder that it was trained on, with
`metadata.jsonl`; BRANDS holds one folder of photos per brand that it never saw.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import Share, StarterFigures
from benchmarks.measures.autoencoder import measure_autoencoder
from benchmarks.measures.nearest import measure_nearest
from benchmarks.measures.obedience import (
    Wish,
    commonest,
    garment_card,
    judge,
    obedience,
    typical_backdrops,
    wishes,
)
from benchmarks.pictures import evenly, fitted, jpeg_within, read_photo, read_photos
from benchmarks.results import IMAGES, shown, write_result
from muslin.domain.progress import Progress
from muslin.imaging.sheet import SheetRow, contact_sheet
from muslin.imaging.types import Picture
from muslin.networks.vision.garment import GarmentReader
from muslin.runtime.disk import make_folder, write_atomic
from starter.photos import read_known

BRAND_PHOTOS = 200
BACKDROP_PHOTOS = 1000
"""Photos that say what a backdrop of each name looks like."""
SHEET_BYTES = 400_000
CELL_PX, COLUMNS = 96, 20


def measure(photos: Path, brands: Path, base_name: str, count: int) -> StarterFigures:
    """All figures of a base; writes its contact sheet."""
    import torch

    from muslin.networks.diffusion.base import open_base
    from muslin.networks.diffusion.opening import open_autoencoder
    from muslin.networks.diffusion.render import Renderer

    base, known = open_base(base_name), read_known(photos)
    print("Reading photos …", flush=True)
    learnt = [fitted(read_photo(photos / row.file_name)) for row in known]
    theirs = [photo for folder in sorted(brands.iterdir()) for _, photo in read_photos(folder)]
    unseen = [fitted(photo) for photo in evenly(theirs, BRAND_PHOTOS)]
    cpu = torch.device("cpu")
    autoencoder, _ = measure_autoencoder(open_autoencoder(base, cpu), unseen)
    asked = wishes(commonest((k.category for k in known), garment_card().categories), count)
    drawn = list(Renderer(base).render([wish.request() for wish in asked], tell))
    write_sheet(asked, drawn)
    reader = GarmentReader()
    typical = typical_backdrops(evenly(learnt, BACKDROP_PHOTOS), reader)
    judged = [judge(w, p, reader, typical) for w, p in zip(asked, drawn, strict=True)]
    print("Looking for copies …", flush=True)
    return StarterFigures(
        base_digest=base.digest,
        autoencoder=autoencoder,
        obedience=obedience(judged),
        nearest=measure_nearest(drawn, learnt, [row.source for row in known]),
    )


def write_sheet(asked: Sequence[Wish], drawn: Sequence[Picture]) -> None:
    """All pictures, one row per category, into the manual."""
    rows: dict[str, list[tuple[Wish, Picture]]] = {}
    for wish, picture in zip(asked, drawn, strict=True):
        rows.setdefault(wish.category, []).append((wish, picture))
    sheet = contact_sheet(
        [
            SheetRow(category, [p for _, p in row], [f"{w.colour}, {w.backdrop}" for w, _ in row])
            for category, row in rows.items()
        ],
        columns=COLUMNS,
        cell_px=CELL_PX,
    )
    make_folder(IMAGES)
    write_atomic(IMAGES / "starter-sheet.jpg", jpeg_within(sheet, SHEET_BYTES))


def tell(progress: Progress) -> None:
    """A line now and then; drawing takes minutes."""
    if progress.done % (progress.total // 20 or 1) == 0 or progress.done == progress.total:
        print(f"{progress.step} {progress.done}/{progress.total} {progress.unit}", flush=True)


def told(figures: StarterFigures) -> dict[str, object]:
    """The figures that the claim is about."""
    seen, near = figures.obedience, figures.nearest
    return {
        "autoencoder PSNR, mean, dB": figures.autoencoder.psnr_db.mean,
        "autoencoder ΔE00 of pixels, mean": figures.autoencoder.delta_e.mean,
        "autoencoder cast ΔE00, mean": figures.autoencoder.cast.mean,
        "category recognised": percent(seen.category),
        "  or a near synonym": percent(seen.category_near),
        "  on real photos, unseen studios": f"{seen.category_on_photos:.0%}",
        "garment colour": percent(seen.colour),
        "backdrop colour": percent(seen.backdrop),
        "  within ΔE00 15": percent(seen.backdrop_near),
        "nearest photo, most": near.generated.most,
        "  between photos, most": near.photos.most,
    }


def percent(share: Share) -> str:
    """`71 % (142 of 200)`, or that nothing was measured."""
    if share.value is None:
        return "not measured"
    return f"{100 * share.value:.0f} % ({share.hits} of {share.of})"


def main() -> None:
    """Measure, keep, show."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.starter", description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("brands", type=Path)
    parser.add_argument("--base", default="starter", help="starter, or a folder to try")
    parser.add_argument("--pictures", type=int, default=200)
    given = parser.parse_args()
    figures = measure(given.photos, given.brands, given.base, given.pictures)
    write_result("starter", figures)
    print(shown(told(figures)))


if __name__ == "__main__":
    main()
