"""Records that are read at once and written together at the end.

An import looks at photos for minutes; a transaction that long would keep every other writer
waiting, the job's own progress among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from muslin.domain.catalog import Photo, Problem, Shoot
from muslin.domain.fact import ShootId
from muslin.runtime.storage.database import Storage
from muslin.runtime.storage.photos import SqlPhotos
from muslin.runtime.storage.shoots import SqlShoots

Write = Callable[[SqlShoots, SqlPhotos], None]


@dataclass(slots=True)
class LateShoots:
    """Fulfils `curation.ports.ShootStore`."""

    storage: Storage
    writes: list[Write]

    def find(self, name: str) -> Shoot | None:
        """The shoot of that name, if there is one."""
        with self.storage.reading() as connection:
            return SqlShoots(connection).find(name)

    def add(self, shoot: Shoot) -> None:
        """Keep a new shoot, at the end."""
        self.writes.append(lambda shoots, _: shoots.add(shoot))


@dataclass(slots=True)
class LatePhotos:
    """Fulfils `curation.ports.PhotoStore`."""

    storage: Storage
    writes: list[Write]

    def of(self, shoot: ShootId) -> list[Photo]:
        """The photos of a shoot."""
        with self.storage.reading() as connection:
            return SqlPhotos(connection).of(shoot)

    def add(self, photo: Photo) -> None:
        """Keep a new photo, at the end."""
        self.writes.append(lambda _, photos: photos.add(photo))

    def update(self, photo: Photo) -> None:
        """Say something else about a photo, at the end."""
        self.writes.append(lambda _, photos: photos.update(photo))

    def set_problems(self, shoot: ShootId, found: Sequence[Problem]) -> None:
        """Replace a shoot's problems, at the end."""
        self.writes.append(lambda _, photos: photos.set_problems(shoot, found))


@dataclass(slots=True)
class LateRecords:
    """A shoot's records."""

    storage: Storage
    writes: list[Write] = field(default_factory=list)

    @property
    def shoots(self) -> LateShoots:
        """Shoots, one to a name."""
        return LateShoots(self.storage, self.writes)

    @property
    def photos(self) -> LatePhotos:
        """Photos, and the files that did not become one."""
        return LatePhotos(self.storage, self.writes)


@contextmanager
def written_at_the_end(storage: Storage) -> Iterator[LateRecords]:
    """Records whose writes happen in one transaction after the block, or not at all."""
    late = LateRecords(storage)
    yield late
    with storage.transaction() as connection:
        for write in late.writes:
            write(SqlShoots(connection), SqlPhotos(connection))
