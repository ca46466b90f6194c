"""Captions: what photos are called, by rule or by people, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from muslin.curation.captions.edit import (
    adding,
    captioned,
    change_of,
    matching,
    named,
    removing,
    replacing,
    said_by_people,
    setting,
    undo_of,
)
from muslin.curation.captions.exchange import caption_files, read_captions
from muslin.curation.captions.lint import lint
from muslin.curation.import_shoot import list_files
from muslin.curation.rights.standing import barred
from muslin.curation.sets.traits import Exhibit, traits_of
from muslin.domain.catalog import Problem, Shoot
from muslin.domain.curation.captions import (
    CaptionAction,
    CaptionChange,
    CaptionedPhoto,
    CaptionFilter,
    CaptionFormat,
    CaptionLint,
    CaptionOrder,
)
from muslin.domain.curation.rights import RetiredKind
from muslin.domain.dataset import DatasetVersion
from muslin.domain.errors import InvalidRequest
from muslin.domain.fact import BlobId, DatasetId, PhotoId
from muslin.domain.progress import Report, silent
from muslin.runtime.curation.rights import refuse_retired, rights_in
from muslin.runtime.curation.tokens import token_count
from muslin.runtime.desks.curating.photos import PhotosDesk
from muslin.runtime.disk import make_folder, write_atomic
from muslin.runtime.storage.records import Records

EVERY = CaptionFilter()
"""Lets every photo through."""


class CaptionsDesk(PhotosDesk):
    """List, change, undo, lint, hand over."""

    def captions(
        self, shoot: str, where: CaptionFilter = EVERY, report: Report = silent
    ) -> list[CaptionedPhoto]:
        """The photos of a shoot with the captions that they would be frozen with today."""
        return matching(self._captioned(shoot, report)[1], where)

    def change_captions(
        self, shoot: str, order: CaptionOrder, report: Report = silent
    ) -> CaptionChange:
        """Set, replace, add or remove words; the person and the time are kept.

        Raises InvalidRequest when nothing changes.
        """
        found, photos = self._captioned(shoot, report)
        reword = _reword(order)
        change = change_of(
            found.id,
            matching(photos, order.where),
            lambda photo: reword(photo.caption.text),
            order.person,
            _told(order),
        )
        return self._keep(change)

    def undo_captions(self, shoot: str, person: str) -> CaptionChange:
        """Take back the newest change of a shoot's captions that is not undone yet."""
        found = self._shoot(shoot)
        changes = self._read(lambda records: records.caption_changes.of_shoot(found.id))
        return self._keep(undo_of(changes, person))

    def caption_changes(self, shoot: str) -> list[CaptionChange]:
        """Who changed what in a shoot's captions, oldest first."""
        found = self._shoot(shoot)
        return self._read(lambda records: records.caption_changes.of_shoot(found.id))

    def lint_captions(
        self, wanted: str, trigger: str = "", base: str = "starter", report: Report = silent
    ) -> CaptionLint:
        """What is wrong with the captions of a dataset (by id) or of a shoot, as of today."""
        exhibits = self._exhibits(wanted, report)
        vocabulary, tokens = self._shop.vocabulary(), token_count(base)
        traits = traits_of(exhibits, vocabulary)
        faults = lint(exhibits, traits, vocabulary, trigger, tokens)
        return CaptionLint(captions=len(exhibits), faults=tuple(faults), length_by=tokens.source)

    def export_captions(
        self, wanted: str, format: CaptionFormat, out: Path, report: Report = silent
    ) -> list[Path]:
        """Write the captions of a dataset or shoot, with their photos, for another tool.

        Photos whose rights have ended or were withdrawn stay here. Raises Retired for a dataset
        that holds one, InvalidRequest where the format cannot hold the captions, HomeUnusable and
        DiskFull.
        """
        exhibits = self._free(wanted, self._exhibits(wanted, report))
        captions = {one.photo.file_name: one.caption for one in exhibits}
        contents = {name: text.encode() for name, text in caption_files(captions, format).items()}
        written = [_written(out / name, data) for name, data in contents.items()]
        for one in exhibits:
            data = self._shop.blobs.get(BlobId(one.photo.id))
            written.append(_written(out / one.photo.file_name, data))
        return written

    def import_captions(
        self, shoot: str, folder: Path, person: str, report: Report = silent
    ) -> tuple[CaptionChange | None, list[Problem]]:
        """Take over captions from text files and tables of a folder; None = all were the same."""
        if not folder.is_dir():
            raise InvalidRequest(
                f"{folder} is no folder.", hint="Name the folder of .txt files or metadata.jsonl."
            )
        found, photos = self._captioned(shoot, report)
        names = [photo.file_name for photo in photos]
        texts, problems = read_captions(folder, list_files(folder), names)
        changed = [p for p in photos if texts.get(p.file_name, p.caption.text) != p.caption.text]
        if not changed:
            named(person)
            return None, problems
        what = f"import from {folder.name}"
        change = change_of(found.id, changed, lambda p: texts[p.file_name], person, what)
        return self._keep(change), problems

    def _keep(self, change: CaptionChange) -> CaptionChange:
        with self._shop.storage.transaction() as connection:
            Records(connection).caption_changes.add(change)
        return change

    def _captioned(self, shoot: str, report: Report) -> tuple[Shoot, list[CaptionedPhoto]]:
        found, photos, measures = self._measured(shoot, report)
        changes = self._read(lambda records: records.caption_changes.of_shoot(found.id))
        said = said_by_people(changes)
        return found, captioned(photos, measures, self._shop.vocabulary(), said)

    def _exhibits(self, wanted: str, report: Report) -> list[Exhibit]:
        """The photos of a dataset by id, with its captions, or all of a shoot with today's."""
        dataset = self._dataset_called(wanted)
        name = wanted if dataset is None else self._shoot_of(dataset).name
        _, photos, measures = self._measured(name, report)
        if dataset is None:
            words = {p.photo: p.caption.text for p in self._captioned(name, silent)[1]}
        else:
            words = {p.photo: p.caption.text for p in dataset.photos}
        taken = {m.photo: m for m in measures}
        return [Exhibit(p, taken[p.id], words[p.id]) for p in photos if p.id in words]

    def _free(self, wanted: str, exhibits: Sequence[Exhibit]) -> list[Exhibit]:
        """The photos that may be handed on."""
        dataset = self._dataset_called(wanted)
        shoot = self._shoot(wanted) if dataset is None else self._shoot_of(dataset)
        photos = [one.photo for one in exhibits]

        def kept_back(records: Records) -> dict[PhotoId, str]:
            if dataset is not None:
                refuse_retired(records, RetiredKind.DATASET, dataset.id)
            return barred(rights_in(records, shoot, photos))

        out = self._read(kept_back)
        return [one for one in exhibits if one.photo.id not in out]

    def _dataset_called(self, wanted: str) -> DatasetVersion | None:
        """The dataset with that id; None where it is something else's name."""
        return self._read(lambda records: records.datasets.find(DatasetId(wanted)))

    def _shoot_of(self, dataset: DatasetVersion) -> Shoot:
        shoots = {shoot.id: shoot for shoot in self.shoots()}
        return shoots[dataset.shoot]


def _reword(order: CaptionOrder) -> Callable[[str], str]:
    ways: dict[CaptionAction, Callable[[], Callable[[str], str]]] = {
        CaptionAction.SET: lambda: setting(order.words),
        CaptionAction.REPLACE: lambda: replacing(order.words, order.by),
        CaptionAction.ADD: lambda: adding(order.words),
        CaptionAction.REMOVE: lambda: removing(order.words),
    }
    return ways[order.action]()


def _told(order: CaptionOrder) -> str:
    by = f" by “{order.by}”" if order.action is CaptionAction.REPLACE else ""
    return f"{order.action} “{order.words}”{by}"


def _written(path: Path, data: bytes) -> Path:
    make_folder(path.parent)
    write_atomic(path, data)
    return path
