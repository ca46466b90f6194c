"""Photos, what kept files from becoming photos, and what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, delete

from muslin.domain.catalog import Photo, Problem
from muslin.domain.errors import NotFound
from muslin.domain.fact import PhotoId, ShootId
from muslin.domain.findings import Measures
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import measures, photos, problems


class SqlPhotos:
    """Photos in SQL, each once per shoot; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._photos = Shelf(connection, photos, Photo)
        self._problems = Shelf(connection, problems, Problem)

    def of(self, shoot: ShootId) -> list[Photo]:
        """The photos of a shoot, ordered by file name."""
        return self._photos.all(photos.c.shoot == shoot, by=photos.c.file_name)

    def known(self, photo: PhotoId) -> bool:
        """Whether any shoot holds this photo."""
        return self._photos.first(photos.c.id == photo) is not None

    def add(self, photo: Photo) -> None:
        """Keep a photo that the shoot does not hold yet."""
        self._photos.add(photo, id=photo.id, shoot=photo.shoot, file_name=photo.file_name)

    def update(self, photo: Photo) -> None:
        """Say something else about a photo that the shoot holds. Raises NotFound."""
        same = (photos.c.shoot == photo.shoot, photos.c.id == photo.id)
        if not self._photos.replace(photo, *same, file_name=photo.file_name):
            raise NotFound(
                f"The shoot {photo.shoot!r} has no photo {photo.id!r}.",
                hint="Import the shoot's folder again: `muslin shoots import`.",
            )

    def problems(self, shoot: ShootId) -> list[Problem]:
        """The files of a shoot's last import that did not become photos, in its order."""
        return self._problems.all(problems.c.shoot == shoot)

    def set_problems(self, shoot: ShootId, found: Sequence[Problem]) -> None:
        """Replace a shoot's problems by those of a newer import."""
        self._connection.execute(delete(problems).where(problems.c.shoot == shoot))
        for problem in found:
            self._problems.add(problem, shoot=shoot)


class SqlMeasures:
    """Measures in SQL, as one version of the measuring took them; the caller owns the transaction.

    A photo is measured once per version, in whatever shoots it lies.
    """

    def __init__(self, connection: Connection, version: int) -> None:
        self._measures = Shelf(connection, measures, Measures)
        self._version = version

    def get(self, photo: PhotoId) -> Measures | None:
        """What this version measured on a photo, if it did."""
        return self._measures.first(measures.c.photo == photo, self._this_version)

    def put(self, taken: Measures) -> None:
        """Keep what was measured, in place of what this version measured before."""
        same = (measures.c.photo == taken.photo, self._this_version)
        if not self._measures.replace(taken, *same):
            self._measures.add(taken, photo=taken.photo, version=self._version)

    @property
    def _this_version(self) -> ColumnElement[bool]:
        return measures.c.version == self._version
