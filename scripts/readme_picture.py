"""The README's picture: photos of the sample shoot, the untuned network, and the tuned one.

`python -m scripts.readme_picture` after `make demo`, whose release it uses.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.pictures import jpeg_within
from benchmarks.results import IMAGES
from muslin import Studio
from muslin.domain.dataset import DatasetVersion
from muslin.domain.leaving import GenerateOrder
from muslin.imaging.crop import cut
from muslin.imaging.metadata import decode
from muslin.imaging.open import open_photo
from muslin.imaging.sheet import SheetRow, contact_sheet
from muslin.imaging.types import Picture
from muslin.runtime.blobs import Blobs
from muslin.runtime.disk import write_atomic

ROOT = Path(__file__).parent.parent
NAME = "sage-linen"
PROMPTS = (
    "a red dress",
    "a navy t-shirt",
    "a white shirt",
    "black pants",
    "a purple hoodie",
    "a green skirt",
)
SEED = 7
LARGEST_BYTES = 250_000


def drawn(studio: Studio, blobs: Blobs, release: str | None) -> list[Picture]:
    """One picture per prompt."""
    made = studio.generate(GenerateOrder(release=release, prompts=PROMPTS, seed=SEED))
    return [decode(blobs.get(one.picture)) for one in made]


def photos_of(dataset: DatasetVersion, shoot: Path) -> list[Picture]:
    """As many photos of the shoot as there are prompts, spread over the dataset."""
    chosen = dataset.photos[:: max(1, len(dataset.photos) // len(PROMPTS))][: len(PROMPTS)]
    return [cut(open_photo((shoot / p.file_name).read_bytes()).picture, p.crop) for p in chosen]


def main() -> None:
    """Draw, lay out, write `docs/images/readme.jpg`."""
    home = ROOT / "demo" / "home"
    with Studio.open(home) as studio:
        run = next(run for run in studio.runs() if run.name == NAME)
        dataset = studio.dataset(run.dataset)
        blobs = Blobs(home / "blobs")
        rows = [
            SheetRow("The shop's photos", photos_of(dataset, ROOT / "examples" / "sample-shoot")),
            SheetRow("Untuned", drawn(studio, blobs, None), PROMPTS),
            SheetRow("Tuned on 20 of the photos", drawn(studio, blobs, NAME), PROMPTS),
        ]
    sheet = contact_sheet(rows, columns=len(PROMPTS), cell_px=160)
    write_atomic(IMAGES / "readme.jpg", jpeg_within(sheet, LARGEST_BYTES))


if __name__ == "__main__":
    main()
