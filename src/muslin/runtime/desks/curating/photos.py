"""Photos: shoots, and what is measured on them."""

from __future__ import annotations

from pathlib import Path

from muslin.curation.check.facts import ShootCheck, check
from muslin.curation.import_shoot import Stores, import_shoot
from muslin.curation.measure import measure_shoot
from muslin.domain.catalog import ImportReport, Photo, Shoot
from muslin.domain.errors import NotFound
from muslin.domain.findings import Measures
from muslin.domain.progress import Report, silent
from muslin.imaging.guard import PhotoDecoder
from muslin.networks.vision.garment import GarmentReader
from muslin.runtime.curation.looking import check_folder, page_from
from muslin.runtime.curation.rights import take_rights
from muslin.runtime.desks.desk import Desk
from muslin.runtime.storage.house.late import written_at_the_end
from muslin.runtime.storage.records import Records


class PhotosDesk(Desk):
    """Import, check."""

    def import_shoot(self, folder: Path, name: str, report: Report = silent) -> ImportReport:
        """Import a folder of photos under a name, or what is new in it."""
        with PhotoDecoder() as decoder, written_at_the_end(self._shop.storage) as records:
            stores = Stores(records.shoots, records.photos, self._shop.blobs, decoder)
            imported = import_shoot(folder, name, stores, report)
        with self._shop.storage.transaction() as connection:
            problems = take_rights(Records(connection), imported.shoot)
        return imported.model_copy(update={"problems": (*imported.problems, *problems)})

    def shoots(self) -> list[Shoot]:
        """All shoots."""
        return self._read(lambda records: records.shoots.all())

    def check_shoot(self, name: str, report: Report = silent) -> ShootCheck:
        """Measure every photo of a shoot and say what follows."""
        shoot, photos, measures = self._measured(name, report)
        problems = self._read(lambda records: records.photos.problems(shoot.id))
        return check(shoot, photos, measures, problems)

    def shoot_page(self, found: ShootCheck) -> str:
        """A check of an imported shoot as one HTML page."""
        return page_from(found, self._shop.blobs)

    @staticmethod
    def check_folder(folder: Path, report: Report = silent) -> ShootCheck:
        """Everything that `check_shoot` says, of a folder, without a studio: nothing is kept."""
        return check_folder(folder, GarmentReader(), report)[0]

    @staticmethod
    def folder_page(folder: Path, report: Report = silent) -> tuple[ShootCheck, str]:
        """A check of a folder, and as one HTML page."""
        found, blobs = check_folder(folder, GarmentReader(), report)
        return found, page_from(found, blobs)

    def _shoot(self, name: str) -> Shoot:
        """The shoot of that name. Raises NotFound."""
        shoot = self._read(lambda records: records.shoots.find(name))
        if shoot is None:
            raise NotFound(f"There is no shoot {name!r}.", hint="`muslin shoots list` shows them.")
        return shoot

    def _measured(self, name: str, report: Report) -> tuple[Shoot, list[Photo], list[Measures]]:
        shoot = self._shoot(name)
        photos = self._read(lambda records: records.photos.of(shoot.id))
        with self._shop.eyes() as eyes:
            return shoot, photos, measure_shoot(photos, eyes, self._shop.measures(), report)
