"""Datasets: frozen versions, what they hold, how they differ, who learnt from them."""

from __future__ import annotations

from pathlib import Path

from muslin.curation.captions import caption_of
from muslin.curation.captions.edit import said_by_people
from muslin.curation.freeze import freeze
from muslin.curation.measure import MEASURING_VERSION
from muslin.curation.rights.standing import barred
from muslin.curation.sets.check import Brand, check_set
from muslin.curation.sets.diff import diff_of
from muslin.domain.catalog import Photo
from muslin.domain.curation.sets import BrandRange, DatasetCheck, DatasetDiff
from muslin.domain.dataset import Caption, DatasetVersion, SelectionRecipe
from muslin.domain.fact import DatasetId
from muslin.domain.findings import Measures
from muslin.domain.progress import Report, silent
from muslin.domain.training import TrainingRun
from muslin.runtime.curation.rights import rights_in, today
from muslin.runtime.curation.tokens import token_count
from muslin.runtime.curation.toml import read_toml
from muslin.runtime.desks.curating.captions import CaptionsDesk
from muslin.runtime.storage.records import Records


class DatasetsDesk(CaptionsDesk):
    """Freeze, list, check, compare."""

    def propose_dataset(
        self, shoot: str, recipe: SelectionRecipe, report: Report = silent
    ) -> DatasetVersion:
        """What freezing would make, with the reason for every photo kept or left; keeps nothing.

        Photos whose rights were withdrawn or have ended are left out, with that as the reason.
        """
        found, photos, measures = self._measured(shoot, report)
        rights = self._read(lambda records: rights_in(records, found, photos))
        changes = self._read(lambda records: records.caption_changes.of_shoot(found.id))
        said, vocabulary = said_by_people(changes), self._shop.vocabulary()

        def words(photo: Photo, taken: Measures) -> Caption:
            return said.get(photo.id) or caption_of(photo, taken, vocabulary)

        version = freeze(found, photos, measures, recipe, words, barred(rights))
        return version.model_copy(update={"vocabulary": vocabulary})

    def freeze_dataset(
        self, shoot: str, recipe: SelectionRecipe, report: Report = silent
    ) -> DatasetVersion:
        """Keep what `propose_dataset` makes; the same content gives the version that is there."""
        version = self.propose_dataset(shoot, recipe, report)
        with self._shop.storage.transaction() as connection:
            datasets = Records(connection).datasets
            known = datasets.with_digest(version.shoot, version.digest)
            if known is None:
                datasets.add(version)
        return known or version

    def datasets(self) -> list[DatasetVersion]:
        """All frozen versions, oldest first."""
        return self._read(lambda records: records.datasets.all())

    def trained_on(self, dataset: DatasetId) -> list[TrainingRun]:
        """The trainings, with their profiles, that learn from a dataset; oldest first."""
        return self._read(lambda records: records.runs.on(dataset))

    def unmeasured(self, shoot: str) -> int:
        """How many photos of a shoot nobody has measured yet: the work that a freeze brings."""
        found = self._shoot(shoot)

        def count(records: Records) -> int:
            kept = records.measures(MEASURING_VERSION)
            return sum(kept.get(photo.id) is None for photo in records.photos.of(found.id))

        return self._read(count)

    def diff_datasets(self, before: DatasetId, after: DatasetId) -> DatasetDiff:
        """What changed from one version to another. Raises NotFound."""
        return diff_of(self.dataset(before), self.dataset(after))

    def check_dataset(
        self,
        wanted: str,
        range_file: Path | None = None,
        trigger: str = "",
        base: str = "starter",
        report: Report = silent,
    ) -> DatasetCheck:
        """Everything about a dataset (by id) or a shoot as a set, against the brand's range.

        Raises InvalidRequest for a range file that makes no sense.
        """
        brand = Brand(self._shop.vocabulary(), _range(range_file), trigger, token_count(base))
        exhibits = self._exhibits(wanted, report)
        dataset = self._dataset_called(wanted)
        shoot = self._shoot(wanted) if dataset is None else self._shoot_of(dataset)
        photos = [one.photo for one in exhibits]
        rights = self._read(lambda records: rights_in(records, shoot, photos))
        return check_set(wanted, exhibits, brand, rights, today())


def _range(file: Path | None) -> BrandRange:
    if file is None:
        return BrandRange()
    hint = "Write tables [categories], [colours], [presentations] with lines dress = 6, and [use]."
    return read_toml(file, BrandRange, hint)
