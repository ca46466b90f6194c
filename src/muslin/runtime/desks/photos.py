"""Photos: shoots and the datasets frozen from them."""

from __future__ import annotations

from pathlib import Path

from muslin.curation.backdrop import commonest_backdrop
from muslin.curation.captions import caption_of
from muslin.curation.findings import findings_of
from muslin.curation.freeze import freeze
from muslin.curation.import_shoot import Stores, import_shoot
from muslin.curation.measure import measure_shoot
from muslin.domain.catalog import ImportReport, Photo, Shoot
from muslin.domain.dataset import DatasetVersion, SelectionRecipe
from muslin.domain.errors import NotFound
from muslin.domain.findings import Measures
from muslin.domain.progress import Report, silent
from muslin.imaging.guard import PhotoDecoder
from muslin.runtime.desks.desk import Desk
from muslin.runtime.orders import ShootCheck
from muslin.runtime.storage.house.late import written_at_the_end
from muslin.runtime.storage.records import Records


class PhotosDesk(Desk):
    """Import, check, freeze."""

    def import_shoot(self, folder: Path, name: str, report: Report = silent) -> ImportReport:
        """Import a folder of photos under a name, or what is new in it."""
        with PhotoDecoder() as decoder, written_at_the_end(self._shop.storage) as records:
            stores = Stores(records.shoots, records.photos, self._shop.blobs, decoder)
            return import_shoot(folder, name, stores, report)

    def shoots(self) -> list[Shoot]:
        """All shoots."""
        return self._read(lambda records: records.shoots.all())

    def check_shoot(self, name: str, report: Report = silent) -> ShootCheck:
        """Measure every photo of a shoot and say what follows."""
        shoot, photos, measures = self._measured(name, report)
        return ShootCheck(
            shoot=shoot,
            backdrop=commonest_backdrop(measures),
            measures=tuple(measures),
            findings=tuple(findings_of(measures, {p.id: p.file_name for p in photos})),
        )

    def propose_dataset(
        self, shoot: str, recipe: SelectionRecipe, report: Report = silent
    ) -> DatasetVersion:
        """What freezing would make, with the reason for every photo kept or left; keeps nothing."""
        found, photos, measures = self._measured(shoot, report)
        return freeze(found, photos, measures, recipe, caption_of)

    def freeze_dataset(
        self, shoot: str, recipe: SelectionRecipe, report: Report = silent
    ) -> DatasetVersion:
        """Select, crop, caption and split; the same content gives the version that is there."""
        version = self.propose_dataset(shoot, recipe, report)
        with self._shop.storage.transaction() as connection:
            datasets = Records(connection).datasets
            known = datasets.with_digest(version.shoot, version.digest)
            if known is None:
                datasets.add(version)
        return known or version

    def _measured(self, name: str, report: Report) -> tuple[Shoot, list[Photo], list[Measures]]:
        shoot = self._read(lambda records: records.shoots.find(name))
        if shoot is None:
            raise NotFound(f"There is no shoot {name!r}.", hint="`muslin shoots list` shows them.")
        photos = self._read(lambda records: records.photos.of(shoot.id))
        with self._shop.eyes() as eyes:
            return shoot, photos, measure_shoot(photos, eyes, self._shop.measures(), report)
