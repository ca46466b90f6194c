"""A studio that answers from memory, so that commands are tested without a network."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from muslin.cli.app import answer
from muslin.curation.captions.length import WordBound
from muslin.curation.rights.standing import rights_of
from muslin.curation.sets.check import Brand, check_set
from muslin.curation.sets.diff import diff_of
from muslin.curation.sets.traits import Exhibit
from muslin.domain.catalog import ImportReport, Problem, Shoot
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
from muslin.domain.errors import NotFound
from muslin.domain.fact import (
    BlobId,
    CheckpointId,
    DatasetId,
    Fact,
    GenerationId,
    JobId,
    PhotoId,
    ReleaseId,
    ReportId,
    ReviewId,
    RunId,
    ShootId,
)
from muslin.domain.findings import Verdict
from muslin.domain.judging import CheckpointProof, Decision, MetricValue, Review, ValidationReport
from muslin.domain.leaving import (
    Alias,
    ExportedFile,
    ExportedRelease,
    ExportOrder,
    GateDecision,
    GenerateOrder,
    Generation,
    ImageRequest,
    Release,
    SourceType,
)
from muslin.domain.profile import Profile
from muslin.domain.progress import Progress, Report
from muslin.domain.training import (
    Choice,
    Foreseen,
    ImportedAdapter,
    ImportedFile,
    ImportOrder,
    Known,
    TrainingPlan,
    TrainingRun,
)
from muslin.domain.work import Job, JobKind, JobState
from muslin.runtime.orders import RunOrder, RunOutcome
from tests.curation.shop import a_measure, a_photo
from tests.runtime.storage.makers import a_dataset

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN, REPORT, CHECKPOINT = RunId("run-1"), ReportId("report-1"), CheckpointId("checkpoint-300")
SHOOT = Shoot(id=ShootId("shoot-1"), name="knitwear", folder="/photos", imported_at=NOON)
PROBLEM = Problem(file_name="logo.svg", code="unsupported", reason="not a photo")


def a_job(kind: JobKind, subject: str) -> Job:
    """A job that is done."""
    return Job(
        id=JobId(f"job-{kind}"),
        kind=kind,
        key=f"{kind}:{subject}",
        subject=subject,
        state=JobState.DONE,
        fence=1,
        attempts=1,
        created_at=NOON,
    )


def a_report() -> ValidationReport:
    """A report that passed, with one metric measured and one not."""
    measured = MetricValue(
        name="backdrop", value=6.25, unit="ΔE00", samples=24, verdict=Verdict.PASSED, why="near"
    )
    unknown = MetricValue(
        name="copies", value=None, unit="", samples=0, verdict=Verdict.UNKNOWN, why="no photos"
    )

    def proof(checkpoint: CheckpointId | None, step: int) -> CheckpointProof:
        return CheckpointProof(
            checkpoint=checkpoint,
            step=step,
            pictures=(),
            metrics=(measured, unknown),
            verdict=Verdict.PASSED,
        )

    return ValidationReport(
        id=REPORT,
        run=RUN,
        name="knitwear",
        created_at=NOON,
        base=proof(None, 0),
        checkpoints=(proof(CHECKPOINT, 300),),
        picked=CHECKPOINT,
        reason="Nearest to the backdrop.",
        verdict=Verdict.PASSED,
        page=BlobId("ab" * 32),
    )


def a_release() -> Release:
    """A release of that report's checkpoint."""
    return Release(
        id=ReleaseId("release-1"),
        name="knitwear",
        run=RUN,
        checkpoint=CHECKPOINT,
        report=REPORT,
        review=ReviewId("review-1"),
        base="starter",
        gate=GateDecision(checks=(), verdict=Verdict.PASSED),
        created_at=NOON,
    )


def foreseen(name: str, value: float | None, unit: str, known: Known, why: str) -> Foreseen:
    return Foreseen(name=name, value=value, unit=unit, known=known, why=why)


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
        shoot=SHOOT.id,
        person="Ada",
        what="replace “tee” by “t-shirt”",
        at=NOON,
        edits=(edit,),
    )


