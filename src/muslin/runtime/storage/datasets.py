"""Frozen datasets, and what people change in captions before they are frozen."""

from __future__ import annotations

from sqlalchemy import Connection

from muslin.domain.curation.captions import CaptionChange
from muslin.domain.dataset import DatasetVersion
from muslin.domain.fact import DatasetId, ShootId
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import caption_changes, datasets


class SqlDatasets:
    """Datasets in SQL, never changed once added; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._datasets = Shelf(connection, datasets, DatasetVersion)

    def get(self, dataset: DatasetId) -> DatasetVersion:
        """The dataset with that id. Raises NotFound."""
        return self._datasets.get(
            "dataset", dataset, hint="`muslin datasets freeze` makes one and tells its id."
        )

    def find(self, dataset: DatasetId) -> DatasetVersion | None:
        """The dataset with that id, if there is one."""
        return self._datasets.first(datasets.c.id == dataset)

    def add(self, dataset: DatasetVersion) -> None:
        """Keep a dataset whose digest its shoot does not have yet."""
        keys = {"id": dataset.id, "shoot": dataset.shoot, "digest": dataset.digest}
        self._datasets.add(dataset, **keys)

    def all(self) -> list[DatasetVersion]:
        """All datasets, oldest first."""
        return self._datasets.all()

    def of_shoot(self, shoot: ShootId) -> list[DatasetVersion]:
        """The datasets of a shoot, oldest first."""
        return self._datasets.all(datasets.c.shoot == shoot)

    def with_digest(self, shoot: ShootId, digest: str) -> DatasetVersion | None:
        """The dataset of a shoot with the same photos, crops, captions and recipe, if any."""
        return self._datasets.first(datasets.c.shoot == shoot, datasets.c.digest == digest)


class SqlCaptionChanges:
    """Changes of captions in SQL, none ever altered; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._changes = Shelf(connection, caption_changes, CaptionChange)

    def add(self, change: CaptionChange) -> None:
        """Keep a new change; it counts from now on."""
        self._changes.add(change, id=change.id, shoot=change.shoot)

    def of_shoot(self, shoot: ShootId) -> list[CaptionChange]:
        """The changes of a shoot's captions, oldest first."""
        return self._changes.all(caption_changes.c.shoot == shoot)
