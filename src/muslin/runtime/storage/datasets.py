"""Frozen datasets."""

from __future__ import annotations

from sqlalchemy import Connection

from muslin.domain.dataset import DatasetVersion
from muslin.domain.fact import DatasetId, ShootId
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import datasets


class SqlDatasets:
    """Datasets in SQL, never changed once added; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._datasets = Shelf(connection, datasets, DatasetVersion)

    def get(self, dataset: DatasetId) -> DatasetVersion:
        """The dataset with that id. Raises NotFound."""
        return self._datasets.get(
            "dataset", dataset, hint="`muslin datasets freeze` makes one and tells its id."
        )

    def add(self, dataset: DatasetVersion) -> None:
        """Keep a dataset whose digest its shoot does not have yet."""
        keys = {"id": dataset.id, "shoot": dataset.shoot, "digest": dataset.digest}
        self._datasets.add(dataset, **keys)

    def of_shoot(self, shoot: ShootId) -> list[DatasetVersion]:
        """The datasets of a shoot, oldest first."""
        return self._datasets.all(datasets.c.shoot == shoot)

    def with_digest(self, shoot: ShootId, digest: str) -> DatasetVersion | None:
        """The dataset of a shoot with the same photos, crops, captions and recipe, if any."""
        return self._datasets.first(datasets.c.shoot == shoot, datasets.c.digest == digest)