def an_entry() -> RightsEntry:
    """A person's word that the photos are theirs."""
    return RightsEntry(
        kind=EntryKind.STATED,
        shoot=SHOOT.id,
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


@dataclass
class CannedStudio:
    """Answers every verb with a value of the right kind, and remembers what was asked."""

    asked: list[tuple[object, ...]] = field(default_factory=list)
    refuses_with: BaseException | None = None

    def _note(self, *words: object) -> None:
        self.asked.append(words)
        if self.refuses_with is not None:
            raise self.refuses_with

    def import_shoot(self, folder: Path, name: str, report: Report) -> ImportReport:
        self._note("import_shoot", folder, name)
        report(Progress("import", 1, 2, "files", "a.jpg"))
        return ImportReport(shoot=SHOOT, added=3, known=1, problems=(PROBLEM,))

    def shoots(self) -> list[Shoot]:
        self._note("shoots")
        return [SHOOT]

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
        return None, [PROBLEM]

    def datasets(self) -> list[DatasetVersion]:
        return [a_dataset()]

    def dataset(self, id: DatasetId) -> DatasetVersion:
        self._note("dataset", id)
        return a_dataset()

    def trained_on(self, dataset: DatasetId) -> list[TrainingRun]:
        return self.runs()

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

    def plan(self, dataset: DatasetId, profile: Profile) -> TrainingPlan:
        self._note("plan", dataset, profile)
        return TrainingPlan(
            dataset=dataset,
            profile=profile,
            photos=17,
            steps=profile.steps,
            checkpoints=4,
            views_per_photo=282.4,
            seconds=200.0,
            memory_bytes=2**31,
            bill=(
                foreseen("train", 200.0, "s", Known.MEASURED, "600 steps of 0.33 s"),
                foreseen("memory", 2**31, "bytes", Known.MEASURED, "8 photos"),
                foreseen("energy", 0.0051, "kWh", Known.SETTINGS, "90 W, from MUSLIN_WATTS"),
                foreseen("money", None, "EUR", Known.UNKNOWN, "no price is known"),
            ),
            choices=(Choice(name="threads", chosen="2", why="all cores"),),
            notes=("one core",),
        )

    def start_run(self, name: str, dataset: DatasetId, profile: Profile) -> Job:
        self._note("start_run", name, dataset, profile)
        return a_job(JobKind.TRAIN, RUN)

    def start_validation(self, run: RunId) -> Job:
        self._note("start_validation", run)
        return a_job(JobKind.VALIDATE, run)

    def follow(self, job: JobId, report: Report) -> Job:
        self._note("follow", job)
        return a_job(JobKind.TRAIN, RUN)

    def jobs(self) -> list[Job]:
        self._note("jobs")
        return [a_job(JobKind.TRAIN, RUN)]

    def runs(self) -> list[TrainingRun]:
        self._note("runs")
        return [
            TrainingRun(
                id=RUN,
                name="knitwear",
                dataset=DatasetId("dataset-1"),
                dataset_digest="cd" * 32,
                profile=Profile(),
                base_digest="ef" * 32,
                created_at=NOON,
            )
        ]

    def report(self, wanted: str) -> ValidationReport:
        self._note("report", wanted)
        if wanted not in {REPORT, RUN, "knitwear"}:
            raise NotFound(f"No report {wanted}.", hint="`muslin runs list` shows runs.")
        return a_report()

    def report_page(self, wanted: str) -> Path:
        return Path("/home/report.html")

    def review(
        self, report: str, person: str, decision: Decision, reasons: Sequence[str]
    ) -> Review:
        self._note("review", report, person, decision, tuple(reasons))
        return Review(
            id=ReviewId("review-1"),
            report=REPORT,
            checkpoint=CHECKPOINT,
            person=person,
            decision=decision,
            reasons=tuple(reasons),
            at=NOON,
        )

    def release(self, report: str, alias: Alias) -> Release:
        self._note("release", report, alias)
        return a_release()

    def releases(self) -> list[Release]:
        self._note("releases")
        return [a_release()]

    def aliases(self, name: str) -> dict[Alias, ReleaseId]:
        return {Alias.LIVE: ReleaseId("release-1"), Alias.PREVIOUS: ReleaseId("release-0")}

    def export_release(self, order: ExportOrder, out: Path) -> ExportedRelease:
        self._note("export_release", order, out)
        file = ExportedFile(name="knitwear.safetensors", sha256="ab" * 32, size_bytes=9)
        return ExportedRelease(
            release=ReleaseId("release-1"), format=order.format, folder=str(out), files=(file,)
        )

    def import_adapter(self, file: Path, order: ImportOrder) -> ImportedAdapter:
        self._note("import_adapter", file, order)
        imported = ImportedFile(
            file_name=file.name, sha256="ab" * 32, style="kohya", left_out=("lora_te_x",)
        )
        return ImportedAdapter(
            run=RUN,
            checkpoint=CHECKPOINT,
            name=order.name,
            base=order.base,
            layers=3,
            imported=imported,
        )

    def promote(self, release: str, alias: Alias) -> Release:
        self._note("promote", release, alias)
        return a_release()

    def roll_back(self, name: str) -> Release:
        self._note("roll_back", name)
        return a_release()

    def generate(self, order: GenerateOrder, report: Report) -> list[Generation]:
        self._note("generate", order)
        return [
            Generation(
                id=GenerationId(f"generation-{k}"),
                release=ReleaseId("release-1"),
                base="starter",
                request=ImageRequest(prompt=order.prompts[0], seed=order.seed + k),
                picture=BlobId("ab" * 32),
                source_type=SourceType.GENERATED,
                created_at=NOON,
            )
            for k in range(order.count)
        ]

    def save_pictures(self, generations: Sequence[Generation], out: Path) -> list[Path]:
        return [out / f"{generation.id}.png" for generation in generations]

    def run(self, order: RunOrder, report: Report) -> RunOutcome:
        self._note("run", order)
        return RunOutcome(
            shoot="shoot-1",
            imported=24,
            problems=3,
            dataset="dataset-1",
            dataset_digest="cd" * 32,
            kept=20,
            run=RUN,
            checkpoints=(CHECKPOINT,),
            picked=CHECKPOINT,
            report=REPORT,
            report_page=Path("/home/report.html"),
            verdict=Verdict.PASSED,
            reason="Nearest to the backdrop.",
            review=None,
            release=None,
            figures={"backdrop": 6.25, "copies": None},
            seconds={"train": 200.0},
        )


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> CannedStudio:
    """The studio that commands of this test will find."""
    canned = CannedStudio()

    class Door:
        @staticmethod
        @contextmanager
        def open(home: Path | None) -> Iterator[CannedStudio]:
            canned.asked.append(("open", home))
            yield canned

    module = ModuleType("muslin.runtime.studio")
    module.Studio = Door  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "muslin.runtime.studio", module)
    return canned


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a command said: exit status, stdout, stderr."""

    status: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, object]:
        """The JSON object on the last line of stdout."""
        read = json.loads(self.out.splitlines()[-1])
        assert isinstance(read, dict)
        return read


class Terminal:
    """Where tests type commands."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> Spoken:
        """Type a command."""
        self._capsys.readouterr()
        status = answer(words)
        said = self._capsys.readouterr()
        return Spoken(status, said.out, said.err)


@pytest.fixture
def muslin(capsys: pytest.CaptureFixture[str]) -> Terminal:
    """The `muslin` command."""
    return Terminal(capsys)


def as_read_back(fact: Fact) -> object:
    """A fact as a script reads it from JSON."""
    return json.loads(fact.model_dump_json())
