"""What the canned studio answers on captions, sets and rights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from muslin.curation.captions.length import WordBound
from muslin.curation.rights.standing import rights_of
from muslin.curation.sets.check import Brand, check_set
from muslin.curation.sets.diff import diff_of
from muslin.curation.sets.traits import Exhibit
from muslin.domain.catalog import Problem, Shoot
from muslin.domain.curation.captions import (
    CaptionChange,
    CaptionEdit,
    CaptionedPhoto,
    CaptionFault,
    CaptionFaultKind,
    CaptionFilter,
    CaptionFormat,
    CaptionLint,
    CaptionOrder,
    ChangeId,
)
from muslin.domain.curation.rights import (
    EntryKind,
    PhotoRights,
    RetiredKind,
    Retirement,
    RightsEntry,
    Statement,
    Withdrawal,
    WithdrawalId,
)
from muslin.domain.curation.sets import BrandRange, DatasetCheck, DatasetDiff
from muslin.domain.curation.vocabulary import Vocabulary
from muslin.domain.dataset import Caption, DatasetVersion, SelectionRecipe
from muslin.domain.fact import DatasetId, PhotoId, RunId, ShootId
from muslin.domain.progress import Report
from muslin.domain.training import TrainingRun
from tests.curation.shop import a_measure, a_photo
from tests.runtime.storage.makers import a_dataset, a_run

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_change() -> CaptionChange:
    """A caption that became another."""
    edit = CaptionEdit(
        photo=PhotoId("ab" * 32),
        file_name="tee.jpg",
        before=Caption(text="a red tee", author="rule"),
        after=Caption(text="a red t-shirt", author="Ada"),
    )
    return CaptionChange(
        id=ChangeId("change-1"),
        shoot=ShootId("shoot-1"),
        person="Ada",
        what="replace “tee” by “t-shirt”",
        at=NOON,
        edits=(edit,),
    )


def an_entry() -> RightsEntry:
    """A person's word that the photos are theirs."""
    return RightsEntry(
        kind=EntryKind.STATED,
        shoot=ShootId("shoot-1"),
        photo=None,
        licence="own",
        owner="Ada",
        said_by="Ada",
        source="command",
        at=NOON,
    )


def a_retirement() -> Retirement:
    """A release that fell with a photo."""
    return Retirement(
        kind=RetiredKind.RELEASE,
        subject="release-1",
        name="knitwear",
        reason="rights in tee.jpg were withdrawn: sold",
        withdrawal=WithdrawalId("withdrawal-1"),
        by="Ada",
        at=NOON,
    )


class CuratedAnswers:
    """Verbs of captions, datasets and rights, answered from memory."""

    def _note(self, *words: object) -> None:
        raise NotImplementedError

    def captions(self, shoot: str, where: CaptionFilter, report: Report) -> list[CaptionedPhoto]:
        self._note("captions", shoot, where)
        red = Caption(text="a red tee", author="rule")
        photo = CaptionedPhoto(
            photo=PhotoId("ab" * 32),
            file_name="tee.jpg",
            caption=red,
            category="t-shirt",
            colours=("red",),
        )
        return [photo]

    def caption_changes(self, shoot: str) -> list[CaptionChange]:
        return [a_change()]

    def change_captions(self, shoot: str, order: CaptionOrder, report: Report) -> CaptionChange:
        self._note("change_captions", shoot, order)
        return a_change()

    def undo_captions(self, shoot: str, person: str) -> CaptionChange:
        self._note("undo_captions", shoot, person)
        return a_change()

    def lint_captions(self, wanted: str, trigger: str, base: str, report: Report) -> CaptionLint:
        self._note("lint_captions", wanted, trigger, base)
        fault = CaptionFault(
            kind=CaptionFaultKind.EMPTY, files=("tee.jpg",), words="nothing said", way_out="Say it."
        )
        faults = () if wanted == "fine" else (fault,)
        return CaptionLint(captions=20, faults=faults, length_by="counted")

    def export_captions(
        self, wanted: str, format: CaptionFormat, out: Path, report: Report
    ) -> list[Path]:
        self._note("export_captions", wanted, format, out)
        return [out / "tee.txt"]

    def import_captions(
        self, shoot: str, folder: Path, person: str, report: Report
    ) -> tuple[CaptionChange | None, list[Problem]]:
        self._note("import_captions", shoot, folder, person)
        return None, [Problem(file_name="lost.txt", code="missing", reason="no photo")]

    def datasets(self) -> list[DatasetVersion]:
        return [a_dataset()]

    def dataset(self, id: DatasetId) -> DatasetVersion:
        self._note("dataset", id)
        return a_dataset()

    def trained_on(self, dataset: DatasetId) -> list[TrainingRun]:
        return [a_run().model_copy(update={"id": RunId("run-1"), "name": "knitwear"})]

    def unmeasured(self, shoot: str) -> int:
        return 1

    def freeze_dataset(self, shoot: str, recipe: SelectionRecipe, report: Report) -> DatasetVersion:
        self._note("freeze_dataset", shoot, recipe)
        return a_dataset()

    def diff_datasets(self, before: DatasetId, after: DatasetId) -> DatasetDiff:
        self._note("diff_datasets", before, after)
        return diff_of(a_dataset(), a_dataset(2))

    def check_dataset(
        self, wanted: str, range_file: Path | None, trigger: str, report: Report
    ) -> DatasetCheck:
        self._note("check_dataset", wanted, range_file, trigger)
        brand = Brand(Vocabulary(), BrandRange(categories={"dress": 30}), trigger, WordBound())
        exhibits = [Exhibit(a_photo(n), a_measure(n), "a dress") for n in range(20)]
        rights = rights_of([one.photo for one in exhibits], (), {}, NOON.date())
        return check_set(wanted, exhibits, brand, rights, NOON.date())

    def state_rights(
        self, shoot: str, statement: Statement, person: str, files: Sequence[str]
    ) -> list[RightsEntry]:
        self._note("state_rights", shoot, statement, person, tuple(files))
        return [an_entry()]

    def rights(self, shoot: str) -> list[PhotoRights]:
        self._note("rights", shoot)
        return rights_of([a_photo(1)], [an_entry()], {}, NOON.date())

    def rights_notes(self, dataset: DatasetId) -> list[str]:
        return ["Rights: of 1 of 20 photos, nobody has said who owns it."]

    def expiring_rights(self, within: timedelta) -> list[tuple[Shoot, PhotoRights]]:
        self._note("expiring_rights", within)
        return []

    def withdraw_rights(
        self, shoot: str, person: str, reason: str, files: Sequence[str], shown: str
    ) -> Withdrawal:
        self._note("withdraw_rights", shoot, person, reason, tuple(files), shown)
        return Withdrawal(
            id=WithdrawalId("withdrawal-1"),
            files=("tee.jpg",),
            reason=reason,
            by=person,
            at=NOON,
            retired=(a_retirement(),),
        )

    def retired(self) -> list[Retirement]:
        return [a_retirement()]
