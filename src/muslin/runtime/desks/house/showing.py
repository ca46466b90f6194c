"""Showing: pictures as pages see them, by the id of what they belong to and never by a path."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from muslin.domain.errors import InvalidRequest, NotFound
from muslin.domain.fact import BlobId, GenerationId, PhotoId, ReportId
from muslin.domain.judging import CheckpointProof
from muslin.domain.work import Job, JobKind
from muslin.runtime.desks.desk import Desk
from muslin.runtime.house.inbox import Incoming


class ShowingDesk(Desk):
    """Take in what is sent, hand out what may be seen."""

    @contextmanager
    def receive(self, shoot: str, file_name: str) -> Iterator[Incoming]:
        """Take in one file for a shoot; see `Inbox.receive`."""
        with self._shop.inbox.receive(shoot, file_name) as incoming:
            yield incoming

    def received(self, shoot: str) -> dict[str, int]:
        """What has arrived for a shoot: names and sizes in bytes."""
        return self._shop.inbox.files(shoot)

    def take_in(self, shoot: str) -> Job:
        """Queue the import of all that was sent; the same files twice are one job."""
        there = self.received(shoot)
        if not there:
            raise InvalidRequest("Nothing was sent yet.", hint="Drop photos or a ZIP of them.")
        total = sum(there.values())
        key = f"{JobKind.INTAKE}:{shoot}:{len(there)}:{total}"
        return self._shop.queue.submit(JobKind.INTAKE, shoot, key=key)

    def photo_thumb(self, photo: str, width_px: int) -> bytes:
        """A photo as JPEG, upright, without metadata. Raises NotFound for what is no photo."""
        id = PhotoId(photo)
        if not self._read(lambda records: records.photos.known(id)):
            raise NotFound(f"There is no photo {photo!r}.", hint="Shoots shows all photos.")
        return self._shop.thumbs.photo(id, width_px)

    def generation_thumb(self, generation: str, width_px: int) -> bytes:
        """A finished picture as JPEG, its origin inside."""
        id = GenerationId(generation)
        found = self._read(lambda records: records.generations.get(id))
        return self._shop.thumbs.made(found.picture, width_px)

    def generation_file(self, generation: str) -> bytes:
        """A finished picture as it was made: PNG, its origin inside."""
        id = GenerationId(generation)
        return self._shop.blobs.get(self._read(lambda records: records.generations.get(id)).picture)

    def proof_picture(self, report: str, picture: str) -> bytes:
        """A picture of a proof. Raises NotFound for one that the report does not show."""
        found = self._read(lambda records: records.reports.get(ReportId(report)))
        proofs: list[CheckpointProof] = [found.base, *found.checkpoints]
        if not any(p.picture == picture for proof in proofs for p in proof.pictures):
            raise NotFound(
                f"Report {report} shows no picture {picture!r}.", hint="Open the report again."
            )
        return self._shop.blobs.get(BlobId(picture))

    def proof_photo(self, report: str, photo: str, width_px: int) -> bytes:
        """A brand photo that a proof compares with. Raises NotFound for any other."""
        found = self._read(lambda records: records.reports.get(ReportId(report)))
        proofs: list[CheckpointProof] = [found.base, *found.checkpoints]
        if not any(p.nearest_photo == photo for proof in proofs for p in proof.pictures):
            raise NotFound(f"Report {report} shows no photo {photo!r}.", hint="Open it again.")
        return self._shop.thumbs.photo(PhotoId(photo), width_px)
