"""A report with pictures, and a review table in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from muslin.domain.fact import BlobId, CheckpointId, ReportId
from muslin.domain.findings import Verdict
from muslin.domain.judging import (
    CheckpointProof,
    Claim,
    FailureKind,
    Judgement,
    Probe,
    ProbePicture,
    ValidationReport,
)
from muslin.domain.proving.rules import NO_RULES, HumanRule, Rules
from muslin.review.judge import Bench
from tests.release.reports import a_report

SHEEN = HumanRule(name="sheen", question="Silk shows its sheen.", critical=True)
ASKED = Rules(human=(SHEEN,))


def a_picture(
    look: str, place: int, *failures: FailureKind, colour: str = "red", category: str = "dress"
) -> ProbePicture:
    return ProbePicture(
        probe=Probe(
            prompt=f"a {colour} {category}", seed=20_000 + place, category=category, colour=colour
        ),
        picture=BlobId(f"{look}-{place}"),
        backdrop_distance=4.0,
        colour_obeyed=True,
        category_obeyed=True,
        nearest_photo=None,
        nearest_similarity=0.4,
        contrast=20.0,
        sharpness=0.5,
        noise=0.3,
        failures=failures,
    )


def a_look(name: str, step: int, pictures: tuple[ProbePicture, ...]) -> CheckpointProof:
    return CheckpointProof(
        checkpoint=CheckpointId(name) if step else None,
        step=step,
        pictures=pictures,
        metrics=(),
        verdict=Verdict.PASSED,
    )


def a_drawn_report(*failures: tuple[FailureKind, ...], n: int = 1) -> ValidationReport:
    """One picture for each tuple of failures, drawn by the base, step 150, and the picked one."""
    looks = [
        a_look(name, step, tuple(a_picture(name, k, *f) for k, f in enumerate(failures)))
        for name, step in (("base", 0), ("checkpoint-0", 150), ("checkpoint-1", 300))
    ]
    return a_report().model_copy(
        update={
            "id": ReportId(f"report-{n}"),
            "base": looks[0],
            "checkpoints": tuple(looks[1:]),
        }
    )


@dataclass
class MemoryJudgements:
    kept: list[Judgement] = field(default_factory=list)

    def of_report(self, report: ReportId) -> list[Judgement]:
        return [one for one in self.kept if one.task.report == report]

    def add(self, judgement: Judgement) -> None:
        self.kept.append(judgement)

    def undo(self, judgement: Judgement) -> None:
        self.kept = [judgement if one.id == judgement.id else one for one in self.kept]


@dataclass
class MemoryClaims:
    kept: dict[str, Claim] = field(default_factory=dict)

    def of_report(self, report: ReportId) -> list[Claim]:
        return [one for one in self.kept.values() if one.report == report]

    def put(self, claim: Claim) -> None:
        self.kept[claim.task] = claim

    def drop(self, task: str) -> None:
        self.kept.pop(task, None)


def a_bench(report: ValidationReport, rules: Rules = NO_RULES) -> Bench:
    return Bench(report, MemoryJudgements(), MemoryClaims(), rules)
