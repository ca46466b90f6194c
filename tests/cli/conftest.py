"""A studio that answers from memory, so that commands are tested without a network."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

from muslin.cli.app import answer
from muslin.domain.catalog import ImportReport, Problem, Shoot
from muslin.domain.errors import NotFound
from muslin.domain.fact import (
    BlobId,
    CheckpointId,
    DatasetId,
    Fact,
    GenerationId,
    JobId,
    ReleaseId,
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
from muslin.runtime.orders import Foresee, RunOrder, RunOutcome
from tests.cli.curated import CuratedAnswers
from tests.cli.proving import NOON, REPORT, ProvingVerbs, an_override

RUN, CHECKPOINT = RunId("run-1"), CheckpointId("checkpoint-300")
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
        gate=GateDecision(checks=(), verdict=Verdict.PASSED, overrides=(an_override(),)),
        created_at=NOON,
    )


def foreseen(name: str, value: float | None, unit: str, known: Known, why: str) -> Foreseen:
    return Foreseen(name=name, value=value, unit=unit, known=known, why=why)


@dataclass
class CannedStudio(ProvingVerbs, CuratedAnswers):
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

    def plan(self, dataset: DatasetId, profile: Profile) -> TrainingPlan:
        self._note("plan", dataset, profile)
        return self._planned(dataset, profile)

    def _planned(self, dataset: DatasetId, profile: Profile) -> TrainingPlan:
        return TrainingPlan(
            dataset=dataset,
            profile=profile,
            photos=17,
            steps=profile.steps,
            checkpoints=4,
            views_per_photo=282.4,
            seconds=200.0,
            slow_seconds=290.0,
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

    def run(self, order: RunOrder, report: Report, foresee: Foresee) -> RunOutcome:
        self._note("run", order)
        planned = self._planned(DatasetId("dataset-1"), order.profile)
        foresee(planned)
        return RunOutcome(
            shoot="shoot-1",
            imported=24,
            problems=3,
            dataset="dataset-1",
            dataset_digest="cd" * 32,
            kept=20,
            plan=planned,
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
