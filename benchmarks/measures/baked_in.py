"""What a backdrop that photos share does to pictures: measured on trainings, for `sets/predict.py`.

    python -m benchmarks.measures.baked_in BRANDS --brand magenta-cloth --share 0.5 --said 1.0

trains the starter on one brand's dataset, of which a share of the photos is on the brand's own
backdrop and the rest on those of the other brands in the folder, and a share of the captions says
the backdrop. Drawn are pictures whose prompts are silent about the backdrop and pictures whose
prompts ask for another one, with the untuned base and with the last checkpoint, on the same seeds.
One row a training is added to `results/baked_in.json`.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.figures import BakedInFigures, BakedInRow
from benchmarks.results import read_result, write_result
from muslin.curation.captions import garment_words, scene_words
from muslin.curation.freeze import digest_of
from muslin.curation.measure import working_copy
from muslin.domain.dataset import Caption, DatasetPhoto, DatasetVersion, SelectionRecipe
from muslin.domain.fact import DatasetId, RunId, fresh
from muslin.domain.leaving import ImageRequest
from muslin.domain.profile import Profile
from muslin.imaging.backdrop import border_backdrop
from muslin.imaging.colour import delta_e_2000
from muslin.networks.diffusion.render import Renderer
from muslin.runtime.prior import BACKDROPS
from muslin.runtime.storage.records import Records
from muslin.runtime.studio import Studio

NEAR = 15.0
"""ΔE00 within which a picture shows the backdrop: the widest that `backdrop.scene_of` allows."""
PAIRS = (
    ("dress", "red"), ("t-shirt", "navy"), ("shirt", "white"),
    ("pants", "black"), ("hoodie", "blue"), ("skirt", "green"),
)  # fmt: skip
OTHER_SEEDS, SILENT_SEEDS = 4, 2


def main() -> None:
    """Train, draw, count, and add the row."""
    given = _arguments()
    with tempfile.TemporaryDirectory() as home, Studio.open(Path(home)) as studio:
        row = measured(studio, given.brands, given.brand, given.share, given.said, given.steps)
    before = read_result("baked_in", BakedInFigures)
    write_result("baked_in", BakedInFigures(rows=(*(before.rows if before else ()), row)))


def measured(
    studio: Studio, brands: Path, brand: str, share: float, said: float, steps: int
) -> BakedInRow:
    """One training and what its pictures show."""
    sets = {}
    for folder in sorted(path for path in brands.iterdir() if path.is_dir()):
        studio.import_shoot(folder, folder.name)
        sets[folder.name] = studio.freeze_dataset(folder.name, SelectionRecipe())
    planted = plant(sets.pop(brand), list(sets.values()), share, said)
    with studio._shop.storage.transaction() as connection:
        Records(connection).datasets.add(planted)
    profile = Profile(steps=steps, save_every=steps)
    job = studio.follow(studio.start_run(brand, planted.id, profile).id)
    last = studio.checkpoints(RunId(job.subject))[-1]
    renderer = studio._shop.renderer(profile.base)
    counts = {}
    adapters: dict[str, Path | None] = {"base": None, "tuned": studio._shop.folder(last)}
    for name, adapter in adapters.items():
        renderer.use(adapter)
        for kind, asked in (("other", _other(planted)), ("silent", _silent())):
            counts[f"{name}_{kind}"] = _share_on(studio, renderer, planted, asked)
    return BakedInRow(shoot=brand, share=share, said=said, steps=steps, **counts)


def plant(
    own: DatasetVersion, others: Sequence[DatasetVersion], share: float, said: float
) -> DatasetVersion:
    """A dataset with a share of its own photos, the rest taken in turn from others."""
    count = len(own.photos)
    mine = [(photo, own.backdrop.name) for photo in own.photos[: round(share * count)]]
    theirs = [
        (photo, other.backdrop.name)
        for photos in zip(*(other.photos for other in others), strict=False)
        for photo, other in zip(photos, others, strict=True)
    ]
    chosen = [*mine, *theirs[: count - len(mine)]]
    telling = set(np.random.default_rng(0).permutation(count)[: round(said * count)].tolist())
    photos = tuple(
        _said(photo, name) if n in telling else photo for n, (photo, name) in enumerate(chosen)
    )
    digest = digest_of(photos, own.recipe)
    id = DatasetId(fresh("dataset"))
    return own.model_copy(update={"id": id, "photos": photos, "digest": digest})


def _said(photo: DatasetPhoto, backdrop: str) -> DatasetPhoto:
    text = f"{photo.caption.text}, {scene_words('', backdrop)}"
    return photo.model_copy(update={"caption": Caption(text=text, author="rule")})


def _other(planted: DatasetVersion) -> Iterator[ImageRequest]:
    asked = [name for name in BACKDROPS if name != planted.backdrop.name]
    for place, ((category, colour), name) in enumerate(zip(PAIRS, asked, strict=False)):
        words = f"{garment_words(category, (colour,))}, {scene_words('', name)}"
        for n in range(OTHER_SEEDS):
            yield ImageRequest(prompt=words, seed=500 + 7 * place + n)


def _silent() -> Iterator[ImageRequest]:
    for place, (category, colour) in enumerate(PAIRS):
        for n in range(SILENT_SEEDS):
            prompt = garment_words(category, (colour,))
            yield ImageRequest(prompt=prompt, seed=900 + 7 * place + n)


def _share_on(
    studio: Studio, renderer: Renderer, planted: DatasetVersion, asked: Iterator[ImageRequest]
) -> float:
    near = []
    for picture in renderer.render(list(asked)):
        small = working_copy(picture)
        mask = np.asarray(studio._shop.reader.read(small).mask, np.float32)
        shown = border_backdrop(small, mask).lab
        near.append(float(delta_e_2000(planted.backdrop.lab, shown)) <= NEAR)
    return sum(near) / len(near)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("brands", type=Path, help="folder with one folder of photos per brand")
    parser.add_argument("--brand", required=True)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--said", type=float, default=0.0)
    parser.add_argument("--steps", type=int, default=300)
    return parser.parse_args()


if __name__ == "__main__":
    main()
