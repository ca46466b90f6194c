"""The composition root: the only place that knows which implementation fulfils which port."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from muslin.curation.measure import MEASURING_VERSION, Eyes
from muslin.domain.curation.vocabulary import Vocabulary
from muslin.domain.dataset import DatasetPhoto
from muslin.domain.errors import PartMissing
from muslin.domain.fact import BlobId, PhotoId
from muslin.domain.findings import Measures
from muslin.domain.training import Checkpoint
from muslin.imaging.crop import SOURCE, cut
from muslin.imaging.guard import PhotoDecoder
from muslin.imaging.types import Alpha, Picture
from muslin.networks.vision.garment import GarmentReader
from muslin.runtime.blobs import Blobs
from muslin.runtime.curation.toml import read_toml
from muslin.runtime.home import Home, open_home
from muslin.runtime.house.easel import Easel
from muslin.runtime.house.inbox import Inbox
from muslin.runtime.house.thumbs import Thumbs
from muslin.runtime.jobs.queue import Queue
from muslin.runtime.settings import Settings, read_settings
from muslin.runtime.storage.database import Storage
from muslin.runtime.storage.photos import SqlMeasures
from muslin.runtime.storage.reports import SqlRendered
from muslin.runtime.weights.licences import Licences

if TYPE_CHECKING:
    from muslin.networks.diffusion.render import Renderer
    from muslin.training.planning.plan import Terms
    from muslin.training.train import Bench


@dataclass(frozen=True)
class Workshop:
    """An opened studio folder with everything that works in it."""

    home: Home
    settings: Settings
    storage: Storage

    @classmethod
    def open(cls, root: Path | None = None) -> Self:
        """Open the studio in a folder, or in the one that the settings name.

        Raises HomeUnusable and DiskFull.
        """
        settings = read_settings()
        home = open_home(root or settings.home)
        return cls(home, settings, Storage.open(home, settings))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if "thumbs" in vars(self):
            self.thumbs.close()
        self.storage.close()

    @cached_property
    def blobs(self) -> Blobs:
        """Everything that is seen, by sha256."""
        return Blobs(self.home.blobs)

    @cached_property
    def queue(self) -> Queue:
        """The studio's jobs."""
        return Queue(self.storage, lease_s=self.settings.lease_s)

    @cached_property
    def licences(self) -> Licences:
        """Which bases may be used here."""
        return Licences(self.storage, self.settings.use)

    @cached_property
    def reader(self) -> GarmentReader:
        """The garment network."""
        return GarmentReader()

    @cached_property
    def inbox(self) -> Inbox:
        """Files that people sent."""
        return Inbox(self.home.inbox)

    @cached_property
    def thumbs(self) -> Thumbs:
        """Pictures as pages show them."""
        return Thumbs(self.blobs, self.home.cache)

    @cached_property
    def easel(self) -> Easel:
        """The base that stays open between orders."""
        return Easel(self.renderer)

    @property
    def threads(self) -> int:
        """CPU threads of the networks."""
        return self.settings.threads or len(os.sched_getaffinity(0))

    @contextmanager
    def eyes(self) -> Iterator[Eyes]:
        """What measuring photos takes."""
        with PhotoDecoder() as decoder:
            yield Eyes(self.blobs, decoder, self.reader)

    @contextmanager
    def crops(self) -> Iterator[Crops]:
        """The photos of datasets as the networks see them."""
        with PhotoDecoder() as decoder:
            yield Crops(self.blobs, decoder, self.reader)

    def measures(self) -> KeptMeasures:
        """What was measured, kept photo by photo."""
        return KeptMeasures(self.storage)

    def vocabulary(self) -> Vocabulary:
        """The brand's own words. Raises InvalidRequest for a file that makes no sense."""
        file = self.home.vocabulary
        if not file.exists():
            return Vocabulary()
        hint = 'Write tables [categories], [colours], [collections] with lines "word" = "ours".'
        return read_toml(file, Vocabulary, hint)

    def training_bench(self) -> Bench:
        """Where and with what this machine trains. Raises PartMissing without torch."""
        with _training_part():
            from muslin.training.train import Bench
        return Bench(
            self.home.root,
            self.threads,
            trackers=self.settings.trackers,
            available_bytes=free_memory_bytes(),
        )

    def terms(self) -> Terms:
        """What plans are made under: this machine's memory, the settings' prices, the proof."""
        from muslin.training.planning.plan import Drawing, Terms
        from muslin.training.planning.price import Rates
        from muslin.validation.draw import SAMPLER_STEPS
        from muslin.validation.probes import PROMPTS, SEEDS_PER_PROMPT

        said = self.settings
        return Terms(
            available_bytes=free_memory_bytes(),
            rates=Rates(said.watts, said.price_per_kwh, said.price_per_hour, said.currency),
            drawing=Drawing(PROMPTS * SEEDS_PER_PROMPT, SAMPLER_STEPS),
        )

    def renderer(self, base: str) -> Renderer:
        """A base network, opened to draw; a base that may not be used here is never opened.

        Raises PartMissing without torch, WeightsMissing, LicenceRefused and LicenceNotAccepted.
        """
        self.licences.permit(base)
        with _training_part():
            import torch

            from muslin.networks.diffusion.base import open_base
            from muslin.networks.diffusion.render import Renderer
        torch.set_num_threads(self.threads)
        return Renderer(open_base(base))

    def folder(self, checkpoint: Checkpoint) -> Path:
        """Where a checkpoint's adapter lies."""
        return self.home.root / checkpoint.folder


class Crops:
    """Originals, decoded in the guarded child and cut as a dataset says, and their garments."""

    def __init__(self, blobs: Blobs, decoder: PhotoDecoder, reader: GarmentReader) -> None:
        self._blobs, self._decoder, self._reader = blobs, decoder, reader

    picture_source = SOURCE

    @property
    def mask_source(self) -> str:
        """Names the garment network by its weights."""
        return self._reader.digest

    def picture(self, photo: DatasetPhoto) -> Picture:
        """The photo's crop, (crop.height_px, crop.width_px, 3) uint8."""
        return cut(self._decoder.decode(self._blobs.get(BlobId(photo.photo))), photo.crop)

    def mask(self, picture: Picture) -> Alpha:
        """How much of each pixel of a picture (H, W, 3) is garment, (H, W) in [0, 1]."""
        return self._reader.read(picture).mask


class KeptMeasures:
    """Measures of this version, each in a transaction of its own: a stop loses one photo's."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def get(self, photo: PhotoId) -> Measures | None:
        """What was measured on a photo, if it was."""
        with self._storage.reading() as connection:
            return SqlMeasures(connection, MEASURING_VERSION).get(photo)

    def put(self, taken: Measures) -> None:
        """Keep what was measured."""
        with self._storage.transaction() as connection:
            SqlMeasures(connection, MEASURING_VERSION).put(taken)


class KeptPictures:
    """Drawn probes, each in a transaction of its own: a stop loses one picture."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def get(self, key: str) -> BlobId | None:
        """The picture kept under a key, or None."""
        with self._storage.reading() as connection:
            return SqlRendered(connection).get(key)

    def put(self, key: str, picture: BlobId) -> None:
        """Keep a picture under a key."""
        with self._storage.transaction() as connection:
            SqlRendered(connection).put(key, picture)


def free_memory_bytes() -> int:
    """Memory that a new process may take without pushing others out; all of it where unknown."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    sizes = dict(line.split(":", 1) for line in lines)
    return int(sizes["MemAvailable"].split()[0]) * 1024  # proc_meminfo(5): kibibytes


@contextmanager
def _training_part() -> Iterator[None]:
    """Say how to get the training extra where torch or its companions are not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise PartMissing(
            f"Training and drawing need {error.name}, which is not installed.",
            hint='Install the extra: pip install "muslin[train]".',
        ) from error
